/** `GET /health`: what a probe needs to know, told to anybody, and nothing that is secret. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Result } from '#protocol';
import { RpcError } from '#protocol/errors';
import type { Endpoint } from './http/exchange.js';
import type { Pool } from './identity/pool.js';
import type { Voucher } from './identity/vouch.js';

export interface HealthDeps {
  readonly pool: Pool;
  readonly voucher: Voucher;
  readonly version: string;
  readonly webSockets: () => number;
}

/** The front end waits a second: a daemon that says nothing for so long is as good as away. */
const ANSWER_MS = 800;
/** However many ask, the daemon is asked once in so long. */
const FRESH_MS = 500;

export function createHealth(deps: HealthDeps): Endpoint {
  const since = performance.now();
  let asked = Number.NEGATIVE_INFINITY;
  let seen: ReturnType<typeof look> | undefined;
  return async () => {
    if (!seen || performance.now() - asked >= FRESH_MS) {
      asked = performance.now();
      // To log in may take longer than the signal tells of.
      seen = Promise.race([look(deps), delay(ANSWER_MS, undefined, { ref: false })]);
    }
    const found = await seen;
    const healthy = found?.health.status === 'healthy';
    const ok = (name: string) => found?.health.components.find((each) => each.name === name)?.ok ?? false;
    const body = {
      status: healthy ? 'healthy' : 'degraded',
      version: deps.version,
      uptime_seconds: Math.floor((performance.now() - since) / 1000),
      components: { database: ok('database'), tmux: ok('tmux') },
      metrics: {
        active_sessions: found?.status.sessions ?? 0,
        websocket_connections: deps.webSockets(),
        pending_requests: deps.pool.pending,
      },
    };
    return { status: healthy ? 200 : 503, body };
  };
}

interface Seen {
  readonly health: Result<'daemon/health'>;
  readonly status: Result<'daemon/status'>;
}

/** Undefined while the daemon is away. */
async function look({ pool, voucher }: HealthDeps): Promise<Seen | undefined> {
  const nobody = voucher.actFor('', 'service');
  const signal = AbortSignal.timeout(ANSWER_MS);
  try {
    const [health, status] = await Promise.all([
      pool.call(nobody, 'daemon/health', {}, signal),
      pool.call(nobody, 'daemon/status', {}, signal),
    ]);
    return { health, status };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return undefined;
  }
}
