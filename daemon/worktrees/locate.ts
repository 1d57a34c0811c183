/** Finds out which worktree of which repository a path is. */
import { basename, dirname, join, resolve } from 'node:path';
import { RpcError, type Worktree } from '#protocol';
import { type Git, getRepository, quote, type Repository } from '../git/index.js';
import { look } from '../trash/places.js';
import { listWorktrees, real } from './list.js';

/** A linked worktree that is there. */
export interface Located {
  /** Resolved. */
  readonly path: string;
  /** The main working tree. */
  readonly repoPath: string;
  /** The worktree's own folder in the repository's git directory. */
  readonly gitDir: string;
  readonly commonDir: string;
  /** Every worktree of the repository. */
  readonly all: readonly Worktree[];
}

/**
 * Undefined when there is nothing at the path. Throws InvalidParams with `NOT_A_WORKTREE` for what is there and is no linked
 * worktree: a link to one, a directory in one, a main working tree, anything else.
 */
export async function locate(git: Git, given: string, signal?: AbortSignal): Promise<Located | undefined> {
  const path = resolvedParent(given);
  const found = look(path);
  if (!found) return undefined;
  if (found.isSymbolicLink()) throw notOne(given, 'is a symbolic link', 'Name what it leads to');
  if (!found.isDirectory()) throw notOne(given, 'is not a directory', ONLY_LINKED);
  const link = look(join(path, '.git'));
  if (link?.isDirectory()) throw notOne(given, 'is a repository of its own', ONLY_LINKED);
  if (!link?.isFile()) throw notOne(given, 'is not the top of a worktree', 'List them with worktree/list');
  const repository = await repositoryOf(git, path, signal);
  const { path: repoPath, gitDir, commonDir, topLevel } = repository;
  if (gitDir === commonDir || topLevel !== path) throw notOne(given, 'is not a linked worktree', ONLY_LINKED);
  const all = await listWorktrees(git, repository, signal);
  if (all.some((other) => other.path === path)) return { path, repoPath, gitDir, commonDir, all };
  throw notOne(given, `is not known to ${quote(repoPath)} by this path`, 'Run `git worktree repair` in it');
}

const ONLY_LINKED = 'Only linked worktrees are removed';

async function repositoryOf(git: Git, path: string, signal: AbortSignal | undefined): Promise<Repository> {
  try {
    return await getRepository(git, path, signal);
  } catch (error) {
    if (!(error instanceof RpcError) || error.data.code !== 'NOT_GIT_REPO') throw error;
    throw notOne(path, 'belongs to no repository, or to one that is gone', ONLY_LINKED);
  }
}

/** With links resolved in all but the last name. */
export function resolvedParent(given: string): string {
  const path = resolve(given);
  return path === '/' ? path : join(real(dirname(path)), basename(path));
}

function notOne(path: string, what: string, cure: string): RpcError {
  return new RpcError('InvalidParams', `${quote(path)} ${what}. ${cure}.`, {
    code: 'NOT_A_WORKTREE',
    details: { path },
  });
}
