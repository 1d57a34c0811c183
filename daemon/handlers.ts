/** Every method of the table, each served by its domain. */
import { insightMethods, type Methods, monitoringMethods, orchestratorMethods, RpcError } from '#protocol';
import { agentHandlers } from './agents/handlers.js';
import { cleanupHandlers } from './cleanup/handlers.js';
import { configurationHandlers } from './config/handlers.js';
import { eventHandlers } from './events/handlers.js';
import { folderHandlers } from './folders/handlers.js';
import { surroundingsHere } from './here.js';
import { hookHandlers } from './hooks/handlers.js';
import { injectionHandlers, type OrchestratorsAsked } from './injection/handlers.js';
import { knowledgeHandlers } from './knowledge/handlers.js';
import { type MetricsDeps, metricsHandlers } from './metrics/handlers.js';
import type { Parts } from './parts.js';
import type { Handlers } from './rpc/handlers.js';
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
      forget: preferences.forget,
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
    // Gone when each has its slice.
    ...agentHandlers(parts),
    ...stallHandlers(parts),
    ...injectionHandlers(parts.injection, unmadeOrchestrators),
    ...unmade(orchestratorMethods),
    ...unmade(monitoringMethods),
    ...unmade(insightMethods),
    ...parts.attention.handlers,
    ...eventHandlers(parts),
    ...parts.tokens.handlers,
  };
}

function unmade<T extends Partial<Methods>>(methods: T): Handlers<T> {
  const refuse = () => {
    throw new RpcError('Unavailable', 'This is being built.');
  };
  return Object.fromEntries(Object.keys(methods).map((name) => [name, refuse])) as unknown as Handlers<T>;
}

/** Gone when they have their slice. */
const unmadeOrchestrators: OrchestratorsAsked = {
  get(_user, id) {
    throw new RpcError('NotFound', `No orchestrator ${id}.`, { code: 'ORCHESTRATOR_NOT_FOUND' });
  },
  watches: () => false,
  log: ({ sessionId }) => ({ id: sessionId }),
};
