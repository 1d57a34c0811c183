/** The slices of folders and preferences as the daemon wires them, over real SQLite, with sessions to file. */
import type { TestContext } from 'node:test';
import { type MethodName, methods, type Params, type Result, type Session } from '#protocol';
import { type Db, openDatabase } from '../../daemon/db/open.js';
import { builtInPreferences } from '../../daemon/defaults.js';
import { createJournal } from '../../daemon/events/journal.js';
import { sessionsByFolder } from '../../daemon/filing.js';
import { folderHandlers } from '../../daemon/folders/handlers.js';
import { createFolderStore } from '../../daemon/folders/store.js';
import { checkDenied } from '../../daemon/injection/policy.js';
import { createPreferences } from '../../daemon/preferences/handlers.js';
import type { Caller } from '../../daemon/rpc/handlers.js';
import { sealedJson } from '../../daemon/rpc/seal.js';
import type { AnyHandler } from '../../daemon/rpc/serve.js';
import { createSessionStore } from '../../daemon/sessions/store.js';
import { identityOf } from './identity.js';
import { createFakePeer, type Told } from './memory.js';
import { sample } from './sample.js';

export type Filed = ReturnType<typeof openFiled>;

/** Over a database that is open, or the file of one to keep. Times are 1000, 1001, ... as they are asked for. */
export function openFiled(kept: Db | string = ':memory:') {
  const db = typeof kept === 'string' ? openDatabase(kept) : kept;
  const store = createSessionStore(db);
  const folders = createFolderStore(db);
  let time = 1000;
  const now = () => time++;
  const told: (Told & { readonly user: string })[] = [];
  const journal = createJournal(db, { tell: (user, name, params) => void told.push({ user, name, params }) }, now);
  const defaults = builtInPreferences({ HOME: '/home/ann', SHELL: '/bin/zsh' });
  const preferences = createPreferences({ db, folders, journal, now, defaults, checkDenied });
  const handlers = {
    ...preferences.handlers,
    ...folderHandlers({
      folders,
      journal,
      now,
      sessions: sessionsByFolder({ store, journal, now }),
      preferences: (user, id) => preferences.resolve(user, id).preferences,
      project: () => null,
      forget: preferences.forget,
    }),
  };

  /** One call, its parameters and its answer checked as the floor does it. */
  function call<M extends MethodName & keyof typeof handlers>(
    name: M,
    params: Params<M>,
    user = 'ann',
    identity = identityOf(user),
  ): Result<M> {
    const { peer } = createFakePeer(user);
    const caller: Caller = {
      user,
      identity,
      peer,
      signal: new AbortController().signal,
      progress: () => {},
    };
    const result = (handlers[name] as AnyHandler)(methods[name].params.parse(params), caller);
    const checked = methods[name].result.parse(result);
    return (sealedJson(name, result) ? result : checked) as Result<M>;
  }

  return {
    db,
    store,
    folders,
    preferences,
    defaults,
    told,
    call,
    /** What was told since the last time this was asked: `name` and what of, by its name; null for the user. */
    heard: () =>
      told.splice(0).map(({ name, params: { folder, session, folderId } }) => {
        const what = folder?.name ?? session?.name ?? (folderId ? folders.find(folderId)?.name : folderId);
        return `${name} ${what}`;
      }),
    made: (name: string, parentId: string | null = null, user = 'ann') =>
      call('folder/create', { name, parentId }, user),
    /** A session that is there, in a folder. */
    file(folderId: string | null, changes: Partial<Session> = {}): Session {
      const session = sample({ folderId, ...changes });
      store.intend(session, undefined);
      store.save(session);
      return session;
    },
    /** Names of folders as they lie in each other: `a(b(c),d)`. */
    drawn: (user = 'ann') => {
      const draw = (parentId: string | null): string =>
        folders
          .tree(user)
          .children(parentId)
          .map(({ id, name }) => name + (folders.tree(user).children(id).length > 0 ? `(${draw(id)})` : ''))
          .join();
      return draw(null);
    },
    close: () => db.close(),
  };
}

/** Gone with the test. */
export function filed(t: TestContext): Filed {
  const slice = openFiled();
  t.after(slice.close);
  return slice;
}

/** `a(b(c),d)` */
export function fourFiled(t: TestContext) {
  const slice = filed(t);
  const a = slice.made('a');
  const b = slice.made('b', a.id);
  const [c, d] = [slice.made('c', b.id), slice.made('d', a.id)];
  slice.heard();
  const set = (folder: { id: string }, settings: Omit<Params<'preference/setFolder'>, 'folderId'>) =>
    slice.call('preference/setFolder', { folderId: folder.id, ...settings });
  const sourceOf = ({ id, name }: { id: string; name: string }) =>
    ({ type: 'folder', folderId: id, folderName: name }) as const;
  return { slice, a, b, c, d, set, sourceOf };
}
