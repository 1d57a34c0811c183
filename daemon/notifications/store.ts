/** Where notifications are kept: a row each, those told longest ago gone first. */
import type { Notice, Severity } from '#protocol';
import type { Db } from '../db/open.js';
import type { Kept } from './notice.js';

export interface NoticeStore {
  find(id: string): Kept | undefined;
  /** The newest of an episode, be it over. */
  last(user: string, episode: string): Kept | undefined;
  /** Those about a session whose episodes go on. */
  open(sessionId: string): Kept[];
  /** What was told last first. */
  list(user: string, wanted: Listed): Kept[];
  unread(user: string, ids: readonly string[] | undefined): Kept[];
  /** Not read, by session and severity. */
  counts(user: string): readonly Count[];
  /** `posting`: the webhook is to be told; left as it is when absent. Makes room for what is new. */
  add(kept: Kept, posting: boolean): void;
  save(kept: Kept, posting?: boolean): void;
  /** The webhook was told so often, or never will be: unless it was news again since. */
  posted(id: string, told: number): void;
  /** To be asked once, at the start: what the webhook was not told of, oldest first. */
  toPost(): string[];
  /** Those read before then. How many there were. */
  removeBefore(time: number): number;
}

export interface Listed {
  readonly unread: boolean;
  readonly severities: readonly Severity[];
  readonly sessionId: string | undefined;
  readonly limit: number;
}

export interface Count {
  readonly sessionId: string | null;
  readonly severity: Severity;
  readonly count: number;
}

interface Row {
  id: string;
  user_id: string;
  session_id: string | null;
  episode: string;
  severity: string;
  notice: string;
  updated_at: number;
  read_at: number | null;
  ended_at: number | null;
  told: number;
}

const SELECT =
  'SELECT id, user_id, session_id, episode, severity, notice, updated_at, read_at, ended_at, told FROM notice';

export function createNoticeStore(db: Db, most: number): NoticeStore {
  const run = prepareStatements(db);
  return {
    find: (id) => one(run.byId.get(id)),
    last: (user, episode) => one(run.last.get(user, episode)),
    open: (sessionId) => run.open.all(sessionId).map(fromRow),
    list: (user, { unread, severities, sessionId = null, limit }) =>
      run.list.all(user, unread ? 1 : 0, JSON.stringify(severities), sessionId, sessionId, limit).map(fromRow),
    unread(user, ids) {
      const wanted = ids === undefined ? null : JSON.stringify(ids);
      return run.unread.all(user, wanted, wanted).map(fromRow);
    },
    counts: (user) => run.counts.all(user),
    add(kept, posting) {
      run.insert.run({ ...toRow(kept), posting: posting ? 1 : 0 });
      run.surplus.run(kept.userId, most);
    },
    save: (kept, posting) => void run.update.run({ ...toRow(kept), posting: posting ? 1 : null }),
    posted: (id, told) => void run.posted.run(id, told),
    toPost: () => run.toPost.all().map(({ id }) => id),
    removeBefore: (time) => run.removeOld.run(time).changes,
  };
}

function prepareStatements(db: Db) {
  return {
    byId: db.prepare<[string], Row>(`${SELECT} WHERE id = ?`),
    last: db.prepare<[string, string], Row>(`${SELECT} WHERE user_id = ? AND episode = ? ORDER BY rowid DESC LIMIT 1`),
    open: db.prepare<[string], Row>(`${SELECT} WHERE session_id = ? AND ended_at IS NULL`),
    list: db.prepare<[string, number, string, string | null, string | null, number], Row>(
      `${SELECT} WHERE user_id = ? AND (? = 0 OR read_at IS NULL)
       AND severity IN (SELECT value FROM json_each(?)) AND (? IS NULL OR session_id = ?)
       ORDER BY updated_at DESC, rowid DESC LIMIT ?`,
    ),
    unread: db.prepare<[string, string | null, string | null], Row>(
      `${SELECT} WHERE user_id = ? AND read_at IS NULL
       AND (? IS NULL OR id IN (SELECT value FROM json_each(?)))`,
    ),
    counts: db.prepare<[string], Count>(
      `SELECT session_id AS sessionId, severity, COUNT(*) AS count FROM notice
       WHERE user_id = ? AND read_at IS NULL GROUP BY session_id, severity`,
    ),
    insert: db.prepare(
      `INSERT INTO notice
         (id, user_id, session_id, episode, severity, notice, updated_at, read_at, ended_at, told, posting)
       VALUES
         (@id, @user_id, @session_id, @episode, @severity, @notice, @updated_at, @read_at, @ended_at, @told, @posting)`,
    ),
    update: db.prepare(
      `UPDATE notice SET severity = @severity, notice = @notice, updated_at = @updated_at, read_at = @read_at,
         ended_at = @ended_at, told = @told, posting = COALESCE(@posting, posting) WHERE id = @id`,
    ),
    surplus: db.prepare<[string, number]>(
      `DELETE FROM notice WHERE id IN
         (SELECT id FROM notice WHERE user_id = ? ORDER BY updated_at DESC, rowid DESC LIMIT -1 OFFSET ?)`,
    ),
    posted: db.prepare<[string, number]>('UPDATE notice SET posting = 0 WHERE id = ? AND told = ?'),
    toPost: db.prepare<[], { id: string }>(
      'SELECT id FROM notice WHERE posting = 1 ORDER BY updated_at, rowid /* at boot */',
    ),
    removeOld: db.prepare<[number]>('DELETE FROM notice WHERE read_at < ?'),
  };
}

const one = (row: Row | undefined): Kept | undefined => row && fromRow(row);

function fromRow(row: Row): Kept {
  const notice = JSON.parse(row.notice) as Notice;
  return { userId: row.user_id, episode: row.episode, notice, endedAt: row.ended_at, told: row.told };
}

function toRow({ userId, episode, notice, endedAt, told }: Kept): Row {
  const { id, sessionId, severity, updatedAt, readAt } = notice;
  const times = { updated_at: updatedAt, read_at: readAt, ended_at: endedAt };
  return {
    id,
    user_id: userId,
    session_id: sessionId,
    episode,
    severity,
    notice: JSON.stringify(notice),
    ...times,
    told,
  };
}
