/** What is changed in a worktree. */
import { type Git, getRepository } from '../git/index.js';
import { notAWorktree } from './errors.js';
import { parseStatus, type Status } from './porcelain.js';

/** Whatever the user's configuration shows and hides, this says the same. */
const ASKED = ['status', '--porcelain=v2', '--branch', '--ahead-behind', '-z', '--ignore-submodules=none'];

/** Of the worktree a directory lies in. Throws InvalidParams `NOT_GIT_REPO` when there is none. */
export async function readStatus(git: Git, directory: string, signal?: AbortSignal): Promise<Status> {
  const { topLevel } = await getRepository(git, directory, signal);
  if (topLevel === null) throw notAWorktree(directory);
  return parseStatus(await git.run(topLevel, [...ASKED, '--untracked-files=normal'], { signal }));
}
