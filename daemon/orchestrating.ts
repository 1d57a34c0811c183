/** Orchestrators and insights as the daemon wires them: what they ask of sessions, folders, agents and stalls. */
import type { Session } from '#protocol';
import type { Agents } from './agents/agents.js';
import type { Configuration } from './config/configuration.js';
import type { Db } from './db/open.js';
import type { Journal } from './events/journal.js';
import type { InjectionSlice } from './injection/handlers.js';
import { dropResolved } from './insights/handlers.js';
import { createInsights } from './insights/insights.js';
import { createInsightStore } from './insights/store.js';
import { createInstruct } from './instructing.js';
import type { Log } from './log/index.js';
import { createNudge } from './nudging.js';
import type { StallsHeard } from './orchestrators/monitor.js';
import { nearest, watches } from './orchestrators/orchestrator.js';
import { createOrchestrators, type OrchestratorsDeps } from './orchestrators/orchestrators.js';
import type { OrchestratorStore } from './orchestrators/store.js';
import type { Heard } from './overhear.js';
import type { PreferencesSlice } from './preferences/handlers.js';
import { closeSession } from './sessions/close.js';
import { type CreateDeps, createSessions } from './sessions/create.js';
import type { DisposalDeps } from './sessions/disposal.js';
import type { Hands } from './sessions/hands.js';
import { isLive } from './sessions/session.js';
import type { Terminals } from './terminals/terminals.js';
import type { Tree } from './tokens/reach.js';

export interface OrchestratingDeps
  extends CreateDeps,
    Omit<DisposalDeps, 'backend'>,
    Pick<OrchestratorsDeps, 'logStore' | 'steady' | 'ending'> {
  readonly log: Log;
  readonly db: Db;
  readonly configuration: Configuration;
  readonly backend: CreateDeps['backend'] & DisposalDeps['backend'];
  readonly journal: Journal;
  readonly audit: Pick<OrchestratorsDeps, 'cover'>;
  readonly folders: OrchestratorsDeps['folders'];
  readonly preferences: CreateDeps['preferences'] & Pick<PreferencesSlice, 'resolve'>;
  readonly orchestratorStore: OrchestratorStore;
  readonly terminals: Pick<Terminals, 'stream'>;
  readonly hearing: Set<(heard: Heard) => void>;
  readonly stalls: StallsHeard;
  readonly hands: Pick<Hands, 'typedAt'>;
  readonly agents: Pick<Agents, 'find' | 'onLook' | 'report'>;
  readonly injection: Pick<InjectionSlice, 'injections' | 'store'>;
}

const DAY_MS = 24 * 3_600_000;

export function createOrchestrating(deps: OrchestratingDeps) {
  const { store, places, terminals, configuration } = deps;
  const insightStore = createInsightStore(deps.db);
  const insights = createInsights({ ...deps, store: insightStore });
  const orchestrators = createOrchestrators({
    ...deps,
    ...{ insights, insightStore, cover: deps.audit.cover },
    ...askedOf(deps),
    instruct: createInstruct(deps),
    nudge: createNudge(deps),
    typedAt: deps.hands.typedAt,
    report: deps.agents.report,
    store: deps.orchestratorStore,
    sessions: { get: store.get, find: store.find, adopt: (session) => adopt(deps, session) },
    presets: () => ({
      monitoringInterval: configuration.values.monitoring.interval_seconds,
      stallThreshold: configuration.values.monitoring.stall_threshold_seconds,
    }),
    placeOf(sessionId) {
      const session = store.find(sessionId);
      const place = session && isLive(session) ? places.find(sessionId) : undefined;
      return place && terminals.stream(place.pane).here();
    },
  });
  deps.hearing.add((heard) => hear(orchestrators, store, heard));
  return {
    ...{ insightStore, insights, orchestrators },
    expiringInsights: {
      name: 'insights',
      async run(at: number, signal: AbortSignal) {
        const before = at - configuration.values.cleanup.insight_retention_days * DAY_MS;
        return { deleted: await dropResolved(insightStore, null, before, signal), failed: [] };
      },
    },
  };
}

/** What bears on them of what is told. */
function hear(
  orchestrators: ReturnType<typeof createOrchestrators>,
  store: OrchestratingDeps['store'],
  { name, what }: Heard,
): void {
  if (name === 'session/created') orchestrators.made(what.session);
  if (name === 'session/changed' && !isLive(what.session)) orchestrators.ended(what.session);
  if (name === 'injection/changed') orchestrators.injected(what.receipt);
  if (name !== 'agent/changed') return;
  const session = store.find(what.sessionId);
  const { health, state } = what.agent;
  if (session) orchestrators.agentChanged(session, { flaps: health === 'flapping', locked: state === 'auth_failed' });
}

/** What they ask of preferences and sessions. */
function askedOf(
  deps: OrchestratingDeps,
): Pick<OrchestratorsDeps, 'choice' | 'projectPath' | 'createSession' | 'endSession'> {
  const { preferences, store, lock } = deps;
  const create = createSessions(deps);
  return {
    choice: (user, folderId) => preferences.resolve(user, folderId).preferences.orchestrator,
    projectPath(user, folderId) {
      const { preferences: held, sources } = preferences.resolve(user, folderId);
      if (folderId === null || sources.defaultWorkingDirectory.type === 'folder') return held.defaultWorkingDirectory;
      return held.localRepoPath;
    },
    createSession: create,
    endSession: (user, id) =>
      lock(
        `session ${id}`,
        async () => {
          if (isLive(store.get(user, id))) await closeSession(deps, user, id);
        },
        undefined,
        true,
      ),
  };
}

function adopt({ store, journal, now }: OrchestratingDeps, session: Session): void {
  if (session.isOrchestratorSession) return;
  const adopted = { ...session, isOrchestratorSession: true, updatedAt: now() };
  store.save(adopted);
  journal.tell(session.userId, 'session/changed', { session: adopted });
}

/** When a session is stalled, by whoever watches it; undefined where nobody does, or it says nothing of that. */
export function thresholdIn(orchestrators: Pick<OrchestratorStore, 'all'>) {
  return (session: Session): number | undefined => {
    const own = [...orchestrators.all()].filter(({ userId }) => userId === session.userId);
    const kept = nearest(own, session);
    return kept?.stallThreshold ? kept.stallThreshold * 1000 : undefined;
  };
}

/** What tokens reach of orchestrators. */
export function treeOfOrchestrators(
  orchestrators: Pick<OrchestratorStore, 'find' | 'all'>,
  session: (id: string) => Session | undefined,
): Pick<Tree, 'orchestrator' | 'watches'> {
  return {
    orchestrator(id) {
      const kept = orchestrators.find(id);
      return kept && { sessionId: kept.sessionId, scopeId: kept.folderId };
    },
    watches(sessionId, other) {
      const [own, seen] = [[...orchestrators.all()].find((kept) => kept.sessionId === sessionId), session(other)];
      return own !== undefined && seen !== undefined && watches(own, seen);
    },
  };
}
