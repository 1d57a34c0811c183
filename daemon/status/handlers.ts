/** The daemon's own methods: ping, health, status, stop. */
import { type daemonMethods, PROTOCOL_VERSION, type Result } from '#protocol';
import type { Paths } from '#protocol/paths';
import type { Backend } from '../backend/index.js';
import type { Handlers } from '../rpc/handlers.js';

export interface StatusDeps {
  readonly version: string;
  readonly startedAt: number;
  /** Since then, whatever the clock did. */
  readonly upMs: () => number;
  readonly paths: Paths;
  readonly backend: Pick<Backend, 'kind' | 'version' | 'socketName'>;
  /** Never rejects, and takes two seconds at most. */
  readonly health: () => Promise<Result<'daemon/health'>>;
  readonly now: () => number;
  readonly tallies: () => { connections: number; sessions: number; viewers: number };
  /** Begins to stop; returns at once. */
  readonly stop: (reason: string, restarting: boolean) => void;
}

export function statusHandlers(deps: StatusDeps): Handlers<typeof daemonMethods> {
  const { version, startedAt, upMs, paths, backend, health, now, tallies, stop } = deps;
  return {
    'daemon/ping': () => ({ at: now() }),

    'daemon/health': health,

    'daemon/status': () => ({
      version,
      protocolVersion: PROTOCOL_VERSION,
      pid: process.pid,
      startedAt,
      uptimeMs: upMs(),
      home: paths.home,
      socket: paths.socket,
      backend: { kind: backend.kind, version: backend.version, socketName: backend.socketName ?? null },
      ...tallies(),
    }),

    'daemon/stop'({ restarting }) {
      // The answer goes out first: stopping waits for running requests, and this is one.
      setImmediate(() => stop('daemon/stop was called', restarting));
      return { success: true, sessions: backend.kind === 'tmux' ? 'live on' : 'end' };
    },
  };
}
