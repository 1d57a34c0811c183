/** The session methods. Each reads top to bottom: load, decide, act, save, tell. */
import { type Parsed, RpcError, type Session, type SessionStatus, type sessionMethods } from '#protocol';
import { need } from '../rpc/access.js';
import { refuseLoaders } from '../rpc/environment.js';
import type { Handlers } from '../rpc/handlers.js';
import { checkDirectory } from './check.js';
import { closeSession } from './close.js';
import { type CreateDeps, createSessions } from './create.js';
import { type DisposalDeps, disposeOf } from './disposal.js';
import { createLists } from './lists.js';
import { findRepository, type RepositoryDeps } from './repository.js';
import { type Changes, changed, reordered, turn } from './session.js';

export interface SessionDeps extends CreateDeps, Omit<DisposalDeps, 'backend'>, Omit<RepositoryDeps, 'preferences'> {
  readonly backend: CreateDeps['backend'] & DisposalDeps['backend'];
  readonly folders: CreateDeps['folders'] & {
    /** Throws NotFound for a folder that is none of the user's. */
    get(user: string, id: string): unknown;
  };
}

export function sessionHandlers(deps: SessionDeps): Handlers<typeof sessionMethods> {
  const { store, places, now } = deps;
  const create = createSessions(deps);
  const list = createLists(store);
  const keep = keeper(deps);
  const change = (user: string, id: string, changes: Changes) => keep(changed(store.get(user, id), changes, now()));
  const turns = createTurns(deps, keep);

  return {
    'session/create'(params, { user, identity, signal }) {
      refuseLoaders(params.environment, identity);
      return create(user, params, signal);
    },

    'session/list': (wanted, { user, identity }) => list(user, wanted, identity.reach),

    async 'session/get'({ id }, { user, signal }) {
      const repository = await findRepository(deps, store.get(user, id), signal);
      // Read again: asking git takes a while.
      return { ...store.get(user, id), repository };
    },

    'session/rename': ({ id, name }, { user }) => change(user, id, { name }),

    async 'session/update'({ id, status, ...given }, { user, identity }) {
      if (status === 'closed' || status === 'trashed') need('session/update', 'destroy', identity);
      const changes = wantedChanges(deps, user, given);
      const session = store.get(user, id);
      // Before anything changes. Whether a window stands shows only when it is looked for.
      if (status !== undefined) turn(session, status, now());
      if (status === 'active') places.get(id);
      // First, since this alone can still fail.
      if (status !== undefined) await turns[status](user, id);
      if (Object.keys(changes).length > 0) change(user, id, filedStill(deps, changes));
      return store.get(user, id);
    },

    'session/move'({ id, folderId }, { user }) {
      change(user, id, wantedChanges(deps, user, { folderId }));
      return { success: true };
    },

    'session/reorder'({ sessionIds }, { user }) {
      const moved = reordered(allOf(deps, user, sessionIds), now());
      deps.journal.act(() => {
        store.saveAll(moved);
        for (const session of moved) deps.journal.tell(user, 'session/changed', { session });
      });
      return { success: true };
    },

    'session/suspend': ({ id }, { user }) => turns.suspended(user, id),

    'session/resume': ({ id }, { user }) => turns.active(user, id),

    async 'session/close'({ id, ...how }, { user }) {
      const trashItemId = await disposeOf(deps, user, id, how);
      return { success: true, ...(trashItemId !== undefined && { trashItemId }) };
    },
  };
}

type Keep = (session: Session) => Session;

function keeper({ store, journal }: Pick<SessionDeps, 'store' | 'journal'>): Keep {
  return (session) =>
    journal.act(() => {
      store.save(session);
      journal.tell(session.userId, 'session/changed', { session });
      return session;
    });
}

/** What it takes to bring a session into each state. */
function createTurns(deps: SessionDeps, keep: Keep) {
  const { store, places, viewers, now } = deps;
  return {
    suspended(user: string, id: string) {
      const suspended = keep(turn(store.get(user, id), 'suspended', now()));
      viewers.endAll(id, 'suspended');
      return suspended;
    },
    active(user: string, id: string) {
      const resumed = turn(store.get(user, id), 'active', now());
      places.get(id);
      return keep(resumed);
    },
    closed: (user: string, id: string) => closeSession(deps, user, id),
    trashed: (user: string, id: string) => disposeOf(deps, user, id, { trash: true, deleteWorktree: false }),
  } satisfies Record<SessionStatus, (user: string, id: string) => unknown>;
}

type Given = Partial<Omit<Parsed<'session/update'>, 'id' | 'status'>>;

/** Only what was given. Throws NotFound for a folder, InvalidParams for a directory that is none. */
function wantedChanges({ folders }: SessionDeps, user: string, given: Given): Changes {
  if (given.folderId) folders.get(user, given.folderId);
  if (given.projectPath !== undefined) checkDirectory(given.projectPath);
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** A folder may have been removed while the session changed its state. */
function filedStill({ folders }: SessionDeps, changes: Changes): Changes {
  const { folderId } = changes;
  return folderId && !folders.find(folderId) ? { ...changes, folderId: null } : changes;
}

/** Throws InvalidParams when one is named twice or is none of the user's. */
function allOf({ store }: SessionDeps, user: string, ids: readonly string[]): Session[] {
  const sessions = ids.map((id) => store.find(id));
  const unknown = ids.find((_, at) => sessions[at]?.userId !== user);
  const seen = new Set<string>();
  const twice = ids.find((id) => seen.size === seen.add(id).size);
  const wrong = unknown ?? twice;
  if (wrong === undefined) return sessions as Session[];
  const what = unknown === undefined ? 'twice' : 'which is no session';
  throw new RpcError('InvalidParams', `Expected \`sessionIds\` to name sessions, each once, got ${wrong} ${what}.`);
}
