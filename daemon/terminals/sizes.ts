/** What viewers may do to a session's size: say theirs, take it by looking or typing, leave it. */
import { RpcError } from '#protocol';
import { isLive } from '../sessions/session.js';
import { claim, type Lease, lose, release, type Size, take, vacant } from './lease.js';
import { createSizer, type SizerDeps, type View } from './sizer.js';
import type { OpenViewer } from './terminals.js';

export interface Sizes {
  /** A viewer comes. With a size it is in line for it, and becomes the owner at once if it `takes`. */
  join(viewer: OpenViewer, size: Size | undefined, takes: boolean): Promise<View>;
  /** The viewer has another size; the session only if the viewer owns it, or nobody does. */
  resize(viewer: OpenViewer, size: Size): Promise<View>;
  /** The viewer is looked at: the size is its own from now on. Throws InvalidParams when it never said one. */
  focus(viewer: OpenViewer): Promise<View>;
  /** The viewer typed, which takes the size as well. */
  typed(viewer: OpenViewer): void;
  /** The viewer is no more: closed, or lost with its connection. */
  left(viewer: OpenViewer, how: 'closed' | 'lost'): void;
  /** After a start: sessions left at the size of a viewer of the last daemon go back, unless it returns in time. */
  adopt(): void;
  close(): void;
}

/** Stands for the owner of before a restart. */
const EARLIER = 'a viewer of the last daemon';

export function createSizes(deps: SizerDeps): Sizes {
  const sizer = createSizer(deps);

  /** The answer tells the viewer itself; the others hear of it. */
  const answered = async (viewer: OpenViewer, next: (lease: Lease) => Lease): Promise<View> => {
    const { sessionId } = viewer;
    const session = sizer.of(sessionId);
    session.viewers.set(viewer, undefined);
    await sizer.change(sessionId, next(session.lease));
    const view = sizer.view(viewer);
    if (!view) throw new RpcError('Gone', `Session ${sessionId} is gone.`, { code: 'TMUX_SESSION_GONE' });
    return view;
  };

  return {
    join: (viewer, size, takes) =>
      answered(viewer, (lease) => (size ? claim(lease, viewer.streamId, size, takes) : lease)),
    resize: (viewer, size) => answered(viewer, (lease) => claim(lease, viewer.streamId, size, false)),
    focus: (viewer) =>
      answered(viewer, (lease) => {
        if (lease.claims.some((each) => each.viewer === viewer.streamId)) return take(lease, viewer.streamId);
        throw new RpcError('InvalidParams', 'Expected `cols` and `rows`: this stream has not said a size yet.');
      }),
    typed({ sessionId, streamId }) {
      const { lease } = sizer.of(sessionId);
      const next = take(lease, streamId);
      if (next.owner !== lease.owner || next.away !== lease.away) sizer.quietly(sessionId, next);
    },
    left(viewer, how) {
      const session = sizer.of(viewer.sessionId);
      session.viewers.delete(viewer);
      sizer.quietly(viewer.sessionId, (how === 'lost' ? lose : release)(session.lease, viewer.streamId));
    },
    adopt() {
      for (const { id, home, cols, rows, status } of [...deps.store.all()]) {
        if (!home || !isLive({ status }) || (home.cols === cols && home.rows === rows)) continue;
        sizer.quietly(id, lose(claim(vacant(home), EARLIER, { cols, rows }, true), EARLIER));
      }
    },
    close: sizer.close,
  };
}
