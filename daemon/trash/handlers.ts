/** The trash methods, and what other parts of the daemon do with the trash. */
import type { TrashItem, trashMethods } from '#protocol';
import type { Journal } from '../events/journal.js';
import type { Git } from '../git/index.js';
import type { Handlers } from '../rpc/handlers.js';
import type { Lock } from '../rpc/locks.js';
import { addSession, addWorktree, type Owner, type Parts, type Place } from './add.js';
import { type Deleted, deleteAll, deleteItem } from './delete.js';
import { shown } from './item.js';
import { createShelves } from './places.js';
import { recover } from './recover.js';
import { createRegistration } from './registration.js';
import { restore } from './restore.js';
import type { TrashStore } from './store.js';

export interface TrashDeps {
  readonly store: TrashStore;
  readonly git: Git;
  readonly journal: Pick<Journal, 'tell' | 'act'>;
  readonly lock: Lock;
  readonly now: () => number;
  /** The trash of the data folder. */
  readonly folder: string;
  /** How long an item is kept that comes now. */
  readonly retentionDays: () => number;
  /** Told of what became of a session in the trash; after a crash perhaps again. */
  readonly sessions: {
    restored(user: string, sessionId: string): void;
    deleted(user: string, sessionId: string): void;
  };
  log(line: { level: 'warn' | 'error'; message: string; [key: string]: unknown }): void;
}

export interface Trash {
  readonly handlers: Handlers<typeof trashMethods>;
  /**
   * Moves a worktree to the trash, whatever it holds; `place` is its resolved path and its repository's main working tree.
   * Waits for the repository's lock, which must not be held. Throws NotFound, Conflict, Unavailable; then nothing moved.
   */
  addWorktree(user: string, place: Place, owner?: Owner): Promise<TrashItem>;
  /** The same for a session and the worktree that goes with it, if any. Again for the same session returns its item. */
  addSession(user: string, owner: Owner, place: Place | null): Promise<TrashItem>;
  /** Finishes or undoes what a crash cut short; for the start. */
  recover(): Promise<void>;
  /** Deletes what was kept for long enough, and goes on with deletions that did not end. */
  deleteExpired(now: number, signal?: AbortSignal): Promise<Deleted>;
  /** Whether a resolved path lies in the trash. */
  isTrashed(path: string): boolean;
}

export function createTrash(deps: TrashDeps): Trash {
  const parts: Parts = { ...deps, shelves: createShelves(deps.folder), registration: createRegistration(deps.git) };
  const { store } = deps;
  return {
    handlers: {
      'trash/list': (_params, { user }) => ({ items: store.list(user).map(shown) }),

      'trash/restore': ({ id }, { user }) => restore(parts, store.get(user, id)),

      async 'trash/delete'({ id }, { user, signal }) {
        await deleteItem(parts, store.get(user, id), signal);
        return { success: true };
      },

      'trash/empty': (_params, { user, signal }) => deleteAll(parts, store.list(user), signal),
    },
    addWorktree: (user, place, owner) => addWorktree(parts, user, place, owner),
    addSession: (user, owner, place) => addSession(parts, user, owner, place),
    recover: () => recover(parts),
    deleteExpired: (now, signal) => deleteAll(parts, store.due(now), signal),
    isTrashed: parts.shelves.holds,
  };
}
