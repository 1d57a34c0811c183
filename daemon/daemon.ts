/** Wires the daemon together: database, tmux, slices, socket. The one place that knows them all. */
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { RpcError } from '#protocol';
import { openRpc } from '#protocol/openrpc';
import type { Paths } from '#protocol/paths';
import type { Backend } from './backend/index.js';
import { type Db, openDatabase } from './db/open.js';
import { cleanEnvironment } from './environment.js';
import { eventHandlers } from './events/handlers.js';
import { createJournal } from './events/journal.js';
import type { Log } from './log.js';
import { createRelay, type Relay } from './relay.js';
import { createHub } from './rpc/hub.js';
import { type Listener, listen } from './rpc/listen.js';
import { createLock } from './rpc/locks.js';
import { checkSocket } from './rpc/socket.js';
import { createActivity } from './sessions/activity.js';
import { sessionHandlers } from './sessions/handlers.js';
import { createPlaces } from './sessions/places.js';
import { closeGone, type ReconcileDeps, reconcile } from './sessions/reconcile.js';
import { isLive } from './sessions/session.js';
import { createSessionStore } from './sessions/store.js';
import { statusHandlers } from './status/handlers.js';
import { terminalHandlers } from './terminals/handlers.js';
import { createSizes } from './terminals/sizes.js';
import { createTerminals } from './terminals/terminals.js';
import { openTmux } from './tmux/index.js';
import { createLogin, ensureToken } from './tokens/local.js';

export interface DaemonOptions {
  readonly paths: Paths;
  readonly version: string;
  readonly log: Log;
  /** Called when a client asks the daemon to stop. */
  readonly stopAsked: (reason: string) => void;
}

export interface Daemon {
  /** Drains, closes, leaves tmux and its programs alone. */
  stop(reason: string): Promise<void>;
}

const RECONCILE_MS = 10 * 60_000;

/** Resolves when clients can connect; every session that outlived the last daemon is found again by then. */
export async function openDaemon(options: DaemonOptions): Promise<Daemon> {
  const { paths, log } = options;
  // Before a tmux server is started for nothing.
  checkSocket(paths.socket);
  const db = openDatabase(paths.database);
  const environment = cleanEnvironment(process.env);
  const relay = createRelay();
  let backend: Backend | undefined;
  try {
    backend = await openTmux({ socketName: socketName(paths), environment, log }, relay.events);
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

async function wire(options: DaemonOptions, { db, environment, relay, backend }: Opened): Promise<Daemon> {
  const { paths, log } = options;
  const startedAt = Date.now();
  const login = createLogin(ensureToken(paths.cliToken));
  const base = {
    db,
    log,
    now: Date.now,
    lock: createLock(),
    hub: createHub(),
    places: createPlaces(),
    store: createSessionStore(db),
  };
  const journal = createJournal(db, base.hub, base.now);
  const activity = createActivity(base.store, base.now);
  const sizes = createSizes({ ...base, backend });
  const terminals = createTerminals(backend, sizes.left);
  const ending = new AbortController();
  const ends = { count: 0, look: () => {} };
  const deps = {
    ...base,
    journal,
    backend,
    terminals,
    sizes,
    environment,
    ending: ending.signal,
    ends,
    socket: paths.socket,
    viewers: terminals,
  };
  const look = watchBackend(deps, relay, activity);
  ends.look = () => void look(false);
  await look(true);
  sizes.adopt();

  let listener: Listener | undefined;
  const counts = () => ({
    connections: listener?.connections() ?? 0,
    sessions: [...base.store.all()].filter(isLive).length,
    viewers: terminals.count,
  });
  listener = await listen({
    path: paths.socket,
    handlers: {
      ...statusHandlers({ ...deps, ...options, startedAt, counts, stop: options.stopAsked }),
      ...sessionHandlers(deps),
      ...terminalHandlers(deps),
      ...eventHandlers(deps),
    },
    login,
    serverInfo: { name: 'rdv', version: options.version },
    discover: openRpc,
    lock: base.lock,
    log,
  });
  const again = setInterval(() => void look(false), RECONCILE_MS).unref();

  return {
    async stop(reason) {
      clearInterval(again);
      ending.abort();
      for (const { id } of base.store.all()) terminals.endAll(id, 'stopping');
      await listener.stop(reason);
      sizes.close();
      activity.close();
      await backend.close();
      closeDatabase(db);
    },
  };
}

type Watched = Omit<ReconcileDeps, 'gone' | 'ended'> & {
  ends: { count: number; look: () => void };
  terminals: ReturnType<typeof createTerminals>;
  backend: Backend;
};

/** Connects the backend's events to sessions and streams. Returns a look at everything, for boot and now and then. */
function watchBackend(deps: Watched, relay: Relay, activity: ReturnType<typeof createActivity>) {
  const { places, terminals, log } = deps;
  const wiring: ReconcileDeps = {
    ...deps,
    ended: terminals.ended,
    gone(session, pane) {
      terminals.endAll(session.id, 'gone');
      if (pane !== undefined) terminals.forget(pane);
    },
  };

  const look = async (boot: boolean) => {
    try {
      await reconcile(wiring, { boot });
    } catch (error) {
      if (boot || !(error instanceof RpcError)) throw error;
      log({ level: 'warn', message: 'the backend did not answer; nothing is concluded', reason: error.message });
    }
  };

  relay.connect({
    output(pane, data) {
      terminals.output(pane, data);
      const id = places.byPane(pane);
      if (id === undefined) return;
      activity.seen(id);
      places.spoke(id);
    },
    paused: terminals.paused,
    windowClosed(window) {
      const id = places.byWindow(window);
      if (id !== undefined) void closeGone(wiring, id);
    },
    died() {
      deps.ends.count++;
      void look(false);
    },
    connected(same) {
      log({ level: 'warn', message: 'the backend is back', same });
      void look(false).then(terminals.resumed);
    },
    lost: terminals.interrupted,
  });
  return look;
}

/** `rdv` for the usual data folder; another folder gets a server of its own. */
function socketName({ home }: Paths): string {
  if (home === `${homedir()}/.remote-dev`) return 'rdv';
  return `rdv-${createHash('sha256').update(home).digest('hex').slice(0, 10)}`;
}

function closeDatabase(db: Db): void {
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}
