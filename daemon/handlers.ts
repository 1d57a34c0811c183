/** Every method of the table, each served by its domain. */
import { agentHandlers } from './agents/handlers.js';
import { cleanupHandlers } from './cleanup/handlers.js';
import { configurationHandlers } from './config/handlers.js';
import { eventHandlers } from './events/handlers.js';
import { folderHandlers } from './folders/handlers.js';
import { surroundingsHere } from './here.js';
import { hookHandlers } from './hooks/handlers.js';
import { injectionHandlers } from './injection/handlers.js';
import { insightHandlers } from './insights/handlers.js';
import { knowledgeHandlers } from './knowledge/handlers.js';
import { type MetricsDeps, metricsHandlers } from './metrics/handlers.js';
import type { Parts } from './parts.js';
import { drivingHandlers } from './sessions/driving.js';
import { sessionHandlers } from './sessions/handlers.js';
import { runHandlers } from './sessions/run.js';
import { tmuxHandlers } from './sessions/tmux.js';
import { stallHandlers } from './stalls/handlers.js';
import { type StatusDeps, statusHandlers } from './status/handlers.js';
import { terminalHandlers } from './terminals/handlers.js';
import { readingHandlers } from './terminals/reading.js';
import { worktreeHandlers } from './worktrees/handlers.js';
import { removalHandlers } from './worktrees/removal.js';

/** `initialize`, `shutdown` and `rpc.discover` are the floor's own. */
export function createHandlers(parts: Parts, status: StatusDeps & MetricsDeps) {
  const { knowledge, preferences, projects, recordings, terminals, trash, trashed, sessionsIn } = parts;
  return {
    ...statusHandlers(status),
    ...metricsHandlers(status),
    ...configurationHandlers(parts),
    ...sessionHandlers(parts),
    ...drivingHandlers(parts),
    ...runHandlers({ ...parts, output: terminals.stream }),
    ...tmuxHandlers(parts),
    ...terminalHandlers(parts),
    ...readingHandlers(parts),
    ...recordings.handlers,
    ...folderHandlers({
      ...parts,
      sessions: sessionsIn,
      preferences: (user, id) => preferences.resolve(user, id).preferences,
      project: projects.find,
      forget(folder) {
        preferences.forget(folder);
        parts.orchestrators.forget(folder);
      },
    }),
    ...preferences.handlers,
    ...projects.handlers,
    ...hookHandlers({
      ...parts,
      localRepository: (user, id) => preferences.resolve(user, id).preferences.localRepoPath,
      surroundings: () => surroundingsHere(parts.environment),
    }),
    ...knowledgeHandlers({ ...parts, store: knowledge, scan: projects.detect }),
    ...worktreeHandlers({ ...parts, repositories: { path: preferences.repositoryPath } }),
    ...removalHandlers({ ...parts, sessions: trashed }),
    ...trash.handlers,
    ...cleanupHandlers(parts),
    ...parts.audit.handlers,
    ...agentHandlers(parts),
    ...stallHandlers(parts),
    ...injectionHandlers(parts.injection, parts.orchestrators),
    ...parts.orchestrators.handlers,
    ...insightHandlers({ ...parts, sessions: parts.store }),
    ...parts.attention.handlers,
    ...eventHandlers(parts),
    ...parts.tokens.handlers,
  };
}
