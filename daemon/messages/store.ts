/** Where messages are kept: a row each, and for each receiver how far its numbers have come. */
import type { Message } from '#protocol';
import type { Db } from '../db/open.js';
import type { Kept } from './message.js';

export interface MessageStore {
  /** Whoever's it is. */
  find(id: string): Kept | undefined;
  byKey(user: string, key: string): Kept | undefined;
  /** In the order of their cursors. */
  after(sessionId: string, cursor: number, limit: number): Kept[];
  /** Up to a cursor, those that can still be acknowledged. */
  open(sessionId: string, upTo: number): Kept[];
  waiting(sessionId: string): Kept[];
  countWaiting(sessionId: string): number;
  /** The first that is still to be typed. */
  next(sessionId: string): Kept | undefined;
  /** Whoever's: those that wait although their time is up. */
  overdue(now: number): Kept[];
  /** When the next one's time is up. */
  nextExpiry(): number | undefined;
  cursors(sessionId: string): Cursors;
  /** To be asked once, at the start: receivers for whom something waits. */
  receivers(): string[];
  /** Gives it its cursor: one more than any that its receiver ever had. */
  add(kept: Omit<Kept, 'message'> & { readonly message: Omit<Message, 'cursor'> }, options: Added): Kept;
  save(kept: Kept, now: number): void;
  acknowledge(sessionId: string, cursor: number): void;
  /** What is over since before then. How many there were. */
  removeBefore(time: number): number;
}

export interface Cursors {
  readonly acknowledged: number;
  readonly newest: number;
}

interface Added {
  readonly key: string | null;
  readonly now: number;
  /** So many of its receiver are kept, and all that wait. */
  readonly keep: number;
}

interface Row {
  id: string;
  user_id: string;
  cursor: number;
  session_id: string;
  state: string;
  message: string;
  typing: number;
  attempt: number;
  expires_at: number;
}

const SELECT = 'SELECT id, user_id, cursor, session_id, state, message, typing, attempt, expires_at FROM message';

export function createMessageStore(db: Db): MessageStore {
  const run = prepareStatements(db);
  return {
    find: (id) => one(run.byId.get(id)),
    byKey: (user, key) => one(run.byKey.get(user, key)),
    after: (sessionId, cursor, limit) => run.after.all(sessionId, cursor, limit).map(fromRow),
    open: (sessionId, upTo) => run.open.all(sessionId, upTo).map(fromRow),
    waiting: (sessionId) => run.waiting.all(sessionId).map(fromRow),
    countWaiting: (sessionId) => run.countWaiting.get(sessionId)!.count,
    next: (sessionId) => one(run.next.get(sessionId)),
    overdue: (now) => run.overdue.all(now).map(fromRow),
    nextExpiry: () => run.nextExpiry.get()?.at ?? undefined,
    cursors: (sessionId) => run.cursors.get(sessionId) ?? { acknowledged: 0, newest: 0 },
    receivers: () => run.receivers.all().map(({ session_id }) => session_id),
    add(kept, { key, now, keep }) {
      const { newest } = run.count.get(kept.message.to)!;
      const added: Kept = { ...kept, message: { ...kept.message, cursor: newest } };
      run.insert.run({ ...toRow(added), idempotency_key: key, changed_at: now });
      run.surplus.run(kept.message.to, newest - keep);
      return added;
    },
    save: (kept, now) => void run.update.run({ ...toRow(kept), changed_at: now }),
    acknowledge: (sessionId, cursor) => void run.acknowledge.run(cursor, sessionId),
    removeBefore: (time) => run.removeOld.run(time).changes,
  };
}

function prepareStatements(db: Db) {
  const select = <P extends unknown[]>(rest: string) => db.prepare<P, Row>(`${SELECT} ${rest}`);
  return {
    byId: select<[string]>('WHERE id = ?'),
    byKey: select<[string, string]>('WHERE user_id = ? AND idempotency_key = ?'),
    after: select<[string, number, number]>('WHERE session_id = ? AND cursor > ? ORDER BY cursor LIMIT ?'),
    open: select<[string, number]>(
      "WHERE session_id = ? AND cursor <= ? AND state IN ('waiting', 'delivered') ORDER BY cursor",
    ),
    waiting: select<[string]>("WHERE session_id = ? AND state = 'waiting' ORDER BY cursor"),
    countWaiting: db.prepare<[string], { count: number }>(
      "SELECT COUNT(*) AS count FROM message WHERE session_id = ? AND state = 'waiting'",
    ),
    next: select<[string]>('WHERE session_id = ? AND typing = 1 ORDER BY cursor LIMIT 1'),
    overdue: select<[number]>("WHERE state = 'waiting' AND expires_at <= ?"),
    nextExpiry: db.prepare<[], { at: number | null }>(
      "SELECT MIN(expires_at) AS at FROM message WHERE state = 'waiting'",
    ),
    cursors: db.prepare<[string], Cursors>('SELECT acknowledged, newest FROM message_cursor WHERE session_id = ?'),
    receivers: db.prepare<[], { session_id: string }>(
      "SELECT DISTINCT session_id FROM message WHERE state = 'waiting' /* at boot */",
    ),
    // Kept beside the messages: what is deleted must not make a number free again.
    count: db.prepare<[string], { newest: number }>(
      `INSERT INTO message_cursor (session_id, acknowledged, newest) VALUES (?, 0, 1)
       ON CONFLICT (session_id) DO UPDATE SET newest = newest + 1 RETURNING newest`,
    ),
    insert: db.prepare(
      `INSERT INTO message
         (id, user_id, cursor, session_id, state, message, typing, attempt, idempotency_key, expires_at, changed_at)
       VALUES
         (@id, @user_id, @cursor, @session_id, @state, @message, @typing, @attempt, @idempotency_key, @expires_at,
          @changed_at)`,
    ),
    update: db.prepare(
      `UPDATE message SET state = @state, message = @message, typing = @typing, attempt = @attempt,
         changed_at = @changed_at WHERE id = @id`,
    ),
    surplus: db.prepare<[string, number]>(
      "DELETE FROM message WHERE session_id = ? AND cursor <= ? AND state <> 'waiting'",
    ),
    acknowledge: db.prepare<[number, string]>('UPDATE message_cursor SET acknowledged = ? WHERE session_id = ?'),
    removeOld: db.prepare<[number]>("DELETE FROM message WHERE changed_at < ? AND state <> 'waiting'"),
  };
}

const one = (row: Row | undefined): Kept | undefined => row && fromRow(row);

function fromRow(row: Row): Kept {
  const message = JSON.parse(row.message) as Message;
  return { userId: row.user_id, message, typing: row.typing === 1, attempt: row.attempt };
}

function toRow({ userId, message, typing, attempt }: Kept): Row {
  return {
    id: message.id,
    user_id: userId,
    cursor: message.cursor,
    session_id: message.to,
    state: message.state,
    message: JSON.stringify(message),
    typing: typing ? 1 : 0,
    attempt,
    expires_at: message.expiresAt,
  };
}
