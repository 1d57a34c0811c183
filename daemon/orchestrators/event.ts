/** What agents tell through the service: whose session it is about, who watches that, and what comes of it. */
import {
  AgentProvider,
  agentEvents,
  type HookReport,
  type monitoringMethods,
  type Parsed,
  type Session,
} from '#protocol';
import type { Handlers } from '../rpc/handlers.js';
import type { Identity } from '../rpc/identity.js';
import { isLive } from '../sessions/session.js';
import { isWatching, type Kept, watches } from './orchestrator.js';
import type { Roster } from './roster.js';

export type AgentEvent = Parsed<'orchestrator/event'>;

export interface RoutingDeps {
  readonly roster: Roster;
  readonly sessions: { find(id: string): Session | undefined };
  /** Evidence of what the agent of a live session does. */
  readonly report: (report: HookReport) => void;
  readonly heard: Heard;
  /** To those who watch: an agent says that it failed, or that it is stuck. */
  readonly alarm: (to: readonly Kept[], session: Session, event: AgentEvent) => void;
  /** Its agent shows that it goes on. */
  readonly recovered: (session: Session, event: AgentEvent['event']) => void;
  readonly now: () => number;
}

/** When agents last told those who watch them something. */
export interface Heard {
  note(orchestratorId: string, at: number): void;
  toldAt(orchestratorId: string): number | undefined;
  forget(orchestratorId: string): void;
}

export function createHeard(): Heard {
  const told = new Map<string, number>();
  return {
    note: (id, at) => void told.set(id, at),
    toldAt: (id) => told.get(id),
    forget: (id) => void told.delete(id),
  };
}

const agents = AgentProvider.exclude(['none']).options;

type EventHandlers = Pick<Handlers<typeof monitoringMethods>, 'orchestrator/event' | 'orchestrator/events'>;

export function eventHandlers(deps: RoutingDeps): EventHandlers {
  return {
    'orchestrator/events': () => ({
      ...{ status: 'ok', endpoint: '/api/orchestrators/agent-event' },
      ...{ supportedEvents: [...agentEvents], supportedAgents: [...agents] },
    }),

    'orchestrator/event'(event, { user, identity }) {
      const session = sessionOf(deps, event, user, identity);
      const nobody = { folderOrchestrator: null, masterOrchestrator: null, escalated: false };
      if (!session)
        return { received: true, sessionFound: false, sessionId: null, event: event.event, routing: nobody };
      return {
        ...{ received: true, sessionFound: true, sessionId: session.id, event: event.event },
        // What arrives behind the end of the session has nobody to go to: nothing would ever end it.
        routing: isLive(session) ? route(deps, session, event) : nobody,
      };
    },
  };
}

/**
 * Undefined for one that is not there and for one of somebody else alike. The service that names nobody speaks for the
 * owner of the session; names of ours in tmux hold the session's id.
 */
function sessionOf(
  { sessions }: RoutingDeps,
  { sessionId, tmuxSessionName }: AgentEvent,
  user: string,
  { reach }: Identity,
): Session | undefined {
  const named = sessionId ?? /^rdv-(.+)$/.exec(tmuxSessionName ?? '')?.[1];
  const session = named === undefined ? undefined : sessions.find(named);
  if (!session || (user !== '' && session.userId !== user)) return undefined;
  // Told of two, it is about neither.
  if (tmuxSessionName !== undefined && tmuxSessionName !== session.tmuxSessionName) return undefined;
  return reach && !reach.session(session.id) ? undefined : session;
}

const reports: Partial<Record<AgentEvent['event'], HookReport['event']>> = {
  heartbeat: 'heartbeat',
  session_start: 'sessionStart',
  session_end: 'sessionEnd',
  task_complete: 'turnEnd',
  error: 'turnFailed',
};

const alarms: ReadonlySet<AgentEvent['event']> = new Set(['error', 'stalled']);

function route(deps: RoutingDeps, session: Session, event: AgentEvent) {
  const { roster, heard, now } = deps;
  const own = roster.list(session.userId).filter((kept) => isWatching(kept) && watches(kept, session));
  const folder = own.find(({ folderId }) => folderId !== null);
  const master = own.find(({ folderId }) => folderId === null);
  const escalated = alarms.has(event.event) && master !== undefined;
  const to = [folder, ...(folder === undefined || escalated ? [master] : [])].filter((kept) => kept !== undefined);
  for (const { id } of to) {
    heard.note(id, now());
    roster.touch(id);
  }
  tellAgents(deps, session, event);
  if (alarms.has(event.event)) deps.alarm(to, session, event);
  else deps.recovered(session, event.event);
  return {
    folderOrchestrator: folder?.id ?? null,
    masterOrchestrator: to.find(({ folderId }) => folderId === null)?.id ?? null,
    escalated,
  };
}

function tellAgents({ report }: RoutingDeps, session: Session, { event, agent, reason, context }: AgentEvent): void {
  const known = reports[event];
  if (known === undefined) return;
  const { transcriptPath } = context ?? {};
  const message = reason ?? context?.lastMessage?.slice(0, 2000);
  report({
    ...{ sessionId: session.id, agent, event: known, rawEvent: event, subagent: false },
    ...(message !== undefined && { message }),
    ...(transcriptPath !== undefined && { transcriptPath }),
  });
}
