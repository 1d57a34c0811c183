/** Repositories with worktrees, and the functions that make them, for tests. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createLock } from '../../daemon/rpc/locks.js';
import { createWorktrees, type Wanted, type Worktrees } from '../../daemon/worktrees/create.js';
import { type Place, placeFor, type TestRepository } from './repository.js';

export interface Yard extends Place {
  /** One commit on main, at `repo`. */
  readonly repo: TestRepository;
  readonly worktrees: Worktrees;
  /** Plan and make; what was planned is said too. */
  create(wanted: Omit<Wanted, 'path'> & { readonly path?: string }): Promise<any>;
  /** An absolute path in the folder. */
  here(relative: string): string;
  /** Everything a worktree leaves in a repository and beside it. */
  traces(): Readonly<Record<string, unknown>>;
}

export function yardFor(t: TestContext): Yard {
  const place = placeFor(t);
  cpSync(templateIn(place), join(place.folder, 'repo'), { recursive: true });
  const repo = place.at(join(place.folder, 'repo'));
  const worktrees = createWorktrees({ git: place.git, lock: createLock() });
  const here = (relative: string) => join(place.folder, relative);
  return {
    ...{ ...place, repo, worktrees, here },
    async create(wanted) {
      const plan = await worktrees.plan({ path: repo.path, ...wanted });
      return { plan, ...(await worktrees.make(plan)) };
    },
    traces() {
      const kept = here('repo/.git');
      const files = readdirSync(kept, { recursive: true, encoding: 'utf8' });
      return {
        beside: readdirSync(place.folder).sort(),
        worktrees: repo.git('worktree', 'list', '--porcelain'),
        records: existsSync(join(kept, 'worktrees')) ? readdirSync(join(kept, 'worktrees')) : [],
        branches: repo.git('for-each-ref'),
        configuration: readFileSync(join(kept, 'config'), 'utf8'),
        locks: files.filter((name) => name.endsWith('.lock')),
        status: repo.git('status', '--porcelain'),
      };
    },
  };
}

let template: string | undefined;

/** Copied for each test, which is faster than making it with git. */
function templateIn(place: Place): string {
  if (template !== undefined) return template;
  const folder = mkdtempSync(join(tmpdir(), 'rdv-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  const made = place.init(join(folder, 'repo'));
  made.commit({ 'a.txt': 'one\n', 'dir/b.txt': 'two\n', '.gitignore': '*.log\n.env*\nnode_modules\n' });
  template = made.path;
  return template;
}

/** A clone of `repo` beside it, which knows what `repo` had at that time. */
export function cloneOf({ at, folder }: Yard, name = 'clone'): TestRepository {
  at(folder).git('clone', '--quiet', 'repo', name);
  return at(join(folder, name));
}
