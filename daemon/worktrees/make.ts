/** Makes a worktree that was planned. */
import { lstatSync } from 'node:fs';
import { RpcError } from '#protocol';
import { type Git, GitError, quote } from '../git/index.js';
import { copyFiles } from './copy.js';
import { branchInUse, createFailed, pathExists } from './errors.js';
import type { WorktreePlan } from './plan.js';
import { unmakeWorktree } from './unmake.js';

export interface Made {
  readonly path: string;
  readonly branch: string | null;
  readonly createdBranch: boolean;
  /** It was there already. */
  readonly reused: boolean;
  /** What a new branch started from. */
  readonly base: string | null;
  /** Files that came along, relative to the worktree. */
  readonly copied: readonly string[];
  readonly warnings: readonly string[];
}

/** All or nothing, as far as `unmakeWorktree` may. */
export async function makeWorktree(git: Git, plan: WorktreePlan, signal?: AbortSignal): Promise<Made> {
  const { path, branch, createsBranch, reused, warnings } = plan;
  const made = { path, branch, createdBranch: createsBranch, reused, base: createsBranch ? plan.base : null };
  if (reused) return { ...made, copied: [], warnings };
  if (lstatSync(path, { throwIfNoEntry: false })) {
    throw pathExists(path, 'has come into being meanwhile', 'Choose another `worktreePath`, or move it away.');
  }
  try {
    await add(git, plan, signal);
    const more = await complete(git, plan, signal);
    return { ...made, copied: more.copied, warnings: [...warnings, ...more.warnings] };
  } catch (error) {
    // The caller hears of the first failure; what could not be undone is left to whoever has the plan.
    await unmakeWorktree(git, plan).catch((failure: unknown) => {
      if (!(failure instanceof RpcError)) throw failure;
    });
    throw signal?.aborted ? new RpcError('Cancelled', 'Making the worktree was cancelled.') : error;
  }
}

async function add(git: Git, plan: WorktreePlan, signal: AbortSignal | undefined): Promise<void> {
  const { repoPath, path, branch, createsBranch, detach, tracks, baseCommit, mark } = plan;
  const what = createsBranch ? [tracks ? '--track' : '--no-track', '-b', branch!] : detach ? ['--detach'] : [];
  // A commit says exactly where to start, whatever moves meanwhile; only following needs the name.
  const from = tracks ?? (createsBranch || detach ? baseCommit : branch!);
  try {
    await git.run(repoPath, ['worktree', 'add', ...what, '--', path, from], { writes: true, signal, mark });
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const [, holder] = /already (?:checked out|used by worktree) at '(.*)'/.exec(error.stderr) ?? [];
    if (holder) throw branchInUse(branch!, holder, 'Use that worktree, or start a new branch from this one.');
    throw createFailed(path, error.stderr);
  }
}

async function complete(git: Git, { repoPath, path }: WorktreePlan, signal: AbortSignal | undefined) {
  const ignored = await git.ignored(path, ['worktree', 'add'], { signal });
  const filters = ignored.filter((key) => key.startsWith('filter.')).map(quote);
  const warnings = filters.length
    ? [`Files are as they are in the repository: ${filters.join(', ')} of its own configuration were not run.`]
    : [];
  // A bare repository has no files to bring along.
  const { copied, warnings: more } = (await isBare(git, repoPath, signal))
    ? { copied: [], warnings: [] }
    : await copyFiles(git, { from: repoPath, to: path }, signal);
  return { copied, warnings: [...warnings, ...more] };
}

async function isBare(git: Git, repoPath: string, signal: AbortSignal | undefined): Promise<boolean> {
  return (await git.run(repoPath, ['rev-parse', '--is-inside-work-tree'], { signal })).trim() !== 'true';
}
