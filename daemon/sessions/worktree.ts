/** The git worktree that is made for a session: which one, and where in it the session starts. */
import { realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { type Parsed, type Preferences, RpcError, type Source } from '#protocol';
import type { Wanted as WantedWorktree, WorktreePlan, Worktrees } from '../worktrees/create.js';
import { featureBranch, quickBranch } from '../worktrees/naming.js';

export interface PlanDeps {
  readonly worktrees: Worktrees;
  readonly preferences: {
    /** Where the repository with this id lies, if a folder of the user says so. */
    repositoryPath(user: string, repositoryId: string): string | undefined;
  };
  readonly now: () => number;
}

type Wanted = Partial<
  Pick<
    Parsed<'session/create'>,
    'projectPath' | 'worktreeBranch' | 'featureDescription' | 'baseBranch' | 'githubRepoId'
  >
>;

/** To be called alone in the repository. Throws as `Worktrees.plan` does. */
export async function planWorktree(
  { worktrees, now }: Pick<PlanDeps, 'worktrees' | 'now'>,
  path: string,
  wanted: Wanted,
  signal?: AbortSignal,
): Promise<WorktreePlan> {
  const { worktreeBranch, featureDescription, baseBranch } = wanted;
  const from = { path, baseBranch, fetch: true };
  const branch = worktreeBranch ?? (featureDescription ? featureBranch(featureDescription) : undefined);
  if (branch !== undefined) return worktrees.plan({ ...from, branch }, signal);
  return planQuick(worktrees, quickBranch(now()), from, signal);
}

/** Sessions made in one second get a worktree each. */
async function planQuick(
  worktrees: Worktrees,
  name: string,
  from: Omit<WantedWorktree, 'branch'>,
  signal: AbortSignal | undefined,
): Promise<WorktreePlan> {
  for (let at = 1; ; at++) {
    const branch = at === 1 ? name : `${name}-${at}`;
    try {
      return await worktrees.plan({ ...from, branch, createNewBranch: true }, signal);
    } catch (error) {
      const taken = error instanceof RpcError && ['BRANCH_EXISTS', 'PATH_EXISTS'].includes(error.data.code ?? '');
      if (!taken || at >= MOST_IN_A_SECOND) throw error;
    }
  }
}

const MOST_IN_A_SECOND = 100;

/** What holds where the session is made, and where that is from. */
export interface Holding {
  readonly preferences: Preferences;
  readonly sources: { readonly defaultWorkingDirectory: Pick<Source, 'type'> };
}

/**
 * The repository a worktree is made from: what the caller names, else what the folder is linked to, else where its
 * sessions start. Throws InvalidParams with `NO_REPO_LINKED` or `REPO_NOT_CLONED`.
 */
export function repositoryOf(deps: PlanDeps, user: string, wanted: Wanted, { preferences, sources }: Holding): string {
  const { repositoryPath } = deps.preferences;
  const { localRepoPath, githubRepoId, defaultWorkingDirectory } = preferences;
  if (wanted.projectPath !== undefined) return wanted.projectPath;
  const id = wanted.githubRepoId ?? githubRepoId;
  const cloned = id === null ? undefined : repositoryPath(user, id);
  // One that is named is not replaced by another.
  if (wanted.githubRepoId !== undefined) return cloned ?? notCloned(wanted.githubRepoId);
  if (localRepoPath ?? cloned) return (localRepoPath ?? cloned)!;
  if (sources.defaultWorkingDirectory.type !== 'default') return defaultWorkingDirectory;
  if (id !== null) return notCloned(id);
  const said = 'A worktree needs a repository. Give `projectPath`, or set the `path` or `localRepoPath` of the folder.';
  throw new RpcError('InvalidParams', said, { code: 'NO_REPO_LINKED' });
}

function notCloned(id: string): never {
  const said = `No folder says where the repository ${id} lies.`;
  const cure = 'Clone it and set `localRepoPath` of a folder, or give `projectPath`.';
  throw new RpcError('InvalidParams', `${said} ${cure}`, { code: 'REPO_NOT_CLONED' });
}

/** Where the session starts: the place in the worktree that its directory has in the repository. */
export function directoryIn({ path, repoPath }: WorktreePlan, directory: string | undefined): string {
  if (directory === undefined || !isDirectory(directory)) return path;
  const below = relative(repoPath, realpathSync(directory));
  return below === '' || below.startsWith('..') || isAbsolute(below) ? path : join(path, below);
}

export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Where a path leads, by its real name; the path itself when it leads nowhere. */
export function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    // The directory may be gone, and then it is in none.
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return path;
    throw error;
  }
}
