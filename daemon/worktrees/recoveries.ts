/** Refs that keep what only a pruned worktree had: rows in SQLite, and the end of them. */
import { existsSync } from 'node:fs';
import { RpcError } from '#protocol';
import type { Db } from '../db/open.js';
import type { Git } from '../git/index.js';
import type { Lock } from '../rpc/locks.js';
import { lockOf } from './create.js';

export interface Recovery {
  readonly repoPath: string;
  readonly ref: string;
  readonly expiresAt: number;
}

export interface RecoveryStore {
  /** Whoever's they are, as repositories belong to nobody here. */
  expired(now: number): Recovery[];
  /** To be written before the ref is made: one without a row would stay for ever. */
  add(recovery: Recovery): void;
  remove(recovery: Pick<Recovery, 'repoPath' | 'ref'>): void;
}

export function createRecoveryStore(db: Db): RecoveryStore {
  const selectExpired = db.prepare<[number], Recovery>(
    'SELECT repo_path AS repoPath, ref, expires_at AS expiresAt FROM recovery_ref WHERE expires_at <= ? ORDER BY expires_at',
  );
  const insert = db.prepare(
    'INSERT INTO recovery_ref (repo_path, ref, expires_at) VALUES (@repoPath, @ref, @expiresAt)',
  );
  const remove = db.prepare('DELETE FROM recovery_ref WHERE repo_path = @repoPath AND ref = @ref');
  return {
    expired: (now) => selectExpired.all(now),
    add: (recovery) => void insert.run(recovery),
    remove: ({ repoPath, ref }) => void remove.run({ repoPath, ref }),
  };
}

export interface ExpiryDeps {
  readonly git: Git;
  readonly lock: Lock;
  readonly recoveries: RecoveryStore;
}

/** Deletes refs that were kept for long enough. One that cannot be deleted is tried again the next time. */
export async function deleteExpiredRecoveries(
  { git, lock, recoveries }: ExpiryDeps,
  now: number,
  signal?: AbortSignal,
): Promise<{ deleted: number; failed: { what: string; reason: string }[] }> {
  const failed: { what: string; reason: string }[] = [];
  let deleted = 0;
  for (const { repoPath, ref } of recoveries.expired(now)) {
    if (signal?.aborted) break;
    try {
      await lock(lockOf(repoPath), () => dropRef(git, repoPath, ref), signal);
      recoveries.remove({ repoPath, ref });
      deleted++;
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      failed.push({ what: `${ref} in ${repoPath}`, reason: error.message });
    }
  }
  return { deleted, failed };
}

/** A repository that is gone has taken its refs along. */
async function dropRef(git: Git, repoPath: string, ref: string): Promise<void> {
  if (!existsSync(repoPath)) return;
  await git.run(repoPath, ['update-ref', '--stdin'], { input: `delete ${ref}\n`, writes: true });
}
