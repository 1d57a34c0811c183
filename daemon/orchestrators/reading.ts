/** The methods of monitoring: who watches, what is stalled, what was done, and how well it goes. */
import { type monitoringMethods, type Parsed, RpcError, type Session, type Stall } from '#protocol';
import type { Handlers } from '../rpc/handlers.js';
import { eventHandlers, type RoutingDeps } from './event.js';
import { health } from './health.js';
import type { LogStore } from './log.js';
import { configured, isWatching, type Kept, monitored, watches } from './orchestrator.js';

export interface MonitoringDeps extends RoutingDeps {
  readonly logStore: Pick<LogStore, 'list' | 'count'>;
  readonly sessions: RoutingDeps['sessions'] & {
    find(id: string): Session | undefined;
  };
  /** What makes no progress now, the longest first. */
  readonly stalled: (user: string) => readonly Stall[];
}

export function monitoringHandlers(deps: MonitoringDeps): Handlers<typeof monitoringMethods> {
  const { roster, now } = deps;
  const active = ({ id }: Kept) => ({ isActive: isWatching(roster.find(id)!), orchestratorId: id });
  const watch = (kept: Kept, on: boolean) => {
    const next = monitored(kept, on, now());
    if (next) roster.change(next, { action: on ? 'monitoring_started' : 'monitoring_stopped' });
  };

  return {
    'orchestrator/startMonitoring'({ id, intervalMs }, { user }) {
      const kept = roster.get(user, id);
      watch(kept, true);
      const monitoringInterval = intervalMs === undefined ? undefined : Math.round(intervalMs / 1000);
      const other = configured(roster.get(user, id), { monitoringInterval }, now());
      if (other) roster.change(other.next, { action: 'config_changed', details: other.details });
      return active(kept);
    },

    'orchestrator/stopMonitoring'({ id }, { user }) {
      const kept = roster.get(user, id);
      watch(kept, false);
      return active(kept);
    },

    'orchestrator/monitoring': ({ id }, { user }) => active(roster.get(user, id)),

    'orchestrator/stalled'({ id }, { user }) {
      const kept = roster.get(user, id);
      const inScope = ({ sessionId }: Stall) => {
        const session = deps.sessions.find(sessionId);
        return session !== undefined && watches(kept, session);
      };
      return { orchestratorId: id, stalledSessions: deps.stalled(user).filter(inScope), checkedAt: now() };
    },

    'orchestrator/audit'({ id, limit, ...asked }, { user }) {
      const filter = { orchestratorId: roster.get(user, id).id, ...filterOf(asked) };
      const logs = deps.logStore.list(filter, limit);
      return { orchestratorId: id, count: logs.length, total: deps.logStore.count(filter), logs };
    },

    'orchestrator/health': (_params, { user }) => {
      const home = (kept: Kept) => (kept.sessionId === null ? undefined : deps.sessions.find(kept.sessionId));
      const patients = roster.list(user).map((kept) => ({
        ...{ kept, home: home(kept), toldAt: deps.heard.toldAt(kept.id) },
        stallThreshold: roster.shown(kept).stallThreshold,
      }));
      return health(patients, now());
    },

    ...eventHandlers(deps),
  };
}

type Asked = Omit<Parsed<'orchestrator/audit'>, 'id' | 'limit'>;

function filterOf(asked: Asked) {
  const { actionType = null, sessionId = null, startDate, endDate } = asked;
  const [since, until] = [timeOf('startDate', startDate), timeOf('endDate', endDate)];
  return { action: actionType, sessionId, since, until };
}

/** A day alone begins at its midnight, UTC, and as an end it counts to its last moment. */
function timeOf(name: 'startDate' | 'endDate', text: string | undefined): number | null {
  if (text === undefined) return null;
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new RpcError('InvalidParams', `Expected \`${name}\` to be an ISO-8601 time, got "${text}".`);
  return name === 'endDate' && text.length === 10 ? at + DAY_MS - 1 : at;
}

const DAY_MS = 24 * 3_600_000;
