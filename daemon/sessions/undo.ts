/** Takes back a session that was half made, by a create that failed or was cut short. */
import type { Backend } from '../backend/index.js';
import type { Lock } from '../rpc/locks.js';
import { lockOf, type Worktrees } from '../worktrees/create.js';
import type { Places } from './places.js';
import type { Intent, SessionStore } from './store.js';

export interface UndoDeps {
  readonly store: SessionStore;
  readonly places: Places;
  readonly backend: Pick<Backend, 'kill' | 'list'>;
  readonly worktrees: Pick<Worktrees, 'unmake'>;
  readonly sessionTokens: {
    /** Its token is good no more, and its file gone. Again is harmless. */
    end(sessionId: string): void;
  };
  /** The lock the session methods hold, by the same key. */
  readonly lock: Lock;
  log(line: { level: 'warn'; message: string; [key: string]: unknown }): void;
}

/**
 * Removes what a create left that failed, or that a crash cut short: the window, the worktree, the token, the intent last, since
 * while anything may stand somebody must know of it.
 */
export function undo(deps: UndoDeps, intent: Intent): Promise<void> {
  if (!intent.plan) return undoAlone(deps, intent);
  return deps.lock(lockOf(intent.plan.repoPath), () => undoAlone(deps, intent));
}

/** The same for one who is alone in the repository of the worktree already. */
export async function undoAlone(deps: UndoDeps, { session: { id }, plan }: Intent): Promise<void> {
  const { store, places, backend, worktrees, sessionTokens, log } = deps;
  const place = places.find(id) ?? (await backend.list()).find((window) => window.id === id);
  // First, so that the window's end is not taken for a session's.
  places.remove(id);
  if (place) await backend.kill(place.window);
  const kept = plan && (await worktrees.unmake(plan)).kept;
  if (kept)
    log({ level: 'warn', message: 'a worktree made for a session that came to nothing holds work', path: kept });
  sessionTokens.end(id);
  store.discard(id);
}
