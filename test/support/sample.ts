/** A session as rules and stores see it. */
import type { Session } from '#protocol';

let last = 0;

/** Each its own id and place; user ann, active, made at 1000. */
export function sample(changes: Partial<Session> = {}): Session {
  const id = changes.id ?? `3f2a7c1e-0000-4000-8000-${String(++last).padStart(12, '0')}`;
  return {
    id,
    userId: 'ann',
    name: `session ${last}`,
    status: 'active',
    backend: 'tmux',
    tmuxSessionName: `rdv-${id}`,
    projectPath: '/home/ann',
    folderId: null,
    githubRepoId: null,
    worktreeBranch: null,
    worktreePath: null,
    startup: null,
    profileId: null,
    agentProvider: null,
    agentState: 'unknown',
    health: 'unknown',
    isOrchestratorSession: false,
    splitGroupId: null,
    splitOrder: 0,
    splitSize: 0.5,
    command: null,
    cols: 80,
    rows: 24,
    home: null,
    exit: null,
    tabOrder: last,
    lastActivityAt: 1000,
    createdAt: 1000,
    updatedAt: 1000,
    ...changes,
  };
}
