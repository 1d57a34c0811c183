/** The slices of orchestrators and insights over real SQLite, with sessions, folders, and stalls that a test scripts. */
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import {
  type Folder,
  type MethodName,
  methods,
  type Params,
  type Receipt,
  type Result,
  RpcError,
  type Session,
  type Stall,
} from '#protocol';
import { openDatabase } from '../../daemon/db/open.js';
import { createJournal } from '../../daemon/events/journal.js';
import { createFolderStore } from '../../daemon/folders/store.js';
import { insightHandlers } from '../../daemon/insights/handlers.js';
import { createInsights } from '../../daemon/insights/insights.js';
import { createInsightStore } from '../../daemon/insights/store.js';
import { thresholdIn } from '../../daemon/orchestrating.js';
import { createLogStore } from '../../daemon/orchestrators/log.js';
import type { EpisodeHeard } from '../../daemon/orchestrators/monitor.js';
import type { NudgeWanted } from '../../daemon/orchestrators/nudging.js';
import { createOrchestrators } from '../../daemon/orchestrators/orchestrators.js';
import type { Choice } from '../../daemon/orchestrators/spin.js';
import { createOrchestratorStore } from '../../daemon/orchestrators/store.js';
import { createLock } from '../../daemon/rpc/locks.js';
import type { AnyHandler } from '../../daemon/rpc/serve.js';
import { createSessionStore } from '../../daemon/sessions/store.js';
import { identityOf } from './identity.js';
import { createFakePeer, type Told } from './memory.js';
import { sample } from './sample.js';

export type Orchestrated = ReturnType<typeof openOrchestrated>;

/** Times are 1000, 1001, ... as they are asked for. `again` is another daemon over the same database. */
export function openOrchestrated(t: TestContext, db = openDatabase(':memory:'), open: Stall[] = []) {
  const [store, folders, logStore] = [createSessionStore(db), createFolderStore(db), createLogStore(db)];
  const [orchestratorStore, insightStore] = [createOrchestratorStore(db), createInsightStore(db)];
  let time = 1000;
  const now = () => time++;
  const told: (Told & { readonly user: string })[] = [];
  const journal = createJournal(db, { tell: (user, name, params) => void told.push({ user, name, params }) }, now);
  const insights = createInsights({ store: insightStore, journal, now });
  const stalls = scripted(open);
  const ending = new AbortController();
  const log: Record<string, unknown>[] = [];
  /** What agents of orchestrators were told, in which session; `until` is when they take it. */
  const instructed: { id: string; text: string; key: string | undefined }[] = [];
  const script = {
    choice: 'watch' as Choice,
    path: '/src' as string | null,
    instruct: async () => {},
    create: async () => {},
    /** What becomes of a nudge. */
    nudge: async (receipt: Receipt): Promise<Receipt> => ({ ...receipt, state: 'submitted' }),
    typedAt: undefined as number | undefined,
  };
  const nudges: NudgeWanted[] = [];
  const reports: unknown[] = [];
  let places = 0;
  const orchestrators = createOrchestrators({
    ...{
      store: orchestratorStore,
      logStore,
      journal,
      now,
      folders,
      insights,
      insightStore,
      stalls,
      ending: ending.signal,
    },
    cover: (_row, _text, keep) => keep(++places + 1_000_000 * (logStore.rows({ after: 0, upTo: 1e15 }).length + 1)),
    presets: () => ({ monitoringInterval: 30, stallThreshold: 300 }),
    sessions: {
      get: store.get,
      find: store.find,
      adopt: (session) => store.save({ ...session, isOrchestratorSession: true }),
    },
    report: (report) => void reports.push(report),
    choice: () => script.choice,
    projectPath: (_user, folderId) => (folderId === null ? '/home/ann' : script.path),
    async createSession(user, wanted) {
      await script.create();
      const { name, projectPath, folderId = null, agentProvider } = wanted;
      const session = sample({
        id: randomUUID(),
        ...{ userId: user, name, projectPath, folderId, agentProvider, isOrchestratorSession: true },
      });
      store.intend(session);
      store.save(session);
      return session;
    },
    async endSession(user, id) {
      store.save({ ...store.get(user, id), status: 'closed' });
    },
    async instruct(id, text, key) {
      await script.instruct();
      instructed.push({ id, text, key });
    },
    async nudge(wanted, taken) {
      nudges.push(wanted);
      const { session, orchestratorId } = wanted;
      const receipt = receiptOf({ id: randomUUID(), sessionId: session.id, orchestratorId });
      taken(receipt);
      return script.nudge(receipt);
    },
    typedAt: () => script.typedAt,
    placeOf: () => ({ epoch: 'e1', offset: 77 }),
    steady: async (_what, round) => {
      try {
        await round();
        return true;
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        return false;
      }
    },
    lock: createLock(),
    log: (line) => void log.push(line),
  });
  t.after(() => {
    orchestrators.close();
    if (db.open) db.close();
  });
  const handlers = {
    ...orchestrators.handlers,
    ...insightHandlers({ insightStore, insights, orchestrators, sessions: store, now }),
  };

  /** One call, its parameters and its answer checked as the floor does it. */
  async function call<M extends MethodName & keyof typeof handlers>(
    name: M,
    params: Params<M>,
    user = 'ann',
    identity = identityOf(user),
  ): Promise<Result<M>> {
    const signal = new AbortController().signal;
    const caller = { user, identity, peer: createFakePeer(user).peer, signal, progress: () => {} };
    const result = await (handlers[name] as AnyHandler)(methods[name].params.parse(params), caller);
    return methods[name].result.parse(result) as Result<M>;
  }

  const file = (folderId: string | null, changes: Partial<Session> = {}): Session => {
    const session = sample({ id: randomUUID(), folderId, ...changes });
    store.intend(session);
    store.save(session);
    return session;
  };
  return {
    thresholdMs: thresholdIn(orchestratorStore),
    ...{
      db,
      store,
      folders,
      logStore,
      orchestrators,
      insightStore,
      stalls,
      told,
      script,
      instructed,
      nudges,
      reports,
      call,
      file,
    },
    folder(name: string, user = 'ann'): Folder {
      const folder = {
        id: randomUUID(),
        userId: user,
        parentId: null,
        name,
        path: '/src',
        collapsed: false,
        sortOrder: 0,
      };
      const made = { ...folder, createdAt: 1, updatedAt: 1 };
      folders.insert(made);
      return made;
    },
    master: async (user = 'ann') => (await call('orchestrator/create', { type: 'master' }, user)).orchestrator,
    control: async (folderId: string, settings = {}) =>
      (await call('orchestrator/ensure', { folderId, ...settings })).orchestrator,
    /** What was told since the last time: names, and of orchestrators their status. */
    heard: () =>
      told.splice(0).map(({ name, params }) => {
        const said = params.orchestrator?.status ?? params.insight?.severity ?? '';
        return `${name} ${params.insight?.resolved ? 'resolved' : said}`;
      }),
    settled: () => new Promise((resolve) => setImmediate(resolve)),
    again: () => openOrchestrated(t, db, stalls.open),
  };
}

function scripted(open: Stall[]) {
  const listeners = new Set<(event: EpisodeHeard) => void>();
  const tell = (event: EpisodeHeard) => {
    for (const listener of listeners) listener(event);
  };
  const userId = 'ann';
  return {
    open,
    rejudged: 0,
    list: (user: string) => (user === userId ? [...open] : []),
    onEpisode(listener: (event: EpisodeHeard) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    rejudge() {
      this.rejudged++;
    },
    begin(session: Session, changes: Partial<Stall> = {}): Stall {
      const stall = stallOf(session, changes);
      open.push(stall);
      tell({ kind: 'begun', userId, stall });
      return stall;
    },
    worsen(stall: Stall, changes: Partial<Stall>): Stall {
      const worse = { ...stall, ...changes };
      open.splice(
        open.findIndex(({ id }) => id === stall.id),
        1,
        worse,
      );
      tell({ kind: 'worse', userId, stall: worse });
      return worse;
    },
    end(stall: Stall, reason: 'progress' | 'ended' = 'progress') {
      open.splice(
        open.findIndex(({ id }) => id === stall.id),
        1,
      );
      tell({ kind: 'over', userId, stall, reason });
    },
  };
}

export function stallOf(session: Session, changes: Partial<Stall> = {}): Stall {
  return {
    ...{ id: randomUUID(), sessionId: session.id, sessionName: session.name, tmuxSessionName: session.tmuxSessionName },
    ...{ folderId: session.folderId, state: 'working', health: 'stalled', cause: 'no_progress' },
    ...{ lastActivityAt: 1, stalledMinutes: 7.5, severity: 'info', confidence: 0.9, startedAt: 2 },
    ...changes,
  };
}

const receiptOf = (of: Pick<Receipt, 'id' | 'sessionId' | 'orchestratorId'>): Receipt => ({
  ...{ ...of, auditLogId: null, state: 'queued', reason: null, code: null, textHash: 'h', bytes: 1, removed: [] },
  ...{ submit: true, spawnId: null, enters: 0, evidence: [], createdAt: 1, updatedAt: 1, expiresAt: 2 },
});
