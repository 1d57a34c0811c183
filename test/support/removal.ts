/** The trash and the removal of worktrees as the daemon wires them, over real SQLite, real files and real git. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { type MethodName, methods, type Params, type Result, type removalMethods, type trashMethods } from '#protocol';
import { openDatabase } from '../../daemon/db/open.js';
import { createJournal } from '../../daemon/events/journal.js';
import { createGit, type Git } from '../../daemon/git/index.js';
import type { Caller } from '../../daemon/rpc/handlers.js';
import { createHub } from '../../daemon/rpc/hub.js';
import { createLock } from '../../daemon/rpc/locks.js';
import type { AnyHandler } from '../../daemon/rpc/serve.js';
import { createTrash } from '../../daemon/trash/handlers.js';
import { createTrashStore } from '../../daemon/trash/store.js';
import { listProcesses, type Seen } from '../../daemon/worktrees/processes.js';
import { createRecoveryStore } from '../../daemon/worktrees/recoveries.js';
import { removalHandlers } from '../../daemon/worktrees/removal.js';
import { identityOf } from './identity.js';
import { createFakePeer } from './memory.js';
import { folderFor } from './whole.js';

type Names = keyof typeof trashMethods | keyof typeof removalMethods;
export type Removal = ReturnType<typeof openRemoval>;

/** What git runs with here: nobody's configuration, and a name to commit by. */
function environmentIn(home: string): Record<string, string> {
  const who = { NAME: 'Ann', EMAIL: 'ann@example.org' };
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: who.NAME,
    GIT_AUTHOR_EMAIL: who.EMAIL,
    GIT_COMMITTER_NAME: who.NAME,
    GIT_COMMITTER_EMAIL: who.EMAIL,
    // Submodules of the tests are directories, which git does not clone without being told.
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'protocol.file.allow',
    GIT_CONFIG_VALUE_0: 'always',
  };
}

/** A folder of its own for each test, with the data folder in it; `git` runs git as a person would. */
export function openRemoval(t: TestContext) {
  const home = realpathSync(folderFor(t));
  const environment = environmentIn(home);
  const db = openDatabase(':memory:');
  t.after(() => db.close());
  const hub = createHub();
  let time = 1000;
  const now = () => time++;
  const journal = createJournal(db, hub, now);
  const logged: Record<string, unknown>[] = [];
  /** What sessions were told: `restored <id>` or `deleted <id>`. */
  const told: string[] = [];
  /** In the way of the test to change. */
  const world = {
    sessions: [] as { id: string; pids?: number[] }[],
    processes: [] as Seen[] | null | 'real',
    days: 30,
    folder: join(home, 'data/trash'),
  };

  const realGit = createGit({ environment: { PATH: environment.PATH!, HOME: home }, umask: 0o022 });

  /** A daemon over this database and these files, as after a start. */
  function start(git: Git = realGit) {
    const base = {
      git,
      journal,
      now,
      lock: createLock(),
      log: (line: Record<string, unknown>) => void logged.push(line),
    };
    const trash = createTrash({
      ...base,
      store: createTrashStore(db),
      folder: world.folder,
      retentionDays: () => world.days,
      sessions: {
        restored: (_user, id) => void told.push(`restored ${id}`),
        deleted: (_user, id) => void told.push(`deleted ${id}`),
      },
    });
    const deps = {
      ...base,
      trash,
      recoveries: createRecoveryStore(db),
      processes: async () => (world.processes === 'real' ? listProcesses() : world.processes),
      sessions: { in: () => world.sessions },
    };
    const handlers = { ...trash.handlers, ...removalHandlers(deps) };
    /** One call, checked and locked as the floor does it. */
    async function call<M extends Names & MethodName>(name: M, params: Params<M>, user = 'ann'): Promise<Result<M>> {
      const caller = {
        user,
        identity: identityOf(user),
        signal: new AbortController().signal,
        progress() {},
        peer: createFakePeer(user).peer,
      };
      const parsed = methods[name].params.parse(params) as Record<string, unknown>;
      const run = async () => (handlers[name] as AnyHandler)(parsed, caller satisfies Caller);
      const { lock } = methods[name] as { lock?: string };
      const result = await (lock === undefined ? run() : base.lock(`${name.split('/')[0]} ${parsed[lock]}`, run));
      return methods[name].result.parse(result) as Result<M>;
    }
    return { trash, deps, call };
  }

  const git = (directory: string, ...args: string[]): string =>
    execFileSync('git', args, {
      cwd: join(home, directory),
      env: environment,
      encoding: 'utf8',
      stdio: 'pipe',
    }).trimEnd();

  const write = (path: string, text: string, mode = 0o644): void => {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    // Not what a link leads to.
    rmSync(join(home, path), { force: true });
    writeFileSync(join(home, path), text, { mode });
  };

  return {
    ...start(),
    start,
    realGit,
    db,
    home,
    world,
    told,
    logged,
    git,
    write,
    at: (...parts: string[]) => join(home, ...parts),
    /** A repository `main` with two commits, and a worktree `wt` on the branch `feat` at the second. */
    seed() {
      if (seeded) {
        cpSync(seeded, join(home, 'main'), { recursive: true });
      } else {
        mkdirSync(join(home, 'main'));
        git('main', 'init', '-q', '-b', 'trunk', '--template=');
        write('main/a.txt', 'one\n');
        write('main/dir/b.txt', 'two\n');
        write('main/run.sh', '#!/bin/sh\n', 0o755);
        write('main/.gitignore', '*.log\nbuild/\n');
        git('main', 'add', '.');
        git('main', 'commit', '-qm', 'first');
        write('main/a.txt', 'one\nmore\n');
        git('main', 'commit', '-qam', 'second');
        seeded = keepCopy(join(home, 'main'));
      }
      git('main', 'worktree', 'add', '-q', '-b', 'feat', '../wt');
    },
    /** Names of the events of a user, oldest first. */
    events: (user = 'ann') => journal.list(user, 0, 1000).map(({ name }) => name),
    rows: () => db.prepare('SELECT state, session_id FROM trash_item ORDER BY trashed_at').all(),
    /** Everything in a directory but what git only keeps for speed: kind, mode, content, time of change. */
    files: (path: string) => filesIn(join(home, path)),
    /** What git makes of a worktree. */
    seen: (path: string) => ({
      status: git(path, 'status', '--porcelain=v2', '--branch', '--ignored', '--untracked-files=all'),
      index: git(path, 'ls-files', '-s', '-v'),
      head: git(path, 'rev-parse', '--symbolic-full-name', 'HEAD'),
      worktrees: git('main', 'worktree', 'list', '--porcelain'),
    }),
  };
}

/** The repository most tests begin with: made once, then copied. */
let seeded: string | undefined;

function keepCopy(repository: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'rdv-'));
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
  cpSync(repository, copy, { recursive: true });
  return copy;
}

function filesIn(folder: string, below = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(join(folder, below)).sort()) {
    const path = join(below, name);
    const stats = lstatSync(join(folder, path), { bigint: true });
    found[path] = `${stats.mode.toString(8)} ${stats.mtimeNs} ${contentOf(join(folder, path))}`;
    if (stats.isDirectory()) Object.assign(found, filesIn(folder, path));
  }
  return found;
}

function contentOf(path: string): string {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return readlinkSync(path);
  return stats.isFile() ? createHash('sha1').update(readFileSync(path)).digest('hex') : '';
}
