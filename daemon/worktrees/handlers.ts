/** The worktree methods that do not remove anything. */
import { statSync } from 'node:fs';
import { type Parsed, RpcError, type worktreeMethods } from '#protocol';
import type { Journal } from '../events/journal.js';
import { type Git, getDefaultBranch, getRepository, quote } from '../git/index.js';
import type { Handlers } from '../rpc/handlers.js';
import { listBranches } from './branches.js';
import type { Worktrees } from './create.js';
import { noRepository, notCloned } from './errors.js';
import { fetchRemote } from './fetch.js';
import { isWithin, listWorktrees } from './list.js';
import { count } from './porcelain.js';
import { readStatus } from './status.js';

export interface WorktreeDeps {
  readonly git: Git;
  readonly worktrees: Worktrees;
  readonly journal: Pick<Journal, 'tell'>;
  /** Where repositories with an id are; undefined for one nobody has. */
  readonly repositories: { path(user: string, repositoryId: string): string | undefined };
  /** Worktrees in it are removed ones. */
  readonly trashFolder: string;
}

export function worktreeHandlers(deps: WorktreeDeps): Handlers<typeof worktreeMethods> {
  const { git, worktrees, journal, trashFolder } = deps;
  return {
    async 'worktree/list'({ repoPath }, { signal }) {
      const all = await listWorktrees(git, await getRepository(git, repoPath, signal), signal);
      return { worktrees: all.filter(({ path, isMain }) => isMain || !isWithin(trashFolder, path)) };
    },

    async 'worktree/create'(params, { user, signal }) {
      const path = repositoryOf(deps, user, params);
      const made = await worktrees.alone(
        path,
        async () => {
          const plan = await worktrees.plan({ ...params, path }, signal);
          return { ...(await worktrees.make(plan, signal)), repoPath: plan.repoPath };
        },
        signal,
      );
      const { repoPath, copied, warnings, ...rest } = made;
      const { branch } = rest;
      if (!made.reused) journal.tell(user, 'worktree/created', { path: made.path, repoPath, branch });
      return { success: true, worktreePath: made.path, ...rest, copied: [...copied], warnings: [...warnings] };
    },

    async 'worktree/status'({ worktreePath }, { signal }) {
      if (!isDirectory(worktreePath)) return NOTHING;
      const { branch, ahead, behind, entries } = await readStatus(git, worktreePath, signal);
      const { staged, modified, conflicted, untracked } = count(entries);
      const counts = { ahead, behind, untracked, modified: modified + conflicted, staged };
      return { exists: true, isClean: entries.length === 0, branch, ...counts };
    },

    async 'worktree/check'({ worktreePath }, { signal }) {
      if (!isDirectory(worktreePath)) throw noSuchWorktree(worktreePath);
      const { branch, entries } = await readStatus(git, worktreePath, signal);
      return { hasUncommittedChanges: entries.length > 0, branch };
    },

    async 'worktree/branches'({ repoPath, fetch }, { signal }) {
      const repository = await getRepository(git, repoPath, signal);
      const warnings = fetch ? await fetchRemote(git, repository.path, signal) : [];
      const branches = await listBranches(git, repository, signal);
      return { branches, defaultBranch: await getDefaultBranch(git, repository.path, signal), warnings };
    },
  };
}

const NOTHING = {
  ...{ exists: false, isClean: true, branch: null },
  ...{ ahead: 0, behind: 0, untracked: 0, modified: 0, staged: 0 },
};

function repositoryOf({ repositories }: WorktreeDeps, user: string, params: Parsed<'worktree/create'>): string {
  const { projectPath, repoPath, repositoryId } = params;
  const path = projectPath ?? repoPath;
  if (path !== undefined) return path;
  if (repositoryId === undefined) throw noRepository();
  const found = repositories.path(user, repositoryId);
  if (found === undefined) throw notCloned(repositoryId);
  return found;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function noSuchWorktree(path: string): RpcError {
  return new RpcError('NotFound', `There is no directory ${quote(path)}. List them with worktree/list.`, {
    code: 'WORKTREE_NOT_FOUND',
  });
}
