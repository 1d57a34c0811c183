/** Brings a session to the size its lease says, one resize at a time, and tells its viewers. */
import { RpcError, type Session } from '#protocol';
import type { Backend } from '../backend/index.js';
import type { Places } from '../sessions/places.js';
import type { SessionStore } from '../sessions/store.js';
import { expire, type Lease, type Size, sizeOf, vacant } from './lease.js';
import type { OpenViewer } from './terminals.js';

/** What a viewer knows of the size. */
export interface View extends Size {
  /** Whether the size is this viewer's own. */
  readonly owner: boolean;
}

export interface SizerDeps {
  readonly store: SessionStore;
  readonly places: Places;
  readonly backend: Pick<Backend, 'resize'>;
  log(line: { level: 'warn'; message: string; [key: string]: unknown }): void;
  /** For what may fail: resolves with whether it went well. */
  readonly steady: (what: string, round: () => unknown) => Promise<boolean>;
  /** How long a lost owner is waited for. */
  readonly holdMs?: number;
}

/** A client that reconnects does so within a moment; a person walks to another device more slowly. */
const HOLD_MS = 5000;

interface Sized {
  lease: Lease;
  /** What each viewer was last told; undefined for one that hears it as the answer to its call. */
  readonly viewers: Map<OpenViewer, View | undefined>;
  applying: Promise<void> | undefined;
  waiting: NodeJS.Timeout | undefined;
}

export type Sizer = ReturnType<typeof createSizer>;

export function createSizer({ store, places, backend, log, steady, holdMs = HOLD_MS }: SizerDeps) {
  const sessions = new Map<string, Sized>();

  const of = (id: string): Sized => {
    const found = sessions.get(id);
    if (found) return found;
    const lease = vacant(store.find(id)?.home ?? null);
    const made: Sized = { lease, viewers: new Map(), applying: undefined, waiting: undefined };
    sessions.set(id, made);
    return made;
  };

  /** The size to set; undefined when the session has it, or there is nothing to size. */
  const wanted = (id: string): Size | undefined => {
    const size = sizeOf(of(id).lease);
    const session = store.find(id);
    if (!size || !session || !places.find(id)) return undefined;
    return session.cols === size.cols && session.rows === size.rows ? undefined : size;
  };

  const apply = async (id: string, { cols, rows }: Size) => {
    await backend.resize(places.get(id).window, cols, rows);
    // Read again: it may have been renamed or have ended meanwhile.
    const session = store.find(id);
    if (session) await keep({ ...session, cols, rows });
  };

  /** Whoever watches goes on watching, though the disk may be full. */
  const keep = async (session: Session) => {
    if (!(await steady('the size of a session', () => store.save(session)))) store.hold(session);
  };

  const keepHome = async (id: string, { home }: Lease) => {
    const session = store.find(id);
    if (session && !session.home && home) await keep({ ...session, home });
  };

  /** Resolves when the session has the latest size and everybody knows; of many changes at once only the last is set. */
  const change = async (id: string, lease: Lease): Promise<void> => {
    const session = of(id);
    // Whoever comes and goes meanwhile does not prolong the waiting.
    if (!lease.away || !session.lease.away || lease.owner !== session.lease.owner) {
      clearTimeout(session.waiting);
      if (lease.away) session.waiting = setTimeout(() => quietly(id, expire(session.lease)), holdMs).unref();
    }
    session.lease = lease;
    void keepHome(id, lease);
    for (let size = wanted(id); size; size = wanted(id)) {
      session.applying ??= apply(id, size).finally(() => {
        session.applying = undefined;
      });
      await session.applying;
    }
    tell(session, (viewer) => view(viewer));
    if (session.viewers.size === 0 && !session.lease.away && !session.applying) sessions.delete(id);
  };

  /** For changes nobody waits for. A window that is gone needs no size. */
  const quietly = (id: string, lease: Lease): void => {
    change(id, lease).catch((error: unknown) => {
      if (!(error instanceof RpcError)) throw error;
      if (error.kind === 'Gone') return;
      log({ level: 'warn', message: 'a session kept a wrong size', session: id, reason: error.message });
    });
  };

  const view = ({ sessionId, streamId }: OpenViewer): View | undefined => {
    const session = store.find(sessionId);
    return session && { cols: session.cols, rows: session.rows, owner: of(sessionId).lease.owner === streamId };
  };

  return {
    of,
    change,
    quietly,
    view,
    close() {
      for (const { waiting } of sessions.values()) clearTimeout(waiting);
    },
  };
}

/** Tells each viewer that knows another size or owner. */
function tell({ viewers }: Sized, viewOf: (viewer: OpenViewer) => View | undefined): void {
  for (const [viewer, known] of viewers) {
    const view = viewOf(viewer);
    if (!view || (known && same(known, view))) continue;
    viewers.set(viewer, view);
    if (known) viewer.peer.tell('terminal/resized', { streamId: viewer.streamId, ...view });
  }
}

const same = (a: View, b: View) => a.cols === b.cols && a.rows === b.rows && a.owner === b.owner;
