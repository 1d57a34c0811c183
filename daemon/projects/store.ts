/** Where projects are kept: one row a folder, gone with the folder. */
import type { Db } from '../db/open.js';
import type { Brought, Known } from './project.js';

export interface ProjectStore {
  find(folderId: string): Known | undefined;
  /** Of a user, by path. */
  list(user: string): Known[];
  /** Those that wait or were being looked at when the daemon ended. */
  unfinished(): Known[];
  /** Writes down that a folder's directory waits to be looked at; what was found there before stays. */
  await(folder: { readonly id: string; readonly userId: string; readonly path: string }): void;
  /** False when the folder is gone or has been given another directory: then nothing is written. */
  save(known: Known): boolean;
  forget(folderId: string): void;
}

interface Row {
  folder_id: string;
  user_id: string;
  path: string;
  state: string;
  error: string | null;
  found: string | null;
  detected_at: number | null;
}

const COLUMNS = 'folder_id, user_id, path, state, error, found, detected_at';

export function createProjectStore(db: Db): ProjectStore {
  const select = db.prepare<[string], Row>(`SELECT ${COLUMNS} FROM project WHERE folder_id = ?`);
  const selectUser = db.prepare<[string], Row>(`SELECT ${COLUMNS} FROM project WHERE user_id = ? ORDER BY path`);
  const selectUnfinished = db.prepare<[], Row>(
    `SELECT ${COLUMNS} FROM project WHERE state IN ('pending', 'enriching')`,
  );
  const insert = db.prepare<[string, string, string]>(
    `INSERT INTO project (folder_id, user_id, path, state) VALUES (?, ?, ?, 'pending')
     ON CONFLICT (folder_id) DO UPDATE SET
       found = CASE WHEN path = excluded.path THEN found END,
       detected_at = CASE WHEN path = excluded.path THEN detected_at END,
       path = excluded.path, state = 'pending', error = NULL`,
  );
  const update = db.prepare(
    `UPDATE project SET state = @state, error = @error, found = @found, detected_at = @detected_at
     WHERE folder_id = @folder_id AND path = @path`,
  );
  const remove = db.prepare('DELETE FROM project WHERE folder_id = ?');

  return {
    find(folderId) {
      const row = select.get(folderId);
      return row && fromRow(row);
    },
    list: (user) => selectUser.all(user).map(fromRow),
    unfinished: () => selectUnfinished.all().map(fromRow),
    await: ({ id, userId, path }) => void insert.run(id, userId, path),
    save: (known) => update.run(toRow(known)).changes > 0,
    forget: (folderId) => void remove.run(folderId),
  };
}

function fromRow(row: Row): Known {
  return {
    folderId: row.folder_id,
    userId: row.user_id,
    path: row.path,
    state: row.state as Known['state'],
    error: row.error,
    found: row.found === null ? null : (JSON.parse(row.found) as Brought),
    detectedAt: row.detected_at,
  };
}

function toRow(known: Known): Row {
  return {
    folder_id: known.folderId,
    user_id: known.userId,
    path: known.path,
    state: known.state,
    error: known.error,
    found: known.found && JSON.stringify(known.found),
    detected_at: known.detectedAt,
  };
}
