/** Where preferences are kept: what is set on each user and each folder, as JSON rows, read from memory. */
import { setIn } from '../db/act.js';
import type { Db } from '../db/open.js';
import { type FolderSet, merge, readFolder, readUser, type UserSet, type Written } from './settings.js';

export interface Kept<S> {
  readonly set: S;
  readonly updatedAt: number;
}

/** Rows of one kind, by the id of what they belong to. */
export interface Shelf<S> {
  find(id: string): Kept<S> | undefined;
  /** As `merge` of settings.ts does it; a row in which nothing is left goes. Returns whether anything is another now. */
  set(id: string, changes: Written, at: number): boolean;
  /** Returns whether there was a row. */
  remove(id: string): boolean;
}

export interface PreferenceStore {
  readonly users: Shelf<UserSet>;
  readonly folders: Shelf<FolderSet>;
}

export function createPreferenceStore(db: Db): PreferenceStore {
  return {
    users: createShelf(db, { table: 'user_preference', column: 'user_id', read: readUser }),
    folders: createShelf(db, { table: 'folder_preference', column: 'folder_id', read: readFolder }),
  };
}

interface Kind<S> {
  readonly table: string;
  readonly column: string;
  read(written: Written): S;
}

interface Row {
  id: string;
  settings: string;
  updated_at: number;
}

function createShelf<S>(db: Db, { table, column, read }: Kind<S>): Shelf<S> {
  const select = db.prepare<[], Row>(`SELECT ${column} AS id, settings, updated_at FROM ${table} /* at boot */`);
  const upsert = db.prepare<[Row]>(
    `INSERT INTO ${table} (${column}, settings, updated_at) VALUES (@id, @settings, @updated_at)
     ON CONFLICT (${column}) DO UPDATE SET settings = excluded.settings, updated_at = excluded.updated_at`,
  );
  const removeRow = db.prepare<[string]>(`DELETE FROM ${table} WHERE ${column} = ?`);

  const kept = new Map<string, Kept<S> & { readonly settings: string }>();
  const put = ({ id, settings, updated_at }: Row) =>
    setIn(db, kept, id, { settings, set: read(JSON.parse(settings) as Written), updatedAt: updated_at });
  for (const row of select.all()) put(row);

  const remove = (id: string) => {
    removeRow.run(id);
    const had = kept.has(id);
    setIn(db, kept, id, undefined);
    return had;
  };

  return {
    find: (id) => kept.get(id),
    set(id, changes, at) {
      const before = kept.get(id)?.settings ?? '{}';
      const settings = JSON.stringify(merge(JSON.parse(before) as Written, changes));
      if (settings === before) return false;
      if (settings === '{}') return remove(id);
      const row = { id, settings, updated_at: at };
      upsert.run(row);
      put(row);
      return true;
    },
    remove,
  };
}
