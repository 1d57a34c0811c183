/** Repositories with worktrees, and the functions that make them, for tests. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createLock } from '../../daemon/rpc/locks.js';
import { createWorktrees, type Wanted, type Worktrees } from '../../daemon/worktrees/create.js';
import { type Place, placeIn, type TestRepository } from './repository.js';
import { folderFor } from './whole.js';

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
  return yardIn(realpathSync(folderFor(t)));
}

/** In a folder, by its real path, which may have been one before. */
export function yardIn(folder: string): Yard {
  const place = placeIn(folder);
  if (!existsSync(join(folder, 'repo'))) cpSync(templateIn(place), join(folder, 'repo'), { recursive: true });
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
      const files = readdirSync(kept, { recursive: true, encoding: 'utf8' }).sort();
      // What git keeps of old commits may stay, and how it remembers the times of files.
      const told = files.filter((name) => !/^(objects|logs|index)(\/|$)/.test(name));
      const read = (name: string) =>
        statSync(join(kept, name)).isFile() ? readFileSync(join(kept, name), 'latin1') : '';
      return {
        beside: readdirSync(place.folder).sort(),
        inside: readdirSync(repo.path, { recursive: true, encoding: 'utf8' }).filter(
          (name) => !/^\.git(\/|$)/.test(name),
        ),
        kept: Object.fromEntries(told.map((name) => [name, /index$/.test(name) ? '' : read(name)])),
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
export function cloneOf({ at, folder }: Pick<Yard, 'at' | 'folder'>, name = 'clone'): TestRepository {
  at(folder).git('clone', '--quiet', 'repo', name);
  return at(join(folder, name));
}
