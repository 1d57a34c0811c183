/** Which repository a path belongs to. */
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { RpcError } from '#protocol/errors';
import { GitError, reasonIn, unsafe } from './error.js';
import type { Git } from './index.js';
import { quote } from './quote.js';

/** All paths are real paths. */
export interface Repository {
  /** The main working tree; the repository itself when it is bare. One for all worktrees of a repository. */
  readonly path: string;
  /** Where branches and objects are: one for all worktrees. */
  readonly commonDir: string;
  /** Where HEAD and index of this worktree are. */
  readonly gitDir: string;
  /** The root of the working tree the path lies in; null in a bare repository and inside `.git`. */
  readonly topLevel: string | null;
  /** Whether the repository has no main working tree. */
  readonly bare: boolean;
}

/**
 * The repository of a directory, which may be a working tree, linked or not, anything inside one, a submodule or a bare
 * repository. Throws InvalidParams: `NOT_GIT_REPO`, also when there is no such directory, and `DUBIOUS_OWNERSHIP`.
 */
export async function getRepository(git: Git, path: string, signal?: AbortSignal): Promise<Repository> {
  const from = realDirectory(path);
  const lines = await facts(git, from, signal);
  const [inside, gitDir, commonDir] = [lines[0] === 'true', real(lines[1]!), real(resolve(from, lines[2]!))];
  const topLevel = inside ? real(await one(git, from, ['--show-toplevel'], signal)) : null;
  if (topLevel === null || gitDir !== commonDir)
    return { ...(await mainOf(git, commonDir, signal)), commonDir, gitDir, topLevel };
  await mustLeadBack(git, { root: topLevel, gitDir }, signal);
  return { path: topLevel, commonDir, gitDir, topLevel, bare: false };
}

const ASKED = ['--is-inside-work-tree', '--absolute-git-dir', '--git-common-dir'];

async function facts(git: Git, from: string, signal: AbortSignal | undefined): Promise<string[]> {
  try {
    const lines = (await one(git, from, ASKED, signal)).split('\n');
    if (lines.length === ASKED.length) return lines;
    // A path with a newline in it; asked one by one there is nothing to take apart.
    return await Promise.all(ASKED.map((asked) => one(git, from, [asked], signal)));
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw notUsable(from, error.stderr);
  }
}

async function one(git: Git, from: string, asked: readonly string[], signal: AbortSignal | undefined): Promise<string> {
  return (await git.run(from, ['rev-parse', ...asked], { signal })).replace(/\n$/, '');
}

/** What a linked worktree does not know: the main working tree. git itself only guesses it from the name `.git`. */
async function mainOf(git: Git, commonDir: string, signal: AbortSignal | undefined) {
  const set = ['config', '-z', '--get', 'core.worktree'];
  const worktree = (await git.run(commonDir, set, { signal, ok: [0, 1] })).replace(/\0$/, '');
  if (worktree !== '') {
    const path = real(resolve(commonDir, worktree));
    await mustLeadBack(git, { root: path, gitDir: commonDir }, signal);
    return { path, bare: false };
  }
  const bare = (await one(git, commonDir, ['--is-bare-repository'], signal)) === 'true';
  return { path: !bare && basename(commonDir) === '.git' ? dirname(commonDir) : commonDir, bare };
}

/** `core.worktree` can name any directory; it must be one of this repository. */
async function mustLeadBack(
  git: Git,
  { root, gitDir }: { readonly root: string; readonly gitDir: string },
  signal: AbortSignal | undefined,
): Promise<void> {
  if (real(join(root, '.git')) === gitDir) return;
  try {
    if (real(await one(git, root, ['--absolute-git-dir'], signal)) === gitDir) return;
  } catch (error) {
    if (!(error instanceof RpcError) || !['GIT_FAILED', 'INVALID_PATH'].includes(error.data.code ?? '')) throw error;
  }
  throw unsafe(gitDir, 'core.worktree');
}

function realDirectory(path: string): string {
  try {
    const found = realpathSync(path);
    if (statSync(found).isDirectory()) return found;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES'].includes(code)) throw error;
  }
  throw new RpcError('InvalidParams', `There is no directory ${quote(path)}. Name one in a repository.`, {
    code: 'NOT_GIT_REPO',
  });
}

/** What is gone keeps the name it has. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return path;
  }
}

function notUsable(path: string, stderr: string): RpcError {
  const where = quote(path);
  if (/dubious ownership|unsafe repository/.test(stderr)) {
    const said = `The repository at ${where} belongs to another user, so git does not use it.`;
    return new RpcError('InvalidParams', `${said} If you trust it: git config --global --add safe.directory <path>`, {
      code: 'DUBIOUS_OWNERSHIP',
      details: { stderr },
    });
  }
  if (!/not a git repository|gitfile/.test(stderr)) {
    const said = `git cannot use the repository at ${where}: ${reasonIn(stderr)}`;
    return new RpcError('InvalidParams', `${said} Repair it there by hand.`, {
      code: 'NOT_GIT_REPO',
      details: { stderr },
    });
  }
  return new RpcError('InvalidParams', `${where} is in no git repository. Name one that is, or run git init there.`, {
    code: 'NOT_GIT_REPO',
    details: { stderr },
  });
}
