/** HEAD of a worktree: taken off its branch for the trash, so that the branch is free, and put back on it. */
import { type Git, quote } from '../git/index.js';
import { branchHeldBy } from './aside.js';
import type { Kept } from './item.js';

/** Null when detached. */
export async function branchOf(git: Git, path: string): Promise<string | null> {
  const ref = (await git.run(path, ['symbolic-ref', '-q', 'HEAD'], { ok: [0, 1] })).trim();
  return ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : null;
}

/** The commit a ref names; null when there is none. */
export async function commitOf(git: Git, path: string, ref: string): Promise<string | null> {
  const named = await git.run(path, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`], { ok: [0, 1] });
  return named.trim() || null;
}

/** Before its first commit a branch is nothing but its name in HEAD, and stays there. */
export async function detach(git: Git, { keptAt, branch, commit }: Kept): Promise<void> {
  if (!branch || !commit || (await branchOf(git, keptAt)) !== branch) return;
  await git.run(keptAt, ['update-ref', '-m', 'rdv: to the trash', '--no-deref', 'HEAD', commit], { writes: true });
}

/** Returns why not, when it does not. */
export async function reattach(git: Git, { path, branch, commit }: Kept): Promise<string[]> {
  if (!branch || !commit || (await branchOf(git, path)) === branch) return [];
  const ref = `refs/heads/${branch}`;
  const [head, tip] = await Promise.all([commitOf(git, path, 'HEAD'), commitOf(git, path, ref)]);
  const detached = `HEAD is detached at ${commit.slice(0, 12)}, where it was`;
  if (head !== commit) return ['Somebody moved HEAD while it was in the trash; it stays where it is.'];
  if (!tip) return [`The branch ${quote(branch)} is gone; ${detached}.`];
  if (tip !== commit) return [`The branch ${quote(branch)} moved on to ${tip.slice(0, 12)}; ${detached}.`];
  const holder = await holderOf(git, path, ref);
  if (holder) return [`The branch ${quote(branch)} is checked out at ${quote(holder)}; ${detached}.`];
  await git.run(path, ['symbolic-ref', '-m', 'rdv: back from the trash', 'HEAD', ref], { writes: true });
  return [];
}

/** A rebase or bisection ends by moving its branch, under the feet of whoever has it by now. */
export async function heldElsewhere(git: Git, { path, gitDir }: Kept): Promise<string[]> {
  const branch = branchHeldBy(gitDir);
  const holder = branch && (await holderOf(git, path, `refs/heads/${branch}`));
  if (!holder || holder === path) return [];
  return [
    `What is going on in it ends by moving the branch ${quote(branch)}, which is checked out at ${quote(holder)} by now.`,
  ];
}

/** The worktree that has a branch checked out; empty when none has. */
async function holderOf(git: Git, path: string, ref: string): Promise<string> {
  return (await git.run(path, ['for-each-ref', '--format=%(worktreepath)', ref])).trim();
}
