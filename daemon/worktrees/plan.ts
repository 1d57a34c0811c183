/** Decides how a worktree will be made, without making anything. */
import { lstatSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Worktree } from '#protocol';
import { type Git, getRepository, quote, type Repository } from '../git/index.js';
import { branchInUse, invalidPath, pathExists } from './errors.js';
import { fetchRemote } from './fetch.js';
import { isWithin, listWorktrees, real } from './list.js';
import { worktreeName } from './naming.js';
import { checkBranch, findStart, type Start, type WantedBranch } from './start.js';

export interface Wanted extends WantedBranch {
  /** The repository, or a directory in it. */
  readonly path: string;
  readonly worktreePath?: string | undefined;
  readonly fetch?: boolean | undefined;
}

/** Everything that is needed to make a worktree, and to undo that: plain JSON. */
export interface WorktreePlan extends Start {
  /** The main working tree, or the repository itself when bare. */
  readonly repoPath: string;
  /** Where the worktree will be. Nothing is there, unless it is reused. */
  readonly path: string;
  /** The nearest directory above it that is there already. */
  readonly above: string;
  /** It is there and as wanted: nothing is made, and nothing undone. */
  readonly reused: boolean;
  readonly detach: boolean;
  readonly warnings: readonly string[];
  /** By this what makes it is known among all processes. */
  readonly mark: string;
}

/** Throws what `create.ts` says. */
export async function planWorktree(
  git: Git,
  wanted: Wanted & { readonly mark: string },
  signal?: AbortSignal,
): Promise<WorktreePlan> {
  const repository = await getRepository(git, wanted.path, signal);
  const { path: repoPath } = repository;
  const { branch, detach = false, mark } = wanted;
  if (!detach) await checkBranch(git, repoPath, branch, signal);
  const place = findPlace(repository, wanted);
  const worktrees = await listWorktrees(git, repository, signal);
  const found = worktrees.find(({ path }) => path === place.path);
  const fixed = { repoPath, ...place, detach, mark };
  if (found && isAsWanted(found, wanted)) {
    // Somebody asks again for what was made at the first time, whatever was said then of new and old.
    const start = await findStart(git, repoPath, { ...wanted, createNewBranch: undefined, signal });
    if (!detach || start.baseCommit === found.commit) return { ...start, ...fixed, reused: true, warnings: [] };
  }
  mustBeFree(place.path, found);
  const warnings = wanted.fetch ? await fetchRemote(git, repoPath, signal) : [];
  const start = await findStart(git, repoPath, { ...wanted, signal });
  const holder = detach ? undefined : worktrees.find((worktree) => worktree.branch === branch);
  if (holder) throw inUse(holder, branch);
  return { ...start, ...fixed, reused: false, warnings };
}

function findPlace({ path: repoPath, commonDir, bare }: Repository, { worktreePath, branch }: Wanted) {
  const path = real(worktreePath === undefined ? beside(repoPath, bare, branch) : resolve(worktreePath));
  if (isWithin(commonDir, path) && path !== repoPath)
    throw invalidPath(path, 'that is where the repository keeps itself.');
  let above = dirname(path);
  while (!isThere(above)) above = dirname(above);
  return { path, above };
}

/** `<repository>-<branch>`; a bare repository that hides in a folder is called as the folder is. */
function beside(repoPath: string, bare: boolean, branch: string): string {
  const name = basename(repoPath);
  const folder = dirname(repoPath);
  return join(folder, worktreeName(bare && name.startsWith('.') ? basename(folder) : name, branch));
}

function isAsWanted({ branch, missing, lockReason }: Worktree, wanted: Wanted): boolean {
  // git locks what it has not made to the end.
  if (missing || lockReason === INITIALIZING) return false;
  return wanted.detach ? branch === null : branch === wanted.branch;
}

const INITIALIZING = 'initializing';

function mustBeFree(path: string, found: Worktree | undefined): void {
  if (found?.missing) {
    throw pathExists(path, 'is a worktree whose directory is gone', 'Take it off the list with worktree/prune.');
  }
  if (found) {
    const holds = found.branch === null ? 'a commit' : `branch ${quote(found.branch)}`;
    throw pathExists(path, `is a worktree of ${holds}`, 'Choose another `worktreePath`.');
  }
  if (isThere(path)) throw pathExists(path, 'is there already', 'Choose another `worktreePath`, or move it away.');
}

function inUse({ path, missing, isMain }: Worktree, branch: string) {
  if (missing) return branchInUse(branch, path, 'That directory is gone; take it off the list with worktree/prune.');
  if (isMain) return branchInUse(branch, path, 'Check out another branch there, or start a new one.');
  return branchInUse(branch, path, 'Use that worktree, or start a new branch from this one.');
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['EACCES', 'ENAMETOOLONG', 'ENOTDIR', 'ELOOP'].includes(code)) throw error;
    throw invalidPath(path, `what is above it is no directory this user may enter (${code}).`);
  }
}
