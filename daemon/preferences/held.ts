/** What is set on users and folders, what holds where, and the one way to change it. */
import type { Folder, FolderPreferences, PortValidation, Preferences, UserSettings } from '#protocol';
import type { Db } from '../db/open.js';
import type { Journal } from '../events/journal.js';
import { parentChain } from '../folders/folder.js';
import type { FolderStore } from '../folders/store.js';
import { validatePorts } from './ports.js';
import { folderLayer, type Stacks, stack, userLayer } from './resolve.js';
import { isNothing, readFolder, readUser, type Written } from './settings.js';
import { createPreferenceStore } from './store.js';

export interface PreferenceDeps {
  readonly db: Db;
  readonly folders: FolderStore;
  readonly journal: Pick<Journal, 'tell' | 'act'>;
  readonly now: () => number;
  /** What holds where nothing is set. */
  readonly defaults: Preferences;
  /** Throws InvalidParams for an expression that is none. */
  checkDenied(pattern: string): void;
}

type Variables = Readonly<Record<string, string>>;

/** Nothing of it reads the database: all that is set is in memory. Folder ids throw NotFound as `folders.get` does. */
export interface Held {
  user(user: string): UserSettings;
  folder(folder: Folder): FolderPreferences;
  /** Saves and tells, if anything is another then; undefined leaves, null inherits again. Null for the user alone. */
  set(user: string, folderId: string | null, changes: Written): void;
  clear(folder: Folder): void;
  /** Everything that bears on a session in a folder, or in none. */
  stacks(user: string, folderId: string | null): Stacks;
  /** The variables set on the folder itself, or on the user. */
  variables(user: string, folderId: string | null): Variables;
  /** Of these variables with those set on other folders. */
  conflicts(user: string, folderId: string | null, variables: Variables): PortValidation;
  isSet(folder: Folder): boolean;
  /** A folder is gone: it is neither active nor pinned any more. */
  forget(folder: Folder): void;
}

export function createHeld({ db, folders, journal, now, defaults }: PreferenceDeps): Held {
  const store = createPreferenceStore(db);
  const tell = (user: string, folderId: string | null) => journal.tell(user, 'preference/changed', { folderId });
  const setOn = (id: string) => store.folders.find(id)?.set;

  return {
    user(user) {
      const { set, updatedAt } = store.users.find(user) ?? { set: readUser({}), updatedAt: 0 };
      // A folder may have gone with a daemon that ended before it could forget it here.
      const own = (id: string | null) => (id !== null && folders.find(id)?.userId === user ? id : null);
      const places = { activeFolderId: own(set.activeFolderId), pinnedFolderId: own(set.pinnedFolderId) };
      return { userId: user, ...set, ...places, updatedAt };
    },

    folder({ id, userId }) {
      const { set, updatedAt } = store.folders.find(id) ?? { set: readFolder({}), updatedAt: 0 };
      return { folderId: id, userId, ...set, updatedAt };
    },

    isSet: ({ id }) => !isNothing(setOn(id) ?? readFolder({})),

    set(user, folderId, changes) {
      const [shelf, id] = folderId === null ? [store.users, user] : [store.folders, folders.get(user, folderId).id];
      journal.act(() => shelf.set(id, changes, now()) && tell(user, folderId));
    },

    clear({ id, userId }) {
      journal.act(() => store.folders.remove(id) && tell(userId, id));
    },

    forget({ id, userId }) {
      store.folders.remove(id);
      const { activeFolderId, pinnedFolderId } = store.users.find(userId)?.set ?? readUser({});
      const places = {
        ...(activeFolderId === id && { activeFolderId: null }),
        ...(pinnedFolderId === id && { pinnedFolderId: null }),
      };
      if (store.users.set(userId, places, now())) tell(userId, null);
    },

    stacks(user, folderId) {
      const folder = folderId === null ? undefined : folders.get(user, folderId);
      const chain = folder ? [folder, ...parentChain(folders.tree(user), folder)].reverse() : [];
      const layers = chain.map((each) => folderLayer(each, setOn(each.id)));
      return stack(defaults, [userLayer(store.users.find(user)?.set), ...layers]);
    },

    variables(user, folderId) {
      const set = folderId === null ? store.users.find(user)?.set : setOn(folders.get(user, folderId).id);
      return set?.environmentVars ?? {};
    },

    conflicts(user, folderId, variables) {
      const others = folders.list(user).filter(({ id }) => id !== folderId);
      return validatePorts(
        variables,
        others.map((folder) => ({ folder, variables: setOn(folder.id)?.environmentVars ?? {} })),
      );
    },
  };
}
