/** What a repository keeps of a linked worktree besides its files: HEAD, index, and where HEAD has been. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Git, GitError } from '../git/index.js';
import type { WorktreePlan } from './plan.js';

/** What `git worktree add` leaves there, or while it is at it with `.lock` behind it. Anything else was begun by somebody: a merge, a rebase, a message. */
const USUAL = [
  'HEAD',
  'ORIG_HEAD',
  'commondir',
  'config.worktree',
  'gitdir',
  'index',
  'locked',
  'logs/HEAD',
  'info/sparse-checkout',
];
const NOWHERE = /^0+$/;

/** Whether nothing was done in a worktree since it was made, or while it was: no commit, nothing staged, no lock. */
export async function isPristine(
  git: Git,
  { plan, folder, commonDir }: { readonly plan: WorktreePlan; readonly folder: string; readonly commonDir: string },
): Promise<boolean> {
  const files = filesIn(folder);
  if (files.some((name) => !USUAL.includes(name.replace(/\.lock$/, '')))) return false;
  const read = (name: string) => (files.includes(name) ? readFileSync(join(folder, name), 'utf8').trim() : '');
  const locked = read('locked');
  if (locked !== '' && locked !== 'initializing') return false;
  const expected = [plan.branch === null ? plan.baseCommit : `ref: refs/heads/${plan.branch}`, ''];
  if (!expected.includes(read('HEAD')) && !NOWHERE.test(read('HEAD'))) return false;
  const been = read('logs/HEAD')
    .split('\n')
    .flatMap((line) => line.split(' ', 2));
  if (been.some((commit) => commit !== '' && commit !== plan.baseCommit && !NOWHERE.test(commit))) return false;
  return !files.includes('index') || (await isStagedAs(git, plan, { commonDir, index: join(folder, 'index') }));
}

/** Whether an index holds what the commit does. */
async function isStagedAs(
  git: Git,
  { repoPath, baseCommit }: WorktreePlan,
  { commonDir, index }: { readonly commonDir: string; readonly index: string },
): Promise<boolean> {
  const environment = { GIT_DIR: commonDir, GIT_INDEX_FILE: index };
  const args = ['diff-index', '--cached', '--quiet', '--ignore-submodules=none', baseCommit, '--'];
  try {
    return (await git.ask(repoPath, args, { environment, ok: [0, 1] })).exitCode === 0;
  } catch (error) {
    // An index that cannot be read.
    if (error instanceof GitError) return false;
    throw error;
  }
}

/** Files at any depth, relative; links are files. */
function filesIn(folder: string, prefix = ''): string[] {
  return readdirSync(join(folder, prefix)).flatMap((name) => {
    const path = prefix + name;
    return lstatSync(join(folder, path)).isDirectory() ? filesIn(folder, `${path}/`) : [path];
  });
}
