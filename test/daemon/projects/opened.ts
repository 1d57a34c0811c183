/** The slice of projects over real SQLite and real folders, with looks that last as long as a test likes. */
import type { TestContext } from 'node:test';
import { type Folder, methods, type Params, type Result } from '#protocol';
import { type Db, openDatabase } from '../../../daemon/db/open.js';
import { createJournal } from '../../../daemon/events/journal.js';
import { createFolderStore } from '../../../daemon/folders/store.js';
import type { Listing } from '../../../daemon/projects/ecosystems/seen.js';
import { createProjects, type ProjectDeps } from '../../../daemon/projects/handlers.js';
import type { AnyHandler } from '../../../daemon/rpc/serve.js';
import { identityOf } from '../../support/identity.js';

type Own = 'project/get' | 'project/detect' | 'project/list' | 'project/refresh';

/** Looks that end when the test says so. */
export function createLooks() {
  const going: { path: string; signal: AbortSignal; finish: (listing?: Listing | Error) => void }[] = [];
  let arrived = () => {};
  return {
    going,
    look: (path: string, signal: AbortSignal) =>
      new Promise<Listing>((resolve, reject) => {
        const finish = (end: Listing | Error = rust) => (end instanceof Error ? reject(end) : resolve(end));
        going.push({ path, signal, finish });
        arrived();
      }),
    /** The next look, as soon as it begins. */
    async next() {
      if (going.length === 0) await new Promise<void>((resolve) => (arrived = resolve));
      return going.shift()!;
    },
  };
}

/** What a look finds when nothing else is said. */
export const rust: Listing = {
  paths: ['Cargo.toml', 'src/main.rs'],
  texts: new Map([['Cargo.toml', '']]),
  truncated: false,
};
export const go: Listing = { paths: ['main.go'], texts: new Map(), truncated: false };

export function open(t: TestContext, changes: Partial<ProjectDeps> = {}, kept?: Db) {
  const db = kept ?? openDatabase(':memory:');
  const clock = { now: 1000 };
  const folders = createFolderStore(db);
  const told: string[] = [];
  let heard = () => {};
  const journal = createJournal(
    db,
    {
      tell(user, name, { project }: any) {
        told.push(`${user} ${name} ${project.path} ${project.state} ${project.primaryLanguage}`);
        heard();
      },
    },
    () => clock.now,
  );
  const logged: any[] = [];
  const projects = createProjects({
    ...{ db, folders, journal, now: () => clock.now, log: (line) => void logged.push(line) },
    repository: async () => null,
    ...changes,
  });
  t.after(async () => {
    await projects.close();
    if (!kept) db.close();
  });
  let count = folders.list('ann').length;
  return {
    ...{ db, folders, projects, told, logged, clock },
    /** Made, but not yet wanted. */
    folder(path: string | null, userId = 'ann'): Folder {
      const id = `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`;
      const rest = { parentId: null, collapsed: false, sortOrder: count, createdAt: 1, updatedAt: 1 };
      const folder = { id, userId, name: `folder ${count}`, path, ...rest };
      folders.insert(folder);
      return folder;
    },
    change(folder: Folder, path: string | null): Folder {
      const changed = { ...folder, path };
      folders.save([changed]);
      projects.want(changed);
      return changed;
    },
    async call<M extends Own>(
      name: M,
      params: Params<M>,
      { user = 'ann', signal = new AbortController().signal } = {},
    ) {
      const result = await (projects.handlers[name] as AnyHandler)(methods[name].params.parse(params) as any, {
        ...{ user, identity: identityOf(user), signal, peer: {} as never, progress: () => {} },
      });
      methods[name].result.parse(result);
      return result as Result<M>;
    },
    /** When the next thing is told. */
    hears: () => new Promise<void>((resolve) => (heard = resolve)),
  };
}
