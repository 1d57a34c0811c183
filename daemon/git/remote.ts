/** What a repository is called elsewhere, and which branch is the one others work towards there. */
import { RpcError } from '#protocol/errors';
import type { Git } from './index.js';
import { getRepository } from './repository.js';
import { withoutCredentials } from './url.js';

/** `origin` before all others. */
export async function listRemotes(git: Git, repository: string, signal?: AbortSignal): Promise<string[]> {
  const args = ['config', '-z', '--name-only', '--get-regexp', '^remote\\..*\\.url$'];
  const keys = (await git.run(repository, args, { signal, ok: [0, 1] })).split('\0').filter((key) => key !== '');
  const names = new Set(keys.map((key) => key.slice('remote.'.length, -'.url'.length)));
  // One that begins so would be an option.
  return [...names]
    .filter((name) => !name.startsWith('-'))
    .sort((a, b) => Number(b === 'origin') - Number(a === 'origin'));
}

/** `origin`, else the first one; undefined without any. */
export async function getRemote(git: Git, repository: string, signal?: AbortSignal): Promise<string | undefined> {
  return (await listRemotes(git, repository, signal))[0];
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

/** The address of its remote, without credentials; null without one. Throws as `getRepository` does. */
export async function getRemoteUrl(git: Git, path: string, signal?: AbortSignal): Promise<string | null> {
  return urlOf(git, (await getRepository(git, path, signal)).path, signal);
}

async function urlOf(git: Git, repository: string, signal: AbortSignal | undefined): Promise<string | null> {
  const name = await getRemote(git, repository, signal);
  const url = name && (await git.run(repository, ['config', '--get', `remote.${name}.url`], { signal, ok: [0, 1] }));
  return url ? withoutCredentials(url.trim()) : null;
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
  return {
    remote: await urlOf(git, repository, signal),
    defaultBranch: await getDefaultBranch(git, repository, signal),
  };
}
