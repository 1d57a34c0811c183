/** Everything of the daemon that outlives a call, each part with what it needs of the others. */
import type { Session } from '#protocol';
import type { Paths } from '#protocol/paths';
import { createAgents } from './agents/agents.js';
import { createPids } from './agents/pids.js';
import { createAttention } from './attention.js';
import { createAudit } from './audit/handlers.js';
import { watchLogins } from './audit/logins.js';
import type { Backend } from './backend/index.js';
import { createCleanup } from './cleanup/cleanup.js';
import type { Configuration } from './config/configuration.js';
import { explainFailure } from './db/failures.js';
import type { Db } from './db/open.js';
import { authSettings, builtInPreferences } from './defaults.js';
import { createDoor } from './door.js';
import { createOver, createRemoval } from './endings.js';
import { createJournal } from './events/journal.js';
import { expiringRows } from './expiring.js';
import { sessionsByFolder } from './filing.js';
import { createFolderStore } from './folders/store.js';
import { createGit, describeRepository, getRemoteUrl } from './git/index.js';
import { createBoard } from './health/board.js';
import { watchGit } from './health/git.js';
import { noteWrites } from './health/looks.js';
import { createLoopWatch } from './health/loop.js';
import { createInjectionSlice } from './injection/handlers.js';
import { checkDenied, type Policy } from './injection/policy.js';
import { createLearning } from './knowledge/learning.js';
import { createKnowledgeStore } from './knowledge/store.js';
import type { Log } from './log/index.js';
import { createCounts } from './metrics/counts.js';
import { createOrchestrating, thresholdIn, treeOfOrchestrators } from './orchestrating.js';
import { createLogStore } from './orchestrators/log.js';
import { createOrchestratorStore } from './orchestrators/store.js';
import { type Heard, overhear } from './overhear.js';
import { createPreferences, type PreferencesSlice } from './preferences/handlers.js';
import { createProjects } from './projects/handlers.js';
import { createRecordings } from './recordings/handlers.js';
import { createHub } from './rpc/hub.js';
import { createLock } from './rpc/locks.js';
import { createActivity } from './sessions/activity.js';
import { createHands } from './sessions/hands.js';
import { createPlaces, windowOf } from './sessions/places.js';
import { isLive, mustBeHere } from './sessions/session.js';
import { createStartup } from './sessions/startup.js';
import { createSessionStore } from './sessions/store.js';
import { createStalling } from './stalling.js';
import { createSteady, noting } from './steady.js';
import { createSizes } from './terminals/sizes.js';
import { createTerminals } from './terminals/terminals.js';
import { createTokens } from './tokens/tokens.js';
import { createTrash } from './trash/handlers.js';
import { createTrashStore } from './trash/store.js';
import { createTrashedSessions } from './trashed.js';
import { createTypist } from './typist.js';
import { createWorktrees } from './worktrees/create.js';
import { listProcesses } from './worktrees/processes.js';
import { createRecoveryStore, deleteExpiredRecoveries } from './worktrees/recoveries.js';

export interface Ground {
  readonly paths: Paths;
  readonly configuration: Configuration;
  readonly umask: number;
  readonly log: Log;
  readonly db: Db;
  readonly environment: Readonly<Record<string, string>>;
  readonly backend: Backend;
}

export type Parts = ReturnType<typeof createParts>;

const HOUR_MS = 3_600_000;
const MEGABYTE = 1024 * 1024;

export function createParts(ground: Ground) {
  const base = createBase(ground);
  const tokens = createAuth(ground, base);
  const filing = createFiling(ground, { ...base, tokens });
  const terminals = createTerminalParts(ground, base);
  const wide = { ...base, tokens, sessionTokens: tokens.sessions, ...filing, ...terminals };
  const all = {
    ...wide,
    removal: createRemoval(wide),
    over: createOver(wide),
    startup: createStartup(wide),
    ends: { count: 0, look: () => {} },
  };
  const pids = createPids(all.backend);
  const watched = createAgents({ ...all, pids, folder: ground.paths.agents });
  const { stalls, agents, stallStore } = createStalling({
    ...{ ...all, pids, agents: watched },
    thresholdMs: thresholdIn(all.orchestratorStore),
  });
  ground.configuration.onReload(agents.reload);
  all.hearing.add(({ name, what }) => {
    if (name === 'session/created') agents.start([what.session]);
    if (name !== 'session/changed') return;
    if (isLive(what.session)) return agents.changed(what.session);
    agents.gone(what.session);
    all.hands.forget(what.session.id);
  });
  const injection = createInjectionSlice({
    ...all,
    ...{ agents, sessions: all.store, submitOf: agents.submit, policyOf: policyIn(all.preferences) },
  });
  all.hearing.add(({ name, what }) => {
    if (name === 'session/changed' && !isLive(what.session)) injection.ended(what.session.id);
  });
  const typist = createTypist({ agents, injection, sessions: all.store });
  const attention = createAttention(ground, { ...all, typist, stalls });
  const orchestrating = createOrchestrating({ ...all, agents, stalls, injection });
  return {
    ...all,
    ...orchestrating,
    ...{ agents, stalls, injection, attention },
    activity: createActivity(base),
    recordings: createRecordings({ ...all, folder: ground.paths.recordings }),
    cleanup: createCleanup({
      ...all,
      jobs: {
        ...{ ...expiring(all), ...attention.jobs, insights: orchestrating.expiringInsights },
        ...expiringRows(ground.configuration, {
          receipts: injection.store,
          stalls: stallStore,
          transitions: watched,
        }),
      },
      intervalMs: () => ground.configuration.values.cleanup.cleanup_interval_hours * HOUR_MS,
    }),
  };
}

/** What a session's folder says of texts that machines type into it. */
function policyIn({ resolve }: Pick<PreferencesSlice, 'resolve'>) {
  return ({ userId, folderId }: Session): Policy => {
    const { deniedCommands: denied, auditInjectedText: auditText } = resolve(userId, folderId).preferences;
    return { denied, auditText };
  };
}

/** What everybody uses. */
function createBase({ paths, configuration, db, log, backend, environment, umask }: Ground) {
  const ending = new AbortController();
  const store = createSessionStore(db);
  const hub = createHub();
  const now = Date.now;
  const lock = createLock();
  const board = createBoard({ log, now });
  const explain = noting((error) => explainFailure(error, paths.database), board);
  const counts = createCounts();
  const logStore = createLogStore(db);
  const audit = createAudit({
    covered: logStore,
    ...{
      db,
      now,
      lock,
      log,
      path: paths.auditHead,
      maxBytes: () => configuration.values.cleanup.audit_megabytes * MEGABYTE,
    },
    wrote: noteWrites(board, db.name),
  });
  return {
    ...{ configuration, db, log, now, hub, store, backend, environment, umask },
    socket: paths.socket,
    door: createDoor(),
    ...{ lock, board, explain, counts, audit, logStore, loop: createLoopWatch() },
    steady: createSteady({ log, explain }),
    auditor: watchLogins(audit.auditor, counts.loggedIn),
    journal: createJournal(db, hub, now),
    folders: createFolderStore(db),
    orchestratorStore: createOrchestratorStore(db),
    hands: createHands(now),
    places: createPlaces((id) => mustBeHere(store.find(id), backend.kind)),
    git: watchGit(createGit({ environment, umask }), board),
    end: ending,
    ending: ending.signal,
    /** Those who act on what is told and are made later than what tells it. They must not throw. */
    hearing: new Set<(heard: Heard) => void>(),
  };
}

type Base = ReturnType<typeof createBase>;

/** Who may come in, and what he reaches. */
function createAuth({ paths, configuration }: Ground, base: Base) {
  const { store, folders, places, door } = base;
  return createTokens({
    ...base,
    paths,
    connections: door,
    tree: {
      session: store.find,
      folder: folders.find,
      ...treeOfOrchestrators(base.orchestratorStore, store.find),
    },
    sessions: { get: store.get, open: (session) => windowOf(places, session) },
    settings: () => authSettings(configuration.values, process.env),
  });
}

type Filed = Base & { readonly tokens: ReturnType<typeof createAuth> };

/** Folders, and what belongs to them: preferences, projects, knowledge; worktrees and the trash. */
function createFiling({ paths, configuration, environment }: Ground, { tokens, ...base }: Filed) {
  const { git, lock, db } = base;
  const projects = createProjects({
    ...base,
    repository: (path, signal) => describeRepository(git, path, signal),
  });
  const journal = overhear(base.journal, ({ name, what }) => {
    const changed = name === 'folder/created' || name === 'folder/changed' ? what.folder : undefined;
    const filed = name === 'session/created' ? base.folders.find(what.session.folderId ?? '') : undefined;
    const folder = changed ?? filed;
    // What was told has happened, whether or not this can be written down.
    if (folder) void base.steady('a look at a project', () => projects.want(folder));
    if (name === 'session/changed' && !isLive(what.session)) tokens.sessions.ended(what.session.id);
    // The tokens of a folder go with it.
    if (name === 'folder/deleted') tokens.look();
    for (const hear of base.hearing) hear({ name, what } as Heard);
  });
  const told = { ...base, journal };
  const trashed = createTrashedSessions(told);
  const knowledge = createKnowledgeStore(db);
  const preferences = createPreferences({ ...told, defaults: builtInPreferences(environment), checkDenied });
  return {
    ...{ journal, projects, preferences, trashed },
    sessionsIn: sessionsByFolder(told),
    knowledge,
    learning: createLearning({ ...told, store: knowledge }),
    worktrees: createWorktrees({ git, lock }),
    recoveries: createRecoveryStore(db),
    remoteUrl: (path: string, signal: AbortSignal) => getRemoteUrl(git, path, signal),
    processes: listProcesses,
    trashFolder: paths.trash,
    trash: createTrash({
      ...told,
      store: createTrashStore(db),
      folder: paths.trash,
      sessions: trashed,
      retentionDays: () => configuration.values.cleanup.trash_retention_days,
    }),
  };
}

/** Terminals, and what is learnt from them. */
function createTerminalParts({ backend }: Ground, base: Base) {
  const sizes = createSizes({ ...base, backend });
  const terminals = createTerminals(backend, sizes.left);
  return { sizes, terminals, viewers: terminals };
}

/** What is kept for a time only. */
function expiring(parts: Base & ReturnType<typeof createFiling>) {
  return {
    trash: {
      name: 'trash',
      async run(now: number, signal: AbortSignal) {
        const { deleted, failed } = await parts.trash.deleteExpired(now, signal);
        return { deleted, failed: failed.map(({ id, reason }) => ({ what: `item ${id} in the trash`, reason })) };
      },
    },
    recoveries: {
      name: 'recovery refs',
      run: (now: number, signal: AbortSignal) => deleteExpiredRecoveries(parts, now, signal),
    },
    audit: {
      name: 'audit',
      run: async (_now: number, signal: AbortSignal) => ({ deleted: await parts.audit.trim(signal), failed: [] }),
    },
  };
}
