/** The branches of a repository, here and at its remotes. */
import type { Branch } from '#protocol';
import { type Git, listRemotes, type Repository } from '../git/index.js';
import { FORMAT, parseBranches } from './refs.js';

/** Newest commit first. */
export async function listBranches(git: Git, { path, commonDir }: Repository, signal?: AbortSignal): Promise<Branch[]> {
  const remotes = await listRemotes(git, path, signal);
  const output = await git.run(path, ['for-each-ref', FORMAT, 'refs/heads', 'refs/remotes'], { signal });
  // git guesses where the main working tree is, and is wrong for a submodule.
  return parseBranches(output, remotes).map((branch) =>
    branch.worktreePath === commonDir ? { ...branch, worktreePath: path } : branch,
  );
}
