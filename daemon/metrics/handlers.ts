/** The method that tells what was counted, and what is measured at the moment of asking. */
import { statSync } from 'node:fs';
import type { Metric, metricsMethods, Result, Session } from '#protocol';
import type { Handlers } from '../rpc/handlers.js';
import type { Counts } from './counts.js';
import { counter, gauge } from './metric.js';
import { toPrometheus } from './prometheus.js';

export interface MetricsDeps {
  readonly counts: Counts;
  readonly startedAt: number;
  readonly now: () => number;
  readonly sessions: () => Iterable<Pick<Session, 'status'>>;
  readonly viewers: () => number;
  /** Open, and of these logged in. */
  readonly connections: () => { open: number; loggedIn: number };
  readonly auditRows: () => number;
  readonly loopDelay: () => { meanMs: number; p99Ms: number; maxMs: number };
  readonly health: () => Promise<Result<'daemon/health'>>;
  /** Files whose size is told, by name. */
  readonly files: Readonly<Record<string, string>>;
}

export function metricsHandlers(deps: MetricsDeps): Handlers<typeof metricsMethods> {
  return {
    async 'daemon/metrics'({ format }) {
      const { components } = await deps.health();
      const well = components.map(({ name, ok }) => [{ component: name }, ok ? 1 : 0] as const);
      const metrics = [
        ...deps.counts.read(),
        ...held(deps),
        ...ofProcess(deps),
        gauge('rdv_component_well', 'Whether a part of the daemon can do its work, 1 or 0.', well),
      ];
      return { at: deps.now(), metrics, text: format === 'prometheus' ? toPrometheus(metrics) : null };
    },
  };
}

const states = ['active', 'suspended', 'closed', 'trashed'] as const;

function held({ sessions, viewers, connections, auditRows, files }: MetricsDeps): Metric[] {
  const count = new Map<string, number>(states.map((state) => [state, 0]));
  for (const { status } of sessions()) count.set(status, (count.get(status) ?? 0) + 1);
  const { open, loggedIn } = connections();
  const byState = [...count].map(([state, value]) => [{ state }, value] as const);
  const sizes = Object.entries(files).map(([file, path]) => [{ file }, bytesOf(path)] as const);
  return [
    gauge('rdv_sessions', 'Sessions of every user, by state.', byState),
    gauge('rdv_viewers', 'Open terminal streams.', [[{}, viewers()]]),
    gauge('rdv_connections', 'Connections that are open, and of these those that have logged in.', [
      [{ state: 'open' }, open],
      [{ state: 'logged in' }, loggedIn],
    ]),
    gauge('rdv_audit_rows', 'Rows the audit keeps.', [[{}, auditRows()]]),
    gauge('rdv_file_bytes', "The daemon's files.", sizes),
  ];
}

function ofProcess({ startedAt, now, loopDelay }: MetricsDeps): Metric[] {
  const { user, system } = process.cpuUsage();
  const { meanMs, p99Ms, maxMs } = loopDelay();
  return [
    gauge('rdv_event_loop_delay_seconds', 'How long callers wait for the event loop, over the last busy seconds.', [
      [{ of: 'mean' }, meanMs / 1000],
      [{ of: 'p99' }, p99Ms / 1000],
      [{ of: 'max' }, maxMs / 1000],
    ]),
    gauge('rdv_resident_bytes', 'Memory of the process.', [[{}, process.memoryUsage.rss()]]),
    counter('rdv_cpu_seconds_total', 'Processor time of the process.', [
      [{ mode: 'user' }, user / 1e6],
      [{ mode: 'system' }, system / 1e6],
    ]),
    gauge('rdv_uptime_seconds', 'Since the start.', [[{}, (now() - startedAt) / 1000]]),
  ];
}

/** One that is not there has none: the log of writes is gone after each checkpoint. */
function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
