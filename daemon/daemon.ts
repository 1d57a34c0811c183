/** Wires the daemon together: database, backend, slices, socket. The one place that knows them all. */
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { openRpc } from '#protocol/openrpc';
import type { Paths } from '#protocol/paths';
import type { Backend } from './backend/index.js';
import { chooseBackend } from './choose.js';
import { createCleanup } from './cleanup/cleanup.js';
import { cleanupHandlers } from './cleanup/handlers.js';
import type { Config } from './config.js';
import { type Db, openDatabase } from './db/open.js';
import { builtInPreferences } from './defaults.js';
import { cleanEnvironment } from './environment.js';
import { eventHandlers } from './events/handlers.js';
import { createJournal } from './events/journal.js';
import { sessionsByFolder } from './filing.js';
import { folderHandlers } from './folders/handlers.js';
import { createFolderStore } from './folders/store.js';
import { createGit, describeRepository } from './git/index.js';
import { knowledgeHandlers } from './knowledge/handlers.js';
import { createLearning } from './knowledge/learning.js';
import { createKnowledgeStore } from './knowledge/store.js';
import type { Log } from './log.js';
import { overhear } from './overhear.js';
import { createPreferences } from './preferences/handlers.js';
import { createProjects } from './projects/handlers.js';
import { createRecordings } from './recordings/handlers.js';
import { createRelay, type Relay } from './relay.js';
import { createHub } from './rpc/hub.js';
import { type Listener, listen } from './rpc/listen.js';
import { createLock } from './rpc/locks.js';
import { checkSocket } from './rpc/socket.js';
import { createActivity } from './sessions/activity.js';
import { sessionHandlers } from './sessions/handlers.js';
import { createPlaces } from './sessions/places.js';
import { runHandlers } from './sessions/run.js';
import { isLive, mustBeHere } from './sessions/session.js';
import { createSessionStore } from './sessions/store.js';
import { statusHandlers } from './status/handlers.js';
import { terminalHandlers } from './terminals/handlers.js';
import { readingHandlers } from './terminals/reading.js';
import { createSizes } from './terminals/sizes.js';
import { createTerminals } from './terminals/terminals.js';
import { createLogin, ensureToken } from './tokens/local.js';
import { createTrash } from './trash/handlers.js';
import { createTrashStore } from './trash/store.js';
import { createTrashedSessions } from './trashed.js';
import { watchBackend } from './watching.js';
import { createWorktrees } from './worktrees/create.js';
import { worktreeHandlers } from './worktrees/handlers.js';
import { listProcesses } from './worktrees/processes.js';
import { createRecoveryStore } from './worktrees/recoveries.js';
import { removalHandlers } from './worktrees/removal.js';

export interface DaemonOptions {
  readonly paths: Paths;
  readonly config: Config;
  readonly version: string;
  /** For programs: the one the daemon was started with. */
  readonly umask: number;
  readonly log: Log;
  /** Called when a client asks the daemon to stop. */
  readonly stopAsked: (reason: string) => void;
}

export interface Daemon {
  /** Drains, closes, leaves tmux and its programs alone; without tmux the programs end. */
  stop(reason: string): Promise<void>;
}

const RECONCILE_MS = 10 * 60_000;
const HOUR_MS = 60 * 60_000;

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
    const wanted = process.env.RDV_BACKEND;
    backend = await chooseBackend({ wanted, socketName: socketName(paths), environment, log }, relay.events);
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

/** Everything that outlives a call. */
function createParts({ paths, config, umask, log }: DaemonOptions, { db, environment, backend }: Opened) {
  const ending = new AbortController();
  const store = createSessionStore(db);
  const base = {
    db,
    log,
    now: Date.now,
    lock: createLock(),
    hub: createHub(),
    store,
    folders: createFolderStore(db),
    places: createPlaces((id) => mustBeHere(store.find(id), backend.kind)),
  };
  const journal = createJournal(db, base.hub, base.now);
  const git = createGit({ environment, umask });
  const sessions = createTrashedSessions({ ...base, journal });
  const trash = createTrash({
    ...{ ...base, git, journal, sessions },
    store: createTrashStore(db),
    folder: paths.trash,
    retentionDays: () => config.cleanup.trash_retention_days,
  });
  const sizes = createSizes({ ...base, backend });
  const terminals = createTerminals(backend, sizes.left);
  const preferences = createPreferences({ ...base, journal, defaults: builtInPreferences(environment) });
  const projects = createProjects({
    ...base,
    journal,
    repository: (path, signal) => describeRepository(git, path, signal),
  });
  const knowledge = createKnowledgeStore(db);
  return {
    ...base,
    knowledge,
    learning: createLearning({ ...base, store: knowledge }),
    backend,
    environment,
    umask,
    sizes,
    terminals,
    viewers: terminals,
    preferences,
    projects,
    journal: overhear(journal, ({ name, what }) => {
      if (name === 'folder/created' || name === 'folder/changed') projects.want(what.folder);
      const filed = name === 'session/created' && what.session.folderId && base.folders.find(what.session.folderId);
      if (filed) projects.want(filed);
    }),
    activity: createActivity(base.store, base.now),
    recordings: createRecordings({ ...base, terminals, folder: paths.recordings }),
    cleanup: createCleanup({ ...base, jobs: expiring(), intervalMs: config.cleanup.cleanup_interval_hours * HOUR_MS }),
    git,
    worktrees: createWorktrees({ git, lock: base.lock }),
    repositories: { path: preferences.repositoryPath },
    trashFolder: paths.trash,
    ...{ trash, sessions, recoveries: createRecoveryStore(db), processes: listProcesses },
    ends: { count: 0, look: () => {} },
    end: ending,
    ending: ending.signal,
    socket: paths.socket,
    login: createLogin(ensureToken(paths.cliToken)),
  };
}

async function wire(options: DaemonOptions, opened: Opened): Promise<Daemon> {
  const parts = createParts(options, opened);
  const { store, terminals, sizes, recordings, activity, cleanup, backend } = parts;
  const look = watchBackend(parts, opened.relay);
  parts.ends.look = () => void look(false);
  // Before sessions are looked at: one may be on its way into the trash or back.
  await parts.trash.recover();
  await look(true);
  sizes.adopt();
  const listener = await serve(options, parts);
  cleanup.start();
  const again = setInterval(() => void look(false), RECONCILE_MS).unref();

  return {
    async stop(reason) {
      clearInterval(again);
      parts.end.abort();
      for (const { id } of store.all()) terminals.endAll(id, 'stopping');
      // Told before requests are waited for: one of them may wait for it.
      const cleaned = cleanup.close();
      await listener.stop(reason);
      await cleaned;
      sizes.close();
      await recordings.close();
      await parts.projects.close();
      parts.learning.close();
      activity.close();
      await backend.close();
      closeDatabase(parts.db);
    },
  };
}

async function serve(options: DaemonOptions, parts: ReturnType<typeof createParts>): Promise<Listener> {
  const { store, terminals, recordings, preferences, trash, login, lock, log } = parts;
  const startedAt = Date.now();
  let listener: Listener | undefined;
  const counts = () => ({
    connections: listener?.connections() ?? 0,
    sessions: [...store.all()].filter(isLive).length,
    viewers: terminals.count,
  });
  listener = await listen({
    path: options.paths.socket,
    handlers: {
      ...statusHandlers({ ...parts, ...options, startedAt, counts, stop: options.stopAsked }),
      ...sessionHandlers(parts),
      ...runHandlers({ ...parts, output: terminals.stream }),
      ...terminalHandlers(parts),
      ...readingHandlers(parts),
      ...recordings.handlers,
      ...preferences.handlers,
      ...cleanupHandlers(parts),
      ...folderHandlers({
        ...parts,
        sessions: sessionsByFolder(parts),
        preferences: (user, id) => preferences.resolve(user, id).preferences,
        project: parts.projects.find,
        forget: preferences.forget,
      }),
      ...parts.projects.handlers,
      ...knowledgeHandlers({ ...parts, store: parts.knowledge, scan: parts.projects.detect }),
      ...eventHandlers(parts),
      ...worktreeHandlers(parts),
      ...trash.handlers,
      ...removalHandlers(parts),
    },
    login,
    serverInfo: { name: 'rdv', version: options.version },
    discover: openRpc,
    lock,
    log,
  });
  return listener;
}

/** What is kept for a time. */
function expiring() {
  const none = async () => ({ deleted: 0, failed: [] });
  return { trash: { name: 'trash', run: none }, recoveries: { name: 'recovery refs', run: none } };
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
