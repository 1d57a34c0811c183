/** Which repository a path belongs to, and what it is called elsewhere. */
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { RpcError } from '#protocol/errors';
import { GitError } from './error.js';
import type { Git } from './index.js';
import { quote } from './quote.js';
import { withoutCredentials } from './url.js';

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
  if (topLevel !== null && gitDir === commonDir) return { path: topLevel, commonDir, gitDir, topLevel, bare: false };
  return { ...(await mainOf(git, commonDir, signal)), commonDir, gitDir, topLevel };
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
  if (worktree !== '') return { path: real(resolve(commonDir, worktree)), bare: false };
  const bare = (await one(git, commonDir, ['--is-bare-repository'], signal)) === 'true';
  return { path: !bare && basename(commonDir) === '.git' ? dirname(commonDir) : commonDir, bare };
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
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
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
  return new RpcError('InvalidParams', `${where} is in no git repository. Name one that is, or run git init there.`, {
    code: 'NOT_GIT_REPO',
    details: { stderr },
  });
}

/** `origin`, else the first one; undefined without any. */
export async function getRemote(git: Git, repository: string, signal?: AbortSignal): Promise<string | undefined> {
  const names = (await git.run(repository, ['remote'], { signal })).split('\n');
  const usable = names.filter((name) => name !== '' && !name.startsWith('-'));
  return usable.includes('origin') ? 'origin' : usable[0];
}

/**
 * The branch others work towards: what the remote calls its HEAD, else the usual name that exists, else the one that is
 * checked out; null when there is none.
 */
export async function getDefaultBranch(git: Git, repository: string, signal?: AbortSignal): Promise<string | null> {
  const remote = await getRemote(git, repository, signal);
  const theirs = remote === undefined ? '' : await target(git, repository, `refs/remotes/${remote}/HEAD`, signal);
  if (theirs !== '') return theirs.slice(`refs/remotes/${remote}/`.length);
  const configured = await git.run(repository, ['config', '--get', 'init.defaultBranch'], { signal, ok: [0, 1] });
  const usual = [configured.trim(), 'main', 'master'].filter((name) => name !== '');
  const refsOf = (name: string) => [`refs/heads/${name}`, ...(remote ? [`refs/remotes/${remote}/${name}`] : [])];
  const refs = usual.flatMap(refsOf);
  const found = (await git.run(repository, ['for-each-ref', '--format=%(refname)', ...refs], { signal })).split('\n');
  const exists = usual.find((name) => refsOf(name).some((ref) => found.includes(ref)));
  if (exists !== undefined) return exists;
  return (await target(git, repository, 'HEAD', signal)).replace(/^refs\/heads\//, '') || null;
}

/** Where a symbolic ref leads; empty when there is none. */
async function target(git: Git, repository: string, ref: string, signal: AbortSignal | undefined): Promise<string> {
  return (await git.run(repository, ['symbolic-ref', '--quiet', ref], { signal, ok: [0, 1] })).trim();
}

export interface RepositoryFacts {
  /** Its URL, without credentials. */
  readonly remote: string | null;
  readonly defaultBranch: string | null;
}

/** Null when the path is in no repository. Throws as `getRepository` does otherwise. */
export async function describeRepository(
  git: Git,
  path: string,
  signal?: AbortSignal,
): Promise<RepositoryFacts | null> {
  let repository: string;
  try {
    repository = (await getRepository(git, path, signal)).path;
  } catch (error) {
    if (error instanceof RpcError && error.data.code === 'NOT_GIT_REPO') return null;
    throw error;
  }
  const name = await getRemote(git, repository, signal);
  const url = name && (await git.run(repository, ['config', '--get', `remote.${name}.url`], { signal, ok: [0, 1] }));
  return {
    remote: url ? withoutCredentials(url.trim()) : null,
    defaultBranch: await getDefaultBranch(git, repository, signal),
  };
}
