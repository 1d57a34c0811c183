/** Draws a pane as it stands at one exact place of its output. */
import type { Backend } from '../backend/index.js';
import { drawSnapshot } from './snapshot.js';

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
}

/** Captures tried before a busy pane is paused for an exact cut. */
const ATTEMPTS = 20;
/** Scrollback of the picture all viewers share after a pause. */
const SHARED_LINES = 1000;

export function createCutter({ pane, backend, here }: CutterDeps): Cutter {
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
    const wanted = { history: scrollback, styled: true, begun };
    let captured = await backend.capture(pane, wanted);
    if (captured.modes.alternate) captured = await backend.capture(pane, { ...wanted, alternate: true });
    return captured.exact ? { ...at, ...picture(captured) } : undefined;
  };

  const drawAndContinue = async (): Promise<Drawn> => {
    const { epoch } = here();
    const captured = await backend.capture(pane, { history: SHARED_LINES, styled: true, resume: true });
    return { epoch, offset: 0, ...picture(captured) };
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

function picture(captured: Parameters<typeof drawSnapshot>[0]) {
  const { cols, rows } = captured.modes;
  return { data: drawSnapshot(captured).toString('base64'), cols, rows };
}
