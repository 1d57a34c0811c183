/** The daemon's own methods: ping, health, status, stop. */
import { type daemonMethods, PROTOCOL_VERSION, type Result, RpcError } from '#protocol';
import type { Paths } from '#protocol/paths';
import type { Backend } from '../backend/index.js';
import type { Db } from '../db/open.js';
import type { Handlers } from '../rpc/handlers.js';

export interface StatusDeps {
  readonly version: string;
  readonly startedAt: number;
  readonly paths: Paths;
  readonly db: Db;
  readonly backend: Pick<Backend, 'ping' | 'kind' | 'version' | 'socketName' | 'degraded'>;
  readonly now: () => number;
  readonly counts: () => { connections: number; sessions: number; viewers: number };
  /** Begins to stop; returns at once. */
  readonly stop: (reason: string, restarting: boolean) => void;
}

type Component = Result<'daemon/health'>['components'][number];

export function statusHandlers(deps: StatusDeps): Handlers<typeof daemonMethods> {
  const { version, startedAt, paths, db, backend, now, counts, stop } = deps;
  return {
    'daemon/ping': () => ({ at: now() }),

    async 'daemon/health'() {
      const components = await Promise.all([
        component('database', () => db.pragma('user_version'), 'reads'),
        terminals(backend),
      ]);
      return { status: components.every(({ ok }) => ok) ? 'healthy' : 'degraded', components };
    },

    'daemon/status': () => ({
      version,
      protocolVersion: PROTOCOL_VERSION,
      pid: process.pid,
      startedAt,
      uptimeMs: now() - startedAt,
      home: paths.home,
      socket: paths.socket,
      backend: { kind: backend.kind, version: backend.version, socketName: backend.socketName ?? null },
      ...counts(),
    }),

    'daemon/stop'({ restarting }) {
      // The answer goes out first: stopping waits for running requests, and this is one.
      setImmediate(() => stop('daemon/stop was called', restarting));
      return { success: true, sessions: backend.kind === 'tmux' ? 'live on' : 'end' };
    },
  };
}

async function terminals(backend: StatusDeps['backend']): Promise<Component> {
  if (backend.degraded) return { name: 'tmux', ok: false, detail: backend.degraded };
  return component('tmux', () => backend.ping(), `${backend.version} answers`);
}

async function component(name: string, look: () => unknown, well: string): Promise<Component> {
  try {
    await look();
    return { name, ok: true, detail: well };
  } catch (error) {
    return { name, ok: false, detail: error instanceof RpcError ? error.message : String(error) };
  }
}
