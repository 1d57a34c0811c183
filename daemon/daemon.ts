/** Wires the daemon together: database, backend, slices, socket. The one place that knows them all. */
import { openRpc } from '#protocol/openrpc';
import type { Paths } from '#protocol/paths';
import type { Backend } from './backend/index.js';
import { chooseBackend } from './choose.js';
import type { Configuration } from './config/configuration.js';
import { ratesOf } from './config/rates.js';
import { type Db, openDatabase } from './db/open.js';
import { cleanEnvironment } from './environment.js';
import { createHandlers } from './handlers.js';
import { watchClock } from './jumps.js';
import type { Log } from './log/index.js';
import { watchMending } from './mending.js';
import { createParts, type Parts } from './parts.js';
import { createRelay, type Relay } from './relay.js';
import type { Door } from './rpc/door.js';
import { refuseAnswered } from './rpc/link.js';
import { type Listener, listen } from './rpc/listen.js';
import { createRates } from './rpc/rates.js';
import { checkSocket } from './rpc/socket.js';
import { aboutItself } from './self.js';
import { isLive } from './sessions/session.js';
import { socketName } from './tmux/name.js';
import { readToken } from './tokens/files.js';
import { watchBackend } from './watching.js';

export interface DaemonOptions {
  readonly paths: Paths;
  readonly configuration: Configuration;
  readonly version: string;
  /** For programs: the one the daemon was started with. */
  readonly umask: number;
  readonly log: Log;
  /** Called when a client asks the daemon to stop. */
  readonly stopAsked: (reason: string, restarting: boolean) => void;
  /** Where clients wait already. */
  readonly door?: Door | undefined;
}

export interface Daemon {
  /** Drains, closes, leaves tmux and its programs alone; without tmux the programs end. */
  stop(reason: string, restarting?: boolean): Promise<void>;
}

const RECONCILE_MS = 10 * 60_000;
const MEGABYTE = 1024 * 1024;

/** Resolves when clients can connect; every session that outlived the last daemon is found again by then. */
export async function openDaemon(options: DaemonOptions): Promise<Daemon> {
  const { paths, configuration, log } = options;
  const { server, terminal, auth } = configuration.values;
  // Before a tmux server is started for nothing.
  checkSocket(server.api_socket);
  checkSocket(paths.socket);
  // One that takes over answers there itself.
  if (server.api_socket !== paths.socket && !options.door) await refuseAnswered(server.api_socket);
  const db = openDatabase(paths.database);
  const environment = cleanEnvironment(process.env);
  const relay = createRelay();
  let backend: Backend | undefined;
  try {
    // Before anything is started that nobody could then reach.
    for (const path of [paths.cliToken, auth.service_token_file]) readToken(path);
    const wanted = terminal.backend;
    backend = await chooseBackend({ wanted, socketName: socketName(paths.home), environment, log }, relay.events);
    return await wire(options, { db, environment, relay, backend });
  } catch (error) {
    // A connection left open would keep the process alive, without its lock.
    await backend?.close();
    db.close();
    throw error;
  }
}

interface Opened {
  readonly db: Db;
  readonly environment: Readonly<Record<string, string>>;
  readonly relay: Relay;
  readonly backend: Backend;
}

async function wire(options: DaemonOptions, opened: Opened): Promise<Daemon> {
  const parts = createParts({ ...options, ...opened });
  const { store, terminals, sizes, startup, cleanup } = parts;
  const look = watchBackend(parts, opened.relay);
  parts.ends.look = () => void look(false);
  // Before sessions are looked at: one may be on its way into the trash or back.
  await parts.trash.recover();
  await look(true);
  sizes.adopt();
  const live = [...store.all()].filter(isLive);
  parts.tokens.start(live);
  for (const { id } of live) startup.begin(id);
  parts.stalls.start();
  parts.agents.start(live);
  parts.injection.recover();
  parts.orchestrators.start();
  parts.attention.start();
  const listener = await serve(options, parts);
  cleanup.start();
  const again = setInterval(() => void look(false), RECONCILE_MS).unref();
  const watches = [
    watchMending(parts.board, options.paths.home),
    watchClock(parts.board, { now: parts.now, ticks: () => performance.now() }),
  ];

  return {
    async stop(reason, restarting) {
      clearInterval(again);
      for (const end of watches) end();
      parts.end.abort();
      startup.close();
      for (const { id } of store.all()) terminals.endAll(id, 'stopping');
      // Told before requests are waited for: one of them may wait for it.
      const cleaned = cleanup.close();
      await listener.stop(reason, restarting);
      await cleaned;
      await close(parts);
    },
  };
}

/** In the order in which they need each other. */
async function close({
  orchestrators,
  agents,
  injection,
  attention,
  stalls,
  tokens,
  sizes,
  recordings,
  projects,
  learning,
  activity,
  backend,
  audit,
  loop,
  db,
}: Parts): Promise<void> {
  orchestrators.close();
  attention.close();
  await injection.close();
  stalls.close();
  agents.close();
  tokens.close();
  sizes.close();
  await recordings.close();
  await projects.close();
  learning.close();
  activity.close();
  await backend.close();
  audit.close();
  loop.close();
  closeDatabase(db);
}

async function serve(options: DaemonOptions, parts: Parts): Promise<Listener> {
  const { counts, loop, lock, log } = parts;
  const { server, limits } = options.configuration.values;
  const rates = createRates(ratesOf(limits));
  options.configuration.onChange(() => rates.change(ratesOf(limits)));
  let listener: Listener | undefined;
  listener = await listen({
    path: server.api_socket,
    link: options.paths.socket,
    rates,
    limits: {
      connections: limits.connections,
      requestsInFlight: limits.requests_in_flight,
      outboundHardBytes: limits.outbound_megabytes * MEGABYTE,
    },
    drainMs: () => server.drain_seconds * 1000,
    handlers: createHandlers(
      parts,
      aboutItself(options, parts, () => listener),
    ),
    serverInfo: { name: 'rdv', version: options.version },
    discover: openRpc,
    door: options.door,
    login: parts.tokens.login,
    ...{ lock, log, auditor: parts.auditor, explain: parts.explain, refused: counts.refused },
    observe(answered) {
      loop.busy();
      counts.observe(answered);
    },
  });
  parts.door.open(listener);
  return listener;
}

function closeDatabase(db: Db): void {
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}
