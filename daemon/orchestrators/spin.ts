/** Orchestrators that come by themselves: the master with a user's first session, a folder's control with its first. */
import type { AgentProvider, OrchestratorType, Session } from '#protocol';
import type { Roster } from './roster.js';

/** `off`, `watch`, or the agent that is to live in it. */
export type Choice = 'off' | 'watch' | Exclude<AgentProvider, 'none'>;

export interface SpinDeps {
  readonly roster: Roster;
  /** What the preferences say. Throws NotFound for a folder that is gone. */
  readonly choice: (user: string, folderId: string | null) => Choice;
  /** Of a folder; null when it has none. */
  readonly projectPath: (user: string, folderId: string) => string | null;
  /** Brings up an agent in one that was made; returns at once. */
  readonly bootstrap: (user: string, type: OrchestratorType, folderId: string | null) => void;
  readonly steady: (what: string, round: () => unknown) => Promise<boolean>;
  /** Aborted when the daemon stops. */
  readonly ending: AbortSignal;
}

/** To be called for each session that was made; whoever made it does not wait. */
export function createSpin(deps: SpinDeps): (session: Session) => void {
  return (session) => {
    if (session.isOrchestratorSession) return;
    setImmediate(() => {
      if (!deps.ending.aborted) void deps.steady('an orchestrator for a new session', () => spin(deps, session));
    });
  };
}

function spin(deps: SpinDeps, { userId, folderId }: Session): void {
  const { roster, choice, projectPath } = deps;
  if (!roster.master(userId)) make(deps, userId, null, choice(userId, null));
  if (folderId === null || roster.ofFolder(userId, folderId)) return;
  if (projectPath(userId, folderId) !== null) make(deps, userId, folderId, choice(userId, folderId));
}

function make({ roster, bootstrap }: SpinDeps, user: string, folderId: string | null, choice: Choice): void {
  if (choice === 'off') return;
  const type = folderId === null ? 'master' : 'sub_orchestrator';
  roster.make({ userId: user, type, folderId, sessionId: null, monitoring: true });
  if (choice !== 'watch') bootstrap(user, type, folderId);
}
