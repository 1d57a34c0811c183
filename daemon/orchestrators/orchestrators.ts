/** Everything about orchestrators, put together: who there are, what they notice, and what they do. */
import {
  type Folder,
  type HookReport,
  type monitoringMethods,
  type Orchestrator,
  type orchestratorMethods,
  type Receipt,
  RpcError,
  type Session,
} from '#protocol';
import { ofFlapping, ofLogin, type SelfTold } from '../insights/insight.js';
import type { Insights } from '../insights/insights.js';
import type { Handlers } from '../rpc/handlers.js';
import { isLive } from '../sessions/session.js';
import { type BootstrapDeps, createBootstrap } from './bootstrap.js';
import { type AgentEvent, createHeard } from './event.js';
import { orchestratorHandlers } from './handlers.js';
import { createWriteLog, type Entry, type LogDeps, type Logged, type LogStore } from './log.js';
import { createMonitor, type MonitorDeps } from './monitor.js';
import { createNoticing, type NoticingDeps } from './noticing.js';
import { createNudging, type NudgingDeps } from './nudging.js';
import { type Presets, watches } from './orchestrator.js';
import { monitoringHandlers } from './reading.js';
import { createRoster, type Roster, type RosterDeps } from './roster.js';
import { createSpin, type SpinDeps } from './spin.js';
import { reportOf } from './task.js';
import { createTyping } from './typing.js';

export interface OrchestratorsDeps
  extends Omit<RosterDeps, 'writeLog' | 'folders' | 'presets'>,
    Omit<MonitorDeps, 'roster' | 'noticing' | 'inform'>,
    Omit<NoticingDeps, 'roster' | 'sessions' | 'stalls' | 'nudging'>,
    Pick<NudgingDeps, 'typedAt'>,
    Omit<BootstrapDeps, 'roster' | 'monitor' | 'folders' | 'agent'>,
    Omit<SpinDeps, 'roster' | 'bootstrap' | 'projectPath'>,
    Omit<LogDeps, 'logStore'> {
  readonly logStore: LogStore;
  readonly insights: Insights;
  readonly presets: () => Presets;
  /** Types for an orchestrator. */
  readonly nudge: NudgingDeps['type'];
  readonly folders: {
    get(user: string, id: string): Folder;
    find(id: string): Folder | undefined;
  };
  readonly sessions: {
    get(user: string, id: string): Session;
    find(id: string): Session | undefined;
    adopt(session: Session): void;
  };
  /** Evidence of what an agent does. Throws RpcError for a session that has none. */
  readonly report: (report: HookReport) => void;
}

export interface Orchestrators {
  readonly handlers: Handlers<typeof orchestratorMethods & typeof monitoringMethods>;
  /** Throws NotFound, also for one of another user. */
  get(user: string, id: string): Orchestrator;
  watches(orchestrator: Pick<Orchestrator, 'userId' | 'scopeId'>, session: Session): boolean;
  /** Writes down what it is about to do, in the commit that is open if there is one. */
  log(entry: Entry): Logged;
  /** To be called for each session that was made, and when one is no more. */
  made(session: Session): void;
  ended(session: Session): void;
  /** An agent does something else than before: it changes to and fro, it is not logged in. */
  agentChanged(session: Session, now: { readonly flaps: boolean; readonly locked: boolean }): void;
  /** One that types for an orchestrator came a step further. */
  injected(receipt: Receipt): void;
  /** A folder is gone, and with its row that of its orchestrator: tells. For within the act. */
  forget(folder: Folder): void;
  start(): void;
  close(): void;
}

export function createOrchestrators(deps: OrchestratorsDeps): Orchestrators {
  const { sessions, now } = deps;
  const core = createCore(deps);
  const { roster, noticing, monitor, bootstrap, writeLog } = core;

  return {
    handlers: handlersOf(deps, core),
    get: (user, id) => roster.shown(roster.get(user, id)),
    watches: ({ userId, scopeId }, session) => watches({ userId, folderId: scopeId }, session),
    log(entry) {
      roster.touch(entry.orchestratorId);
      return writeLog(entry);
    },
    made: core.spin,
    ended(session) {
      noticing.settled(session, 'ended');
      leave(roster, session.id, now());
    },
    agentChanged(session, { flaps, locked }) {
      const place = deps.placeOf(session.id);
      if (flaps) noticing.raise(session, ofFlapping(session, now(), place));
      else noticing.settled(session, 'recovery', 'flapping');
      if (locked) noticing.raise(session, ofLogin(session, now(), place));
      else noticing.settled(session, 'recovery', 'login');
    },
    injected: createTyping(monitor.begin),
    forget({ id, userId, name }) {
      const kept = roster.ofFolder(userId, id);
      if (kept) roster.remove(kept, { name });
    },
    start() {
      for (const { sessionId } of roster.all()) {
        const session = sessionId === null ? undefined : sessions.find(sessionId);
        if (sessionId !== null && (!session || !isLive(session))) leave(roster, sessionId, now());
      }
      // First, so that those who wait for it are not taken for idle.
      bootstrap.start();
      monitor.start();
    },
    close: monitor.close,
  };
}

type Core = ReturnType<typeof createCore>;

/** The parts that know each other. */
function createCore(deps: OrchestratorsDeps) {
  const { choice, steady } = deps;
  const writeLog = createWriteLog(deps);
  const roster = createRoster({ ...deps, writeLog });
  const nudging = createNudging({ ...deps, roster, writeLog, type: deps.nudge });
  const noticing = createNoticing({ ...deps, roster, nudging });
  const monitor = createMonitor({
    ...deps,
    ...{ roster, noticing },
    inform(kept, trouble) {
      const { id: orchestratorId, userId, sessionId } = kept;
      const stalled = trouble.map((stall) => stall.sessionId);
      writeLog({ orchestratorId, userId, action: 'reported', details: { stalled } });
      const tell = (id: string) =>
        steady('a report to an orchestrator', () => deps.instruct(id, reportOf(kept, trouble)));
      if (sessionId !== null) void tell(sessionId);
    },
  });
  const agent: BootstrapDeps['agent'] = (user, folderId) => {
    const chosen = choice(user, folderId);
    return chosen === 'off' || chosen === 'watch' ? undefined : chosen;
  };
  const bootstrap = createBootstrap({ ...deps, roster, monitor, agent });
  const begin: SpinDeps['bootstrap'] = (user, type, folderId) => {
    const wanted = { type, folderId: folderId ?? undefined };
    void steady('the agent of an orchestrator', () => bootstrap.reinitialize(user, wanted));
  };
  const spin = createSpin({ ...deps, roster, bootstrap: begin });
  return { writeLog, roster, noticing, monitor, bootstrap, spin };
}

function handlersOf(deps: OrchestratorsDeps, { roster, noticing, bootstrap }: Core): Orchestrators['handlers'] {
  const heard = createHeard();
  roster.onChange((id, kept) => {
    if (!kept) heard.forget(id);
  });
  return {
    ...orchestratorHandlers({ ...deps, roster, bootstrap }),
    ...monitoringHandlers({
      ...deps,
      ...{ roster, heard },
      stalled: deps.stalls.list,
      report: harmless(deps.report),
      alarm: (to, session, event) => noticing.selfTold(to, session, toldIn(event, deps.now())),
      recovered(session, event) {
        noticing.settled(session, 'recovery', 'stalled');
        if (event === 'task_complete') noticing.settled(session, 'recovery', 'error');
      },
    }),
  };
}

/** Its session is no more; it watches on. */
function leave(roster: Roster, sessionId: string, now: number): void {
  const kept = roster.inSession(sessionId);
  if (kept)
    roster.change({ ...kept, sessionId: null, updatedAt: now }, { action: 'session_ended', details: { sessionId } });
}

function toldIn({ event, agent, reason, context }: AgentEvent, at: number): SelfTold {
  const { lastMessage, transcriptPath } = context ?? {};
  return { kind: event === 'error' ? 'error' : 'stalled', agent, reason, lastMessage, transcriptPath, at };
}

/** What is told of a session that has no agent is still told to those who watch it. */
function harmless(report: OrchestratorsDeps['report']): OrchestratorsDeps['report'] {
  return (told) => {
    try {
      report(told);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
    }
  };
}
