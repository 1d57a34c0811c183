/** Where injections are kept: rows in SQLite, written before anything is typed. */
import { type Receipt, type ReceiptState, RpcError } from '#protocol';
import type { Db } from '../db/open.js';
import type { Injection, Waiting } from './receipt.js';

export interface InjectionStore {
  /** Throws NotFound, also for one of another user. */
  get(user: string, id: string): Injection;
  byKey(user: string, key: string): Injection | undefined;
  /** Newest first. */
  list(user: string, wanted: Listed): Receipt[];
  /** Whoever's they are, oldest first: what was on its way when the daemon ended. */
  open(): Injection[];
  add(injection: Injection): void;
  save(injection: Injection): void;
  /** At most so many that are older than this and will not be typed any more. How many they were. */
  removeBefore(time: number, atMost: number): number;
}

export interface Listed {
  readonly sessionId?: string | undefined;
  /** Only of these sessions, when no one is named; all when absent. */
  readonly among?: readonly string[] | undefined;
  readonly states?: readonly ReceiptState[] | undefined;
  readonly limit: number;
}

interface Row {
  id: string;
  user_id: string;
  session_id: string;
  state: string;
  receipt: string;
  waiting: string | null;
  idempotency_key: string | null;
  created_at: number;
}

const COLUMNS = 'id, user_id, session_id, state, receipt, waiting, idempotency_key, created_at';
const IN_STATES = '(? IS NULL OR state IN (SELECT value FROM json_each(?)))';
const NEWEST = 'ORDER BY created_at DESC, rowid DESC LIMIT ?';

export function createInjectionStore(db: Db): InjectionStore {
  const select = db.prepare<[string, string], Row>(`SELECT ${COLUMNS} FROM injection WHERE id = ? AND user_id = ?`);
  const selectKey = db.prepare<[string, string], Row>(
    `SELECT ${COLUMNS} FROM injection WHERE user_id = ? AND idempotency_key = ?`,
  );
  const ofUser = db.prepare<[string, string | null, string | null, string | null, string | null, number], Row>(
    `SELECT ${COLUMNS} FROM injection WHERE user_id = ? AND ${IN_STATES}
       AND (? IS NULL OR session_id IN (SELECT value FROM json_each(?))) ${NEWEST}`,
  );
  const ofSession = db.prepare<[string, string, string | null, string | null, number], Row>(
    `SELECT ${COLUMNS} FROM injection WHERE session_id = ? AND user_id = ? AND ${IN_STATES} ${NEWEST}`,
  );
  const selectOpen = db.prepare<[], Row>(
    `SELECT ${COLUMNS} FROM injection WHERE state IN ('queued', 'typed', 'submitted', 'turnStarted')
     ORDER BY created_at, rowid`,
  );
  const insert = db.prepare(
    `INSERT INTO injection (${COLUMNS}) VALUES (${COLUMNS.split(', ').map((column) => `@${column}`)})`,
  );
  const update = db.prepare(
    'UPDATE injection SET state = @state, receipt = @receipt, waiting = @waiting WHERE id = @id',
  );
  const removeOld = db.prepare<[number, number]>(
    `DELETE FROM injection WHERE rowid IN (
       SELECT rowid FROM injection WHERE created_at < ? AND waiting IS NULL ORDER BY created_at LIMIT ?)`,
  );

  return {
    get(user, id) {
      const row = select.get(id, user);
      if (row) return fromRow(row);
      throw new RpcError('NotFound', `No injection ${id}. List them with injection/list.`, {
        code: 'INJECTION_NOT_FOUND',
      });
    },
    byKey(user, key) {
      const row = selectKey.get(user, key);
      return row && fromRow(row);
    },
    list(user, { sessionId, among, states, limit }) {
      const wanted = states ? JSON.stringify(states) : null;
      const seen = among ? JSON.stringify(among) : null;
      const rows =
        sessionId === undefined
          ? ofUser.all(user, wanted, wanted, seen, seen, limit)
          : ofSession.all(sessionId, user, wanted, wanted, limit);
      return rows.map((row) => fromRow(row).receipt);
    },
    open: () => selectOpen.all().map(fromRow),
    add: (injection) => void insert.run(toRow(injection)),
    save: (injection) => void update.run(toRow(injection)),
    removeBefore: (time, atMost) => removeOld.run(time, atMost).changes,
  };
}

function fromRow(row: Row): Injection {
  return {
    userId: row.user_id,
    key: row.idempotency_key,
    receipt: JSON.parse(row.receipt) as Receipt,
    waiting: row.waiting === null ? null : (JSON.parse(row.waiting) as Waiting),
  };
}

function toRow({ userId, key, receipt, waiting }: Injection): Row {
  return {
    id: receipt.id,
    user_id: userId,
    session_id: receipt.sessionId,
    state: receipt.state,
    receipt: JSON.stringify(receipt),
    waiting: waiting && JSON.stringify(waiting),
    idempotency_key: key,
    created_at: receipt.createdAt,
  };
}
