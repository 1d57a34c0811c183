/** The orchestrators there are, and the one way to change them: what is written is logged and told with it. */
import { randomUUID } from 'node:crypto';
import { type Folder, type Orchestrator, RpcError, type Session } from '#protocol';
import type { Journal } from '../events/journal.js';
import type { Logged, WriteLog } from './log.js';
import { draft, inOrder, type Kept, nearest, type Presets, shown, type Wanted } from './orchestrator.js';
import type { OrchestratorStore } from './store.js';

export interface RosterDeps {
  readonly store: OrchestratorStore;
  readonly writeLog: WriteLog;
  readonly journal: Pick<Journal, 'act' | 'tell' | 'afterwards'>;
  readonly folders: { find(id: string): Pick<Folder, 'name'> | undefined };
  readonly now: () => number;
  /** For those that are made from now on. */
  readonly presets: () => Presets;
}

/** What was done to one, for its log. */
export interface Deed {
  readonly action: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface Roster {
  /** Throws NotFound with ORCHESTRATOR_NOT_FOUND, also for one of another user. */
  get(user: string, id: string): Kept;
  find(id: string): Kept | undefined;
  /** The master first. */
  list(user: string): Kept[];
  all(): Kept[];
  master(user: string): Kept | undefined;
  ofFolder(user: string, folderId: string): Kept | undefined;
  /** That lives in the session. */
  inSession(sessionId: string): Kept | undefined;
  /** The one nearest to a session of those that watch now. */
  watching(session: Session): Kept | undefined;
  shown(kept: Kept): Orchestrator;
  /** Throws Conflict as the store does. */
  make(wanted: Omit<Wanted, 'id'>, deed?: Deed): { readonly kept: Kept; readonly logged: Logged };
  change(next: Kept, deed: Deed): Logged;
  /** `folder`: the one it watched, when that is gone already. */
  remove(kept: Kept, folder?: Pick<Folder, 'name'>): void;
  /** It did something just now; nobody is told. */
  touch(id: string): void;
  /** Called after each change, with what is kept now; undefined when it is gone. Returns the way out. */
  onChange(listener: (id: string, kept: Kept | undefined) => void): () => void;
}

/** An orchestrator that is busy is not written down each time. */
const TOUCH_MS = 10_000;

export function createRoster({ store, writeLog, journal, folders, now, presets }: RosterDeps): Roster {
  const listeners = new Set<(id: string, kept: Kept | undefined) => void>();
  const show = (kept: Kept) => {
    const folder = kept.folderId === null ? undefined : folders.find(kept.folderId);
    return shown(kept, folder?.name, presets());
  };
  const list = (user: string) => all().filter(({ userId }) => userId === user);
  const all = () => [...store.all()].sort(inOrder);
  const noted = ({ id, userId }: Kept, { action, details }: Deed) =>
    writeLog({ orchestratorId: id, userId, action, details });
  const changed = (id: string) =>
    journal.afterwards(() => {
      for (const listener of listeners) listener(id, store.find(id));
    });

  return {
    get(user, id) {
      const kept = store.find(id);
      if (kept?.userId === user) return kept;
      const said = `No orchestrator ${id}. List them with orchestrator/list.`;
      throw new RpcError('NotFound', said, { code: 'ORCHESTRATOR_NOT_FOUND' });
    },
    find: store.find,
    list,
    all,
    master: (user) => list(user).find(({ folderId }) => folderId === null),
    ofFolder: (user, folderId) => list(user).find((kept) => kept.folderId === folderId),
    inSession: (sessionId) => all().find((kept) => kept.sessionId === sessionId),
    watching: (session) => nearest(list(session.userId), session),
    shown: show,
    make: (wanted, { action, details } = { action: 'created' }) =>
      journal.act(() => {
        const kept = draft({ ...wanted, id: randomUUID() }, presets(), now());
        store.insert(kept);
        const { type, folderId, sessionId } = kept;
        const logged = noted(kept, { action, details: { type, folderId, sessionId, ...details } });
        journal.tell(kept.userId, 'orchestrator/created', { orchestrator: show(kept) });
        changed(kept.id);
        return { kept, logged };
      }),
    change: (next, deed) =>
      journal.act(() => {
        const kept = { ...next, lastActivityAt: now() };
        store.save(kept);
        const logged = noted(kept, deed);
        journal.tell(kept.userId, 'orchestrator/changed', { orchestrator: show(kept) });
        changed(kept.id);
        return logged;
      }),
    remove: (kept, folder) =>
      journal.act(() => {
        const orchestrator = folder ? shown(kept, folder.name, presets()) : show(kept);
        store.remove(kept.id);
        noted(kept, { action: 'deleted', details: { type: kept.type, folderId: kept.folderId } });
        journal.tell(kept.userId, 'orchestrator/deleted', { orchestrator });
        changed(kept.id);
      }),
    touch(id) {
      const kept = store.find(id);
      const at = now();
      if (kept && at - kept.lastActivityAt >= TOUCH_MS) store.save({ ...kept, lastActivityAt: at });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
