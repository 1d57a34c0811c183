/** How well orchestrators watch. Pure. */
import type { Result, Session } from '#protocol';
import { isWatching, type Kept } from './orchestrator.js';

export interface Patient {
  readonly kept: Kept;
  /** Seconds. */
  readonly stallThreshold: number;
  /** The session it lives in. */
  readonly home: Pick<Session, 'status' | 'health' | 'exit'> | undefined;
  /** When an agent that it watches last told something, Unix ms. */
  readonly toldAt: number | undefined;
}

const MINUTE_MS = 60_000;
const unwell: ReadonlySet<Session['health']> = new Set(['stalled', 'hung', 'crash_loop'] as const);

export function health(patients: readonly Patient[], now: number): Result<'orchestrator/health'> {
  const orchestrators = patients.map((patient) => reportOf(patient, now));
  const active = orchestrators.filter(({ status }) => status !== 'paused');
  const healthy = active.filter((each) => each.health.isHealthy);
  return {
    summary: {
      totalOrchestrators: orchestrators.length,
      activeOrchestrators: active.length,
      healthyOrchestrators: healthy.length,
      receivingHeartbeats: orchestrators.filter((each) => each.health.receivingHeartbeats).length,
      // Where none is to watch none is unwell.
      overallHealth: active.length === 0 ? 100 : Math.round((healthy.length / active.length) * 100),
    },
    orchestrators,
  };
}

function reportOf(
  { kept, stallThreshold, home, toldAt }: Patient,
  now: number,
): Result<'orchestrator/health'>['orchestrators'][number] {
  const { id, type, status, monitoringInterval, autoIntervention } = kept;
  const watching = isWatching(kept);
  // It watches by itself; only one with an agent of its own can be stuck.
  const isStuck = home !== undefined && (home.exit !== null || unwell.has(home.health));
  return {
    ...{ orchestratorId: id, type, status, stallCheckingActive: watching },
    health: {
      minutesSinceActivity: Math.round(Math.max(0, now - kept.lastActivityAt) / (MINUTE_MS / 10)) / 10,
      stallThresholdMinutes: Math.round(stallThreshold / 6) / 10,
      isHealthy: watching && !isStuck,
      receivingHeartbeats: toldAt !== undefined && now - toldAt <= stallThreshold * 1000,
    },
    config: { monitoringInterval, stallThreshold, autoIntervention },
    timestamps: { lastActivityAt: kept.lastActivityAt, createdAt: kept.createdAt, updatedAt: kept.updatedAt },
  };
}
