/** What the daemon needs to tell about itself: its status, its health, its metrics. */
import type { DaemonOptions } from './daemon.js';
import { createHealth } from './health/health.js';
import type { MetricsDeps } from './metrics/handlers.js';
import type { Parts } from './parts.js';
import type { Listener } from './rpc/listen.js';
import { isLive } from './sessions/session.js';
import type { StatusDeps } from './status/handlers.js';

export function aboutItself(
  { paths, version, stopAsked }: DaemonOptions,
  parts: Parts,
  listener: () => Listener | undefined,
): StatusDeps & MetricsDeps {
  const { store, terminals, audit, loop, counts } = parts;
  const since = performance.now();
  const open = () => listener()?.connections() ?? 0;
  return {
    ...parts,
    ...{ paths, version, stop: stopAsked, startedAt: Date.now(), counts },
    upMs: () => Math.round(performance.now() - since),
    tallies: () => ({
      connections: open(),
      sessions: [...store.all()].filter(isLive).length,
      viewers: terminals.count,
    }),
    health: createHealth({ ...parts, paths, auditRows: audit.count, loopDelay: loop.delay }),
    sessions: () => store.all(),
    viewers: () => terminals.count,
    connections: () => ({ open: open(), loggedIn: listener()?.peers().length ?? 0 }),
    auditRows: audit.count,
    loopDelay: loop.delay,
    files: { database: paths.database, wal: `${paths.database}-wal`, log: paths.log },
  };
}
