/** The folder methods. Each reads top to bottom: load, decide, act, save, tell. None waits, so none needs a lock. */
import { randomUUID } from 'node:crypto';
import type { Folder, folderMethods, Preferences, Project, Result, Session } from '#protocol';
import type { Journal } from '../events/journal.js';
import type { Handlers } from '../rpc/handlers.js';
import type { Reach } from '../rpc/identity.js';
import { seal } from '../rpc/seal.js';
import { change, inherit, nextOrder, parentChain, reorder } from './folder.js';
import type { FolderStore } from './store.js';

export interface FolderDeps {
  readonly folders: FolderStore;
  readonly journal: Pick<Journal, 'tell' | 'act'>;
  readonly now: () => number;
  readonly sessions: {
    /** Open ones. */
    list(user: string): readonly Session[];
    /** Open ones in a folder, in tab order. */
    inFolder(user: string, folderId: string): Session[];
    /** A folder is gone, and with it its sessions' `folderId` on disk: forgets it in memory, and tells. */
    unfiled(folderId: string): void;
  };
  /** What holds in a folder. */
  preferences(user: string, folderId: string): Preferences;
  project(folderId: string): Project | null;
  /** A folder is gone, and with it all rows of it: whoever remembers more forgets it, and tells. */
  forget(folder: Folder): void;
}

export function folderHandlers(deps: FolderDeps): Handlers<typeof folderMethods> {
  const { folders, journal, now, sessions } = deps;
  const list = createLists(deps);

  const keep = (changed: readonly Folder[]) => {
    journal.act(() => {
      folders.save(changed);
      for (const folder of changed) journal.tell(folder.userId, 'folder/changed', { folder });
    });
  };

  return {
    'folder/list': (_params, { user, identity: { reach } }) => (reach ? within(list(user), reach) : list(user)),

    'folder/create'({ name, parentId = null, path = null }, { user }) {
      if (parentId !== null) folders.get(user, parentId);
      const at = now();
      const sortOrder = nextOrder(folders.tree(user), parentId);
      const ids = { id: randomUUID(), userId: user, parentId };
      const folder = { ...ids, name, path, collapsed: false, sortOrder, createdAt: at, updatedAt: at };
      journal.act(() => {
        folders.insert(folder);
        journal.tell(user, 'folder/created', { folder });
      });
      return folder;
    },

    'folder/get': ({ id }, { user }) => folders.get(user, id),

    'folder/update'({ id, ...wanted }, { user }) {
      const folder = folders.get(user, id);
      if (wanted.parentId) folders.get(user, wanted.parentId);
      keep(change(folders.tree(user), folder, wanted, now()));
      return folders.get(user, id);
    },

    'folder/delete'({ id }, { user }) {
      const folder = folders.get(user, id);
      const children = inherit(folders.tree(user), folder, now());
      journal.act(() => {
        folders.remove(folder, children);
        for (const child of children) journal.tell(user, 'folder/changed', { folder: child });
        sessions.unfiled(id);
        deps.forget(folder);
        journal.tell(user, 'folder/deleted', { folder });
      });
      return { success: true };
    },

    'folder/reorder'({ folderIds }, { user }) {
      keep(reorder(folders.tree(user), folderIds, now()));
      return { success: true };
    },

    'folder/children'({ id }, { user }) {
      folders.get(user, id);
      return { folders: [...folders.tree(user).children(id)] };
    },

    'folder/context'({ id }, { user, identity: { reach } }) {
      const folder = folders.get(user, id);
      const tree = folders.tree(user);
      return {
        folder,
        preferences: deps.preferences(user, id),
        projectMetadata: deps.project(id),
        children: [...tree.children(id)],
        parentChain: parentChain(tree, folder).filter((above) => !reach || reach.folder(above.id)),
        sessions: sessions.inFolder(user, id),
      };
    },
  };
}

function within({ folders, sessionFolders }: Result<'folder/list'>, reach: Reach): Result<'folder/list'> {
  const filed = Object.entries(sessionFolders).filter(([session]) => reach.session(session));
  return { folders: folders.filter(({ id }) => reach.folder(id)), sessionFolders: Object.fromEntries(filed) };
}

/** The list of each user who asked, kept until a folder changes or a session is filed elsewhere. */
function createLists({ folders, sessions }: Pick<FolderDeps, 'folders' | 'sessions'>) {
  const kept = new Map<string, { of: readonly Folder[]; filed: string; answer: Result<'folder/list'> }>();
  return (user: string): Result<'folder/list'> => {
    const of = folders.list(user);
    const pairs = sessions.list(user).flatMap(({ id, folderId }) => (folderId === null ? [] : [[id, folderId]]));
    const filed = pairs.join();
    const found = kept.get(user);
    if (found?.of === of && found.filed === filed) return found.answer;
    if (kept.size >= USERS) kept.clear();
    const answer = seal('folder/list', { folders: [...of], sessionFolders: Object.fromEntries(pairs) });
    kept.set(user, { of, filed, answer });
    return answer;
  };
}

const USERS = 64;
