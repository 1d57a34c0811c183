/** The repository a session belongs to, as its details show it. */
import { basename } from 'node:path';
import { RpcError, type Session, type SessionRepository } from '#protocol';

export interface RepositoryDeps {
  readonly preferences: {
    /** Where the repository with this id lies, if a folder of the user says so. */
    repositoryPath(user: string, repositoryId: string): string | undefined;
  };
  /** Of the repository at a path, without credentials; null without one. Throws RpcError for what git does not use. */
  remoteUrl(path: string, signal: AbortSignal): Promise<string | null>;
  log(line: { level: 'warn'; message: string; [key: string]: unknown }): void;
}

export async function findRepository(
  { preferences, remoteUrl, log }: RepositoryDeps,
  { id: session, userId, githubRepoId: id }: Session,
  signal: AbortSignal,
): Promise<SessionRepository | null> {
  const path = id === null ? undefined : preferences.repositoryPath(userId, id);
  if (id === null || path === undefined) return null;
  const url = await remoteUrl(path, signal).catch((error: unknown) => {
    // The session is there all the same, and what it is called is known.
    if (!(error instanceof RpcError) || error.kind === 'Cancelled') throw error;
    log({ level: 'warn', message: 'a repository cannot be asked for its remote', session, reason: error.message });
    return null;
  });
  return { id, ...namesIn(url, path), cloneUrl: url };
}

/** Of `https://host/owner/name.git` and `git@host:owner/name`; a remote on this machine has no owner. */
export function namesIn(url: string | null, path: string): Pick<SessionRepository, 'name' | 'fullName'> {
  const [, afterHost] = /^(?:[\w.+-]+:\/\/[^/]+\/|[^/:]+:(?!\/\/))(.*)$/s.exec(url ?? '') ?? [];
  const fullName = (afterHost ?? basename(trimmed(url ?? path))).replace(/^\/+/, '');
  const full = trimmed(fullName) || basename(path);
  return { name: basename(full), fullName: full };
}

const trimmed = (text: string) => text.replace(/\/+$/, '').replace(/\.git$/, '');
