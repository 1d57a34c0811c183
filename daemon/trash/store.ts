/** Where items of the trash are kept: rows in SQLite. */
import { RpcError } from '#protocol';
import type { Db } from '../db/open.js';
import type { Item, ItemState, Kept } from './item.js';

export interface TrashStore {
  /** Throws NotFound, also for an item of another user, or one that has not arrived yet. */
  get(user: string, id: string): Item;
  /** Newest first; without those that have not arrived yet. */
  list(user: string): Item[];
  /** Undefined when the session is not in the trash. */
  ofSession(user: string, sessionId: string): Item | undefined;
  /** Whoever's they are: what was being done when the daemon ended. */
  unfinished(): Item[];
  /** Whoever's they are: kept for long enough, or half deleted. */
  due(now: number): Item[];
  add(item: Item): void;
  save(item: Item): void;
  remove(id: string): void;
}

interface Row {
  id: string;
  user_id: string;
  kind: string;
  state: string;
  name: string;
  session_id: string | null;
  worktree: string | null;
  trashed_at: number;
  expires_at: number;
}

const COLUMNS = 'id, user_id, kind, state, name, session_id, worktree, trashed_at, expires_at';

export function createTrashStore(db: Db): TrashStore {
  const select = db.prepare<[string, string], Row>(
    `SELECT ${COLUMNS} FROM trash_item WHERE id = ? AND user_id = ? AND state <> 'moving'`,
  );
  const selectAll = db.prepare<[string], Row>(
    `SELECT ${COLUMNS} FROM trash_item WHERE user_id = ? AND state <> 'moving' ORDER BY trashed_at DESC`,
  );
  const selectSession = db.prepare<[string, string], Row>(
    `SELECT ${COLUMNS} FROM trash_item WHERE session_id = ? AND user_id = ? AND state <> 'moving'`,
  );
  const selectUnfinished = db.prepare<[], Row>(
    `SELECT ${COLUMNS} FROM trash_item WHERE state IN ('moving', 'restoring', 'deleting')`,
  );
  const selectExpired = db.prepare<[number], Row>(
    `SELECT ${COLUMNS} FROM trash_item WHERE expires_at <= ? AND state = 'kept' ORDER BY expires_at`,
  );
  const insert = db.prepare(
    `INSERT INTO trash_item (${COLUMNS}) VALUES (${COLUMNS.split(', ').map((column) => `@${column}`)})`,
  );
  const update = db.prepare('UPDATE trash_item SET state = @state, worktree = @worktree WHERE id = @id');
  const remove = db.prepare('DELETE FROM trash_item WHERE id = ?');

  const unfinished = () => selectUnfinished.all().map(fromRow);
  return {
    get(user, id) {
      const row = select.get(id, user);
      if (row) return fromRow(row);
      throw new RpcError('NotFound', `No item ${id} in the trash. List it with trash/list.`, {
        code: 'TRASH_ITEM_NOT_FOUND',
      });
    },
    list: (user) => selectAll.all(user).map(fromRow),
    ofSession(user, sessionId) {
      const row = selectSession.get(sessionId, user);
      return row && fromRow(row);
    },
    unfinished,
    due: (now) => [...unfinished().filter(({ state }) => state === 'deleting'), ...selectExpired.all(now).map(fromRow)],
    add: (item) => void insert.run(toRow(item)),
    save: (item) => void update.run(toRow(item)),
    remove: (id) => void remove.run(id),
  };
}

function fromRow(row: Row): Item {
  return {
    id: row.id,
    userId: row.user_id,
    kind: row.kind as Item['kind'],
    state: row.state as ItemState,
    name: row.name,
    sessionId: row.session_id,
    worktree: row.worktree === null ? null : (JSON.parse(row.worktree) as Kept),
    trashedAt: row.trashed_at,
    expiresAt: row.expires_at,
  };
}

function toRow(item: Item): Row {
  return {
    id: item.id,
    user_id: item.userId,
    kind: item.kind,
    state: item.state,
    name: item.name,
    session_id: item.sessionId,
    worktree: item.worktree && JSON.stringify(item.worktree),
    trashed_at: item.trashedAt,
    expires_at: item.expiresAt,
  };
}
