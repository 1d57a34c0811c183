/** Asks the remote for what is new, as far as it answers in time. */
import { RpcError } from '#protocol';
import { type Git, getRemote, quote } from '../git/index.js';

const FETCH_MS = 10_000;

/** Resolves with warnings: what is here is good enough to go on. Throws Cancelled. */
export async function fetchRemote(git: Git, repository: string, signal?: AbortSignal): Promise<string[]> {
  const remote = await getRemote(git, repository, signal);
  if (remote === undefined) return [];
  // FETCH_HEAD is the user's own.
  const args = ['fetch', '--quiet', '--no-recurse-submodules', '--no-write-fetch-head', '--', remote];
  try {
    await git.run(repository, args, { writes: true, timeoutMs: FETCH_MS, signal });
    return [];
  } catch (error) {
    if (!(error instanceof RpcError) || error.kind === 'Cancelled') throw error;
    return [`What is new at ${quote(remote)} is not known: ${error.message}`];
  }
}
