/** Sends viewers what they may have, and moves those forward that cannot be sent it all. */
import { RpcError } from '#protocol';
import type { Drawn } from './cut.js';
import type { createSharing } from './sharing.js';
import { pump, type Source, type Viewer } from './viewer.js';

export interface Moving {
  /** Sends what a viewer may now have, and its end after that. */
  push(viewer: Viewer): void;
  /** Ends its waiting by a gap and a snapshot, as soon as there is one. */
  moveForward(viewer: Viewer): void;
}

export interface MovingDeps {
  readonly viewers: ReadonlySet<Viewer>;
  readonly draw: ReturnType<typeof createSharing>;
  /** The output of the epoch that is now. */
  readonly source: () => Source;
  /** How the program ended; undefined while it runs. */
  readonly exit: () => { readonly code: number | null } | undefined;
  /** A snapshot for a viewer failed for a reason that is no bug (the window went away). */
  lost(viewer: Viewer, error: unknown): void;
}

export function createMoving({ viewers, draw, source, exit, lost }: MovingDeps): Moving {
  const push = (viewer: Viewer) => {
    if (pump(viewer, source()) === 'behind') void move(viewer);
    const ended = exit();
    if (!ended || viewer.ended || viewer.position !== source().ring.end) return;
    // What was not yet sent to us when a program ends may be dropped without a word: the last screen makes up for it.
    if (!viewer.sawEnd) return void move(viewer);
    tellExit(viewer, ended.code);
  };

  const move = async (viewer: Viewer) => {
    const mine = ++viewer.moves;
    const sawEnd = exit() !== undefined;
    const least = viewer.position === undefined ? 0 : viewer.sent;
    viewer.position = undefined;
    try {
      const drawn = await draw({ scrollback: viewer.scrollback, sawEnd, epoch: source().epoch });
      if (viewer.moves !== mine || !viewers.has(viewer)) return;
      // A cut from before the epoch changed again is of no use, nor is one from before what the viewer has.
      if (drawn.epoch !== source().epoch || drawn.offset < least) return void move(viewer);
      show(viewer, drawn);
      viewer.sawEnd = sawEnd;
      push(viewer);
    } catch (error) {
      // Without the backend the viewer waits; it is moved when the backend is back. What tmux refuses it refuses again.
      const away = error instanceof RpcError && error.kind === 'Unavailable' && error.data.code !== 'TMUX_FAILED';
      if (!away) lost(viewer, error);
    }
  };

  return { push, moveForward: (viewer) => void move(viewer) };
}

/** Tells what the viewer will not get and what the screen is instead; it goes on from there. */
function show(viewer: Viewer, drawn: Drawn): void {
  const { streamId, peer, sent } = viewer;
  peer.tell('terminal/gap', { streamId, from: sent, to: drawn.offset, epoch: drawn.epoch });
  peer.tell('terminal/snapshot', { streamId, ...drawn });
  stand(viewer, drawn.offset);
}

function tellExit(viewer: Viewer, code: number | null): void {
  viewer.ended = true;
  viewer.peer.tell('terminal/exit', { streamId: viewer.streamId, code });
}

/** Puts a viewer at a place as if it had been sent and had taken in everything before it. */
export function stand(viewer: Viewer, offset: number): void {
  viewer.position = offset;
  viewer.sent = offset;
  viewer.acked = offset;
}
