/** What orchestrators did and what was done to them: rows that are only ever added, each covered by the chain of the audit. */
import { randomUUID } from 'node:crypto';
import type { OrchestratorAudit } from '#protocol';
import type { Db } from '../db/open.js';

export interface Entry {
  readonly orchestratorId: string;
  readonly userId: string;
  /** Such as `created`, `paused`, `command_injected`. */
  readonly action: string;
  /** The session it was done to. */
  readonly sessionId?: string | null | undefined;
  /** Never what was typed. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** Null for whatever it may be; times in Unix ms, both included. */
export interface LogFilter {
  readonly orchestratorId: string;
  readonly action: string | null;
  readonly sessionId: string | null;
  readonly since: number | null;
  readonly until: number | null;
}

export interface Logged {
  readonly id: string;
  readonly actionType: string;
  /** ISO-8601. */
  readonly timestamp: string;
}

export interface LogStore {
  /** Of the rows of the audit that cover these. */
  readonly method: string;
  /** What is hashed of each row in a range of places: after (exclusive) and up to (inclusive). */
  rows(range: { readonly after: number; readonly upTo: number }): { readonly seq: number; readonly text: string }[];
  dropUpTo(seq: number, limit: number): number;
  add(row: LogRow): void;
  /** Newest first. */
  list(filter: LogFilter, limit: number): OrchestratorAudit[];
  count(filter: LogFilter): number;
  /** What was done to a session since then, of these actions, oldest first; of very many the newest. */
  ofSession(sessionId: string, actions: readonly string[], since: number): readonly Done[];
}

export interface Done {
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** Unix ms. */
  readonly at: number;
}

const MOST_OF_SESSION = 1000;

export interface LogRow {
  readonly seq: number;
  readonly id: string;
  readonly orchestratorId: string;
  readonly userId: string;
  readonly action: string;
  readonly sessionId: string | null;
  /** JSON. */
  readonly details: string;
  readonly createdAt: number;
}

const columns =
  'seq, id, orchestrator_id AS orchestratorId, user_id AS userId, action, session_id AS sessionId, details, created_at AS createdAt';
const fits = `orchestrator_id = @orchestratorId AND (@action IS NULL OR action = @action)
  AND (@sessionId IS NULL OR session_id = @sessionId)
  AND (@since IS NULL OR created_at >= @since) AND (@until IS NULL OR created_at <= @until)`;

export function createLogStore(db: Db): LogStore {
  const insert = db.prepare<[LogRow]>(
    `INSERT INTO orchestrator_log (seq, id, orchestrator_id, user_id, action, session_id, details, created_at)
     VALUES (@seq, @id, @orchestratorId, @userId, @action, @sessionId, @details, @createdAt)`,
  );
  const select = db.prepare<[LogFilter & { limit: number }], LogRow>(
    `SELECT ${columns} FROM orchestrator_log WHERE ${fits} ORDER BY seq DESC LIMIT @limit`,
  );
  const countRows = db.prepare<[LogFilter], { count: number }>(
    `SELECT count(*) AS count FROM orchestrator_log WHERE ${fits}`,
  );
  const selectRange = db.prepare<[{ after: number; upTo: number }], LogRow>(
    `SELECT ${columns} FROM orchestrator_log WHERE seq > @after AND seq <= @upTo ORDER BY seq`,
  );
  const selectOfSession = db.prepare<[{ sessionId: string; actions: string; since: number; limit: number }], LogRow>(
    `SELECT ${columns} FROM orchestrator_log
     WHERE session_id = @sessionId AND created_at >= @since AND action IN (SELECT value FROM json_each(@actions))
     ORDER BY seq DESC LIMIT @limit`,
  );
  const drop = db.prepare<[{ seq: number; limit: number }]>(
    'DELETE FROM orchestrator_log WHERE seq IN (SELECT seq FROM orchestrator_log WHERE seq <= @seq ORDER BY seq LIMIT @limit)',
  );
  return {
    method: 'orchestrator/log',
    rows: (range) => selectRange.all(range).map((row) => ({ seq: row.seq, text: textOf(row) })),
    dropUpTo: (seq, limit) => drop.run({ seq, limit }).changes,
    add: (row) => void insert.run(row),
    list: (filter, limit) => select.all({ ...filter, limit }).map(shown),
    count: (filter) => countRows.get(filter)!.count,
    ofSession: (sessionId, actions, since) =>
      selectOfSession
        .all({ sessionId, actions: JSON.stringify(actions), since, limit: MOST_OF_SESSION })
        .map(({ action, details, createdAt: at }) => ({ action, details: JSON.parse(details), at }) as Done)
        .reverse(),
  };
}

function shown({ id, orchestratorId, action, sessionId, details, createdAt }: LogRow): OrchestratorAudit {
  return {
    ...{ id, orchestratorId, actionType: action, targetSessionId: sessionId, createdAt },
    details: JSON.parse(details) as Record<string, unknown>,
  };
}

/** The place is part of the row of the audit. */
function textOf({ id, orchestratorId, userId, action, sessionId, details, createdAt }: Omit<LogRow, 'seq'>): string {
  return JSON.stringify([id, orchestratorId, userId, action, sessionId, details, createdAt]);
}

export interface LogDeps {
  readonly logStore: LogStore;
  readonly now: () => number;
  /** Of the audit. */
  cover(
    row: { readonly user: string; readonly method: string; readonly target: string },
    text: string,
    keep: (seq: number) => void,
  ): void;
}

/** Written when it returns, or with the act it is part of. Throws Unavailable, and then what it tells of must not be done. */
export type WriteLog = (entry: Entry) => Logged;

export function createWriteLog({ logStore, now, cover }: LogDeps): WriteLog {
  return ({ orchestratorId, userId, action, sessionId = null, details = {} }) => {
    const createdAt = now();
    const row = {
      ...{ id: randomUUID(), orchestratorId, userId, action, sessionId, createdAt },
      details: JSON.stringify(details),
    };
    cover({ user: userId, method: logStore.method, target: orchestratorId }, textOf(row), (seq) =>
      logStore.add({ ...row, seq }),
    );
    return { id: row.id, actionType: action, timestamp: new Date(createdAt).toISOString() };
  };
}
