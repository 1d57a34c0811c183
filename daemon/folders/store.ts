/** Where folders are kept: rows in SQLite, read from memory as a tree per user. */
import { type Folder, RpcError } from '#protocol';
import { ifUndone, setIn } from '../db/act.js';
import type { Db } from '../db/open.js';
import { growTree, type Tree } from './folder.js';

export interface FolderStore {
  /** Throws NotFound with FOLDER_NOT_FOUND, also for a folder of another user. */
  get(user: string, id: string): Folder;
  /** Whoever's it is; for the daemon's own loops. */
  find(id: string): Folder | undefined;
  /** A parent before its children, siblings in order. */
  list(user: string): readonly Folder[];
  /** The same object until a folder of the user changes. */
  tree(user: string): Tree;
  insert(folder: Folder): void;
  /** In one commit. */
  save(folders: readonly Folder[]): void;
  /** Removes a folder and saves its former children, in one commit; with its row goes all that belongs to it, and its sessions are in none. */
  remove(folder: Folder, children: readonly Folder[]): void;
}

interface Row {
  id: string;
  user_id: string;
  parent_id: string | null;
  name: string;
  path: string | null;
  collapsed: number;
  sort_order: number;
  created_at: number;
  updated_at: number;
}

export function createFolderStore(db: Db): FolderStore {
  const select = db.prepare<[], Row>('SELECT * FROM folder /* at boot */');
  const insertRow = db.prepare<[Row]>(
    `INSERT INTO folder (id, user_id, parent_id, name, path, collapsed, sort_order, created_at, updated_at)
     VALUES (@id, @user_id, @parent_id, @name, @path, @collapsed, @sort_order, @created_at, @updated_at)`,
  );
  const update = db.prepare<[Row]>(
    `UPDATE folder SET parent_id = @parent_id, name = @name, path = @path, collapsed = @collapsed,
       sort_order = @sort_order, updated_at = @updated_at WHERE id = @id`,
  );
  const removeRow = db.prepare<[string]>('DELETE FROM folder WHERE id = ?');
  const write = db.transaction((changed: readonly Folder[], removed?: Folder) => {
    for (const folder of changed) update.run(toRow(folder));
    if (removed) removeRow.run(removed.id);
  });

  const byId = new Map<string, Folder>();
  const byUser = new Map<string, Map<string, Folder>>();
  const trees = new Map<string, Tree>();
  const grewElse = (user: string) => {
    trees.delete(user);
    ifUndone(db, () => trees.delete(user));
  };
  const put = (folder: Folder) => {
    setIn(db, byId, folder.id, folder);
    const own = byUser.get(folder.userId) ?? new Map<string, Folder>();
    byUser.set(folder.userId, own);
    setIn(db, own, folder.id, folder);
    grewElse(folder.userId);
  };
  for (const row of select.all()) put(fromRow(row));

  const tree = (user: string): Tree => {
    const grown = trees.get(user) ?? growTree(byUser.get(user)?.values() ?? []);
    trees.set(user, grown);
    return grown;
  };

  return {
    get(user, id) {
      const folder = byId.get(id);
      if (folder?.userId === user) return folder;
      throw new RpcError('NotFound', `No folder ${id}. List them with folder/list.`, { code: 'FOLDER_NOT_FOUND' });
    },
    find: (id) => byId.get(id),
    list: (user) => tree(user).list,
    tree,
    insert(folder) {
      insertRow.run(toRow(folder));
      put(folder);
    },
    save(folders) {
      write(folders);
      for (const folder of folders) put(folder);
    },
    remove(folder, children) {
      write(children, folder);
      for (const child of children) put(child);
      setIn(db, byId, folder.id, undefined);
      setIn(db, byUser.get(folder.userId)!, folder.id, undefined);
      grewElse(folder.userId);
    },
  };
}

function fromRow(row: Row): Folder {
  return {
    id: row.id,
    userId: row.user_id,
    parentId: row.parent_id,
    name: row.name,
    path: row.path,
    collapsed: row.collapsed === 1,
    sortOrder: row.sort_order,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function toRow(folder: Folder): Row {
  return {
    id: folder.id,
    user_id: folder.userId,
    parent_id: folder.parentId,
    name: folder.name,
    path: folder.path,
    collapsed: Number(folder.collapsed),
    sort_order: folder.sortOrder,
    created_at: folder.createdAt,
    updated_at: folder.updatedAt,
  };
}
