/** Draws a pane as it stands at one exact place of its output. */
import { isDeepStrictEqual } from 'node:util';
import type { Backend, Capture, CaptureOptions } from '../backend/index.js';
import { penAfter } from './pen.js';
import type { Ring } from './ring.js';
import { ESC, unfinished } from './sequences.js';
import { drawSnapshot, type Hand } from './snapshot.js';

/** Between two bytes of a pane's output. */
export interface Place {
  readonly epoch: string;
  readonly offset: number;
}

/** A picture of the screen; its place is that of the first byte after it. */
export interface Drawn extends Place {
  /** Base64. */
  readonly data: string;
  readonly cols: number;
  readonly rows: number;
}

export interface Cutter {
  /** History of at most `scrollback` lines, the screen, the modes. Throws Gone or Unavailable. */
  draw(scrollback: number): Promise<Drawn>;
  /** The pane was paused and a new epoch begun: draws it and lets it go on in one step, so the cut is at place 0. */
  resume(): void;
}

export interface CutterDeps {
  readonly pane: number;
  readonly backend: Pick<Backend, 'capture' | 'pause'>;
  /** Where the stream stands now. */
  readonly here: () => Place;
  /** The newest output of this epoch. */
  readonly ring: () => Ring;
}

/** Captures tried before a busy pane is paused for an exact cut. */
const ATTEMPTS = 20;
/** Scrollback of the picture all viewers share after a pause. */
const SHARED_LINES = 1000;
/** Whether so many of the newest bytes hold an escape sequence decides whether the backend is asked for its end. */
const NEWEST = 64 * 1024;

export function createCutter({ pane, backend, here, ring }: CutterDeps): Cutter {
  let resuming: Promise<Drawn> | undefined;

  const draw = async (scrollback: number): Promise<Drawn> => {
    for (let attempt = 0; attempt < ATTEMPTS && !resuming; attempt++) {
      const drawn = await attemptCut(scrollback);
      if (drawn) return drawn;
    }
    if (!resuming) await backend.pause(pane);
    return resuming ?? draw(scrollback);
  };

  /** One try at a capture that stands exactly between two bytes of the stream; undefined when it does not. */
  const attemptCut = async (scrollback: number): Promise<Drawn | undefined> => {
    let at = here();
    const begun = () => {
      at = here();
    };
    const wanted = { history: scrollback, styled: true, begun, pending: !tells(ring()) };
    let captured = await backend.capture(pane, wanted);
    const more = whatMore(captured);
    if (more) captured = await backend.capture(pane, { ...wanted, ...more });
    // The program went on in between, and needs another look: a row of another place would be drawn over what is there.
    if (!captured.exact || !isDeepStrictEqual(whatMore(captured), more)) return undefined;
    if (at.epoch !== here().epoch) return undefined;
    return { ...at, ...picture(captured, handAt(ring(), at.offset, captured.pending)) };
  };

  /** There is no second try once the pane goes on; what it changes between the two looks is left out of the picture. */
  const drawAndContinue = async (): Promise<Drawn> => {
    const { epoch } = here();
    const more = whatMore(await backend.capture(pane, { history: 0, styled: false }));
    const wanted = { history: SHARED_LINES, styled: true, resume: true, pending: true };
    const captured = await backend.capture(pane, { ...wanted, ...more });
    const same = whatMore(captured)?.cursorRow === more?.cursorRow;
    const shown = same ? captured : { ...captured, cursorRow: NOTHING };
    return { epoch, offset: 0, ...picture(shown, { pen: '', unfinished: captured.pending }) };
  };

  return {
    draw,
    resume() {
      const mine = drawAndContinue();
      resuming = mine;
      const over = () => {
        if (resuming === mine) resuming = undefined;
      };
      mine.then(over, over);
    },
  };
}

/** What a first look shows to be needed too: the screen behind an alternate one, the row a cursor waits at the end of. */
function whatMore({ modes }: Capture): Pick<CaptureOptions, 'alternate' | 'cursorRow'> | undefined {
  const more = {
    ...(modes.alternate && { alternate: true }),
    ...(modes.cursorX >= modes.cols && { cursorRow: modes.cursorY }),
  };
  return Object.keys(more).length > 0 ? more : undefined;
}

/** Whether the output itself tells what at its end is unfinished. */
const tells = (ring: Ring) => newest(ring, ring.end, NEWEST).includes(ESC);

/** What is held of the output before a place. */
function newest(ring: Ring, end: number, limit = Number.POSITIVE_INFINITY): Buffer {
  const from = Math.max(ring.start, end - limit);
  return from < end ? ring.read(from, end - from) : NOTHING;
}

const NOTHING: Buffer = Buffer.alloc(0);

/** Mostly the newest output tells all; else all of it is looked at. */
function handAt(ring: Ring, end: number, pending: Buffer): Hand {
  const part = newest(ring, end, NEWEST);
  const pen = penAfter(part);
  const whole = pen.sure && part.includes(ESC) ? part : newest(ring, end);
  return { pen: pen.sure ? pen.text : penAfter(whole).text, unfinished: unfinished(whole, pending) };
}

function picture(captured: Capture, hand: Hand) {
  const { cols, rows } = captured.modes;
  return { data: drawSnapshot(captured, hand).toString('base64'), cols, rows };
}
