/** Making worktrees, in three steps that others take too: plan, make, unmake. */
import { randomUUID } from 'node:crypto';
import { type Git, getRepository } from '../git/index.js';
import type { Lock } from '../rpc/locks.js';
import { type Made, makeWorktree } from './make.js';
import { planWorktree, type Wanted, type WorktreePlan } from './plan.js';
import { type Unmade, unmakeWorktree } from './unmake.js';

export interface Worktrees {
  /**
   * Runs a task while nothing else in the daemon writes to the repository of a directory; from `plan` to the end of `make`
   * it must be one. Throws InvalidParams `NOT_GIT_REPO`. Not re-entrant.
   */
  alone<T>(path: string, task: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /**
   * Decides; makes nothing. Throws InvalidParams: `NOT_GIT_REPO`, `INVALID_BRANCH`, `BRANCH_NOT_FOUND`, `EMPTY_REPOSITORY`,
   * `INVALID_PATH`, `INVALID_NAME`, `UNSAFE_REPOSITORY`; Conflict: `PATH_EXISTS`, `BRANCH_EXISTS`, `BRANCH_IN_USE`.
   */
  plan(wanted: Wanted, signal?: AbortSignal): Promise<WorktreePlan>;
  /** Makes it, or leaves nothing of it. Throws InvalidParams `CREATE_FAILED`; Conflict `PATH_EXISTS`, `BRANCH_IN_USE`. */
  make(plan: WorktreePlan, signal?: AbortSignal): Promise<Made>;
  /** Undoes a `make`, whole or half, as often as wanted; nobody else must use the worktree by now. */
  unmake(plan: WorktreePlan): Promise<Unmade>;
}

export function createWorktrees({ git, lock }: { readonly git: Git; readonly lock: Lock }): Worktrees {
  return {
    async alone(path, task, signal) {
      const repository = await getRepository(git, path, signal);
      return lock(lockOf(repository.path), task, signal);
    },
    plan: (wanted, signal) => planWorktree(git, { ...wanted, mark: randomUUID() }, signal),
    make: (plan, signal) => makeWorktree(git, plan, signal),
    unmake: (plan) => unmakeWorktree(git, plan),
  };
}

/** What everything holds that writes to a repository, by its main working tree. */
export function lockOf(repoPath: string): string {
  return `worktree ${repoPath}`;
}

export type { Made } from './make.js';
export type { Wanted, WorktreePlan } from './plan.js';
export type { Unmade } from './unmake.js';
