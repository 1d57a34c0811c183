/** What git is told of a worktree in the trash: it stays one of its repository's, locked and without a branch. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { RpcError } from '#protocol';
import { type Git, quote } from '../git/index.js';
import { putAside, putBack } from './aside.js';
import { branchOf, commitOf, detach, heldElsewhere, reattach } from './head.js';
import { type Item, type Kept, keepRefs, lockReasonFor } from './item.js';
import { dropKept, keepObjects } from './keep.js';

export type Registered = Pick<Kept, 'branch' | 'commit' | 'gitDir' | 'lockReason'>;

export interface Registration {
  /** Of a worktree where it is. */
  read(path: string): Promise<Registered>;
  /** Before it moves: locks it and keeps what git's clean-up would take, as nobody looks after it for a moment. */
  hold(item: Item, kept: Kept): Promise<void>;
  /** After it moved to the trash. Again is harmless. */
  leave(item: Item, kept: Kept): Promise<void>;
  /** Whether another worktree is registered for the path it comes back to. */
  isTaken(kept: Kept): Promise<boolean>;
  /** After it moved back, or did not move after `hold`. Again is harmless. Returns what is not as it was. */
  rejoin(item: Item, kept: Kept): Promise<string[]>;
  /** After it was deleted. Again is harmless. */
  forget(item: Item, kept: Kept): Promise<void>;
}

export function createRegistration(unmarked: Git): Registration {
  /** What it writes can be found by the item's id when the daemon ended before it. */
  const markedBy = ({ id }: Item): Git => ({
    ...unmarked,
    run: (directory, args, options) => unmarked.run(directory, args, { ...options, mark: id }),
  });
  return {
    async read(path) {
      const gitDir = (await unmarked.run(path, ['rev-parse', '--absolute-git-dir'])).trim();
      const [branch, commit] = await Promise.all([branchOf(unmarked, path), commitOf(unmarked, path, 'HEAD')]);
      return { branch, commit, gitDir, lockReason: lockReasonIn(gitDir) };
    },

    async hold(item, kept) {
      const git = markedBy(item);
      await keepObjects(git, kept, keepRefs(item.id));
      await relock(git, kept.path, { ...kept, reason: lockReasonFor(item.id) });
    },

    async leave(item, kept) {
      const git = markedBy(item);
      await repair(git, kept.keptAt, kept);
      await relock(git, kept.keptAt, { ...kept, reason: lockReasonFor(item.id) });
      putAside(kept.gitDir);
      await detach(git, kept);
    },

    async isTaken(kept) {
      if (!isKnown(kept, [kept.keptAt])) return false;
      const listed = await unmarked.run(kept.repoPath, ['worktree', 'list', '--porcelain']);
      return listed.split('\n').includes(`worktree ${kept.path}`);
    },

    async rejoin(item, kept) {
      const { path, repoPath, gitDir, lockReason } = kept;
      if (!isKnown(kept, [kept.keptAt, path])) {
        return [
          `The repository ${quote(repoPath)} is gone, or forgot it: its files are back, but git cannot use them.`,
        ];
      }
      const git = markedBy(item);
      await repair(git, path, kept);
      putBack(gitDir);
      const warnings = [...(await reattach(git, kept)), ...(await heldElsewhere(git, kept))];
      await relock(git, path, { ...kept, reason: lockReason });
      await dropKept(git, repoPath, keepRefs(item.id));
      return warnings;
    },

    async forget(item, kept) {
      const { keptAt, repoPath } = kept;
      const git = markedBy(item);
      const known = isKnown(kept, [keptAt]);
      if (known || existsSync(repoPath)) await dropKept(git, repoPath, keepRefs(item.id));
      if (known) await git.run(repoPath, ['worktree', 'remove', '--force', '--force', keptAt], { writes: true });
    },
  };
}

/** Why git leaves a worktree alone; empty when no reason was given, null when it does not. */
export function lockReasonIn(gitDir: string): string | null {
  const file = join(gitDir, 'locked');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
}

/** Where the repository believes a worktree to be; undefined when it is gone, or forgot it. */
function placeIn(gitDir: string): string | undefined {
  const file = join(gitDir, 'gitdir');
  return existsSync(file) ? dirname(resolve(gitDir, readFileSync(file, 'utf8').trim())) : undefined;
}

/** Whether the repository knows the worktree. Once forgotten, its folder's name may have gone to another one. */
function isKnown({ gitDir }: Kept, at: readonly string[]): boolean {
  const place = placeIn(gitDir);
  return place !== undefined && at.includes(place);
}

/** Tells the repository where its worktree is, and the worktree where its repository is. */
async function repair(git: Git, at: string, { repoPath, gitDir }: Kept): Promise<void> {
  await git.run(repoPath, ['worktree', 'repair', at], { writes: true });
  const place = placeIn(gitDir);
  if (place === at) return;
  const said = `git does not take ${quote(at)} for a worktree of ${quote(repoPath)}, but expects it at ${quote(place)}.`;
  throw new RpcError('Unavailable', said);
}

/** `reason` as `lockReasonIn` tells it. */
async function relock(git: Git, at: string, wanted: Kept & { readonly reason: string | null }): Promise<void> {
  const { repoPath, gitDir, reason } = wanted;
  const now = lockReasonIn(gitDir);
  if (now === reason) return;
  const write = (...args: string[]) => git.run(repoPath, ['worktree', ...args], { writes: true });
  if (now !== null) await write('unlock', at);
  if (reason !== null) await write('lock', ...(reason ? [`--reason=${reason}`] : []), at);
}
