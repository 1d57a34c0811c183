/** Keeps a screen in step with a pane: fed with what the daemon holds of its output, drawn anew where that has a hole. */
import type { Backend } from '../backend/index.js';
import { drawSnapshot } from '../terminals/snapshot.js';
import type { Stream } from '../terminals/stream.js';
import { type Grid, readGrid } from './grid.js';
import type { Screen } from './screen.js';
import { createSequenceReader, type Told } from './sequences.js';

export interface Seen {
  readonly grid: Grid;
  readonly told: Told;
}

export interface View {
  /** Brings the screen up to the newest byte. `flowing`: the program prints right now. Throws Gone and Unavailable. */
  see(size: { readonly cols: number; readonly rows: number }, flowing: boolean): Promise<Seen>;
  /** Lets go of the screen; the next look draws another. */
  rest(): void;
}

export interface ViewDeps {
  readonly pane: number;
  /** The pane's own; another one after the backend was lost. */
  stream(): Pick<Stream, 'here' | 'holds' | 'read' | 'snapshot'>;
  readonly backend: Pick<Backend, 'capture'>;
  /** A screen, which the view closes. */
  open(cols: number, rows: number): Promise<Screen>;
}

/** More than this is not drawn byte by byte: nobody could have read it. */
const LATE_BYTES = 256 * 1024;

interface Standing {
  readonly screen: Screen;
  readonly epoch: string;
  offset: number;
  /** It was drawn while the program printed on, and shows no exact moment: it is drawn again each time. */
  readonly rough: boolean;
}

export function createView({ pane, stream, backend, open }: ViewDeps): View {
  const sequences = createSequenceReader();
  let standing: Standing | undefined;
  let heard = stream().here();

  /** Titles and marks count also where nothing is drawn. */
  const hear = () => {
    const here = stream().here();
    const held = stream().holds(heard.epoch, heard.offset);
    if (!held) sequences.missed();
    const from = held ? heard.offset : here.offset;
    if (here.offset > from) sequences.read(stream().read(from, here.offset - from));
    heard = here;
  };

  const draw = async (size: { cols: number; rows: number }, flowing: boolean): Promise<Standing> => {
    const { epoch, offset, cols, rows, data } = flowing ? await roughly() : await stream().snapshot(0);
    const screen = standing?.screen ?? (await open(size.cols, size.rows));
    screen.clear(cols, rows);
    screen.write(Buffer.from(data, 'base64'));
    return { screen, epoch, offset, rough: flowing };
  };

  /** A capture that need not stand between two bytes: an exact one of a busy pane may have to stop it. */
  const roughly = async () => {
    const wanted = { history: 0, styled: true };
    const first = await backend.capture(pane, wanted);
    const captured = first.modes.alternate ? await backend.capture(pane, { ...wanted, alternate: true }) : first;
    const { cols, rows } = captured.modes;
    const bytes = drawSnapshot(captured, { pen: '', unfinished: Buffer.alloc(0) });
    return { ...stream().here(), cols, rows, data: bytes.toString('base64') };
  };

  const inStep = ({ cols, rows }: { cols: number; rows: number }) => {
    if (!standing || standing.rough || standing.screen.cols !== cols || standing.screen.rows !== rows) return false;
    const { epoch, offset } = standing;
    return stream().holds(epoch, offset) && stream().here().offset - offset <= LATE_BYTES;
  };

  return {
    async see(size, flowing) {
      hear();
      if (!inStep(size)) standing = await draw(size, flowing);
      const { screen } = standing!;
      if (!standing!.rough && stream().holds(standing!.epoch, standing!.offset)) {
        const here = stream().here();
        screen.write(stream().read(standing!.offset, here.offset - standing!.offset));
        standing!.offset = here.offset;
      }
      await screen.settled();
      hear();
      return { grid: readGrid(screen.cells(), sequences.told.title), told: sequences.told };
    },
    rest() {
      standing?.screen.close();
      standing = undefined;
    },
  };
}
