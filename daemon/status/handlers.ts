/** The daemon's own methods: ping, health, status, stop. */
import { type daemonMethods, PROTOCOL_VERSION, type Result, RpcError } from '#protocol';
import type { Paths } from '#protocol/paths';
import type { Db } from '../db/open.js';
import type { Handlers } from '../rpc/handlers.js';
import type { Tmux } from '../tmux/index.js';

export interface StatusDeps {
  readonly version: string;
  readonly startedAt: number;
  readonly paths: Paths;
  readonly db: Db;
  readonly tmux: Pick<Tmux, 'ping' | 'version' | 'socketName'>;
  readonly now: () => number;
  readonly counts: () => { connections: number; sessions: number; viewers: number };
  /** Begins to stop; returns at once. */
  readonly stop: (reason: string) => void;
}

type Component = Result<'daemon/health'>['components'][number];

export function statusHandlers(deps: StatusDeps): Handlers<typeof daemonMethods> {
  const { version, startedAt, paths, db, tmux, now, counts, stop } = deps;
  return {
    'daemon/ping': () => ({ at: now() }),

    async 'daemon/health'() {
      const components = await Promise.all([
        component('database', () => db.prepare('SELECT COUNT(*) FROM session').pluck().get(), 'reads'),
        component('tmux', () => tmux.ping(), `${tmux.version.text} answers`),
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
      tmux: { version: tmux.version.text, socketName: tmux.socketName },
      ...counts(),
    }),

    'daemon/stop'() {
      // The answer goes out first: stopping waits for running requests, and this is one.
      setImmediate(() => stop('daemon/stop was called'));
      return { success: true };
    },
  };
}

async function component(name: string, look: () => unknown, well: string): Promise<Component> {
  try {
    await look();
    return { name, ok: true, detail: well };
  } catch (error) {
    return { name, ok: false, detail: error instanceof RpcError ? error.message : String(error) };
  }
}
