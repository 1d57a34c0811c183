/** Undoes the making of a worktree, whole or half, as far as nothing of anybody is lost by it. */
import { existsSync, lstatSync, readdirSync, readFileSync, rmdirSync, rmSync, type Stats } from 'node:fs';
import { rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RpcError } from '#protocol';
import { type Git, GitError, getRepository, type Repository } from '../git/index.js';
import { listWorktrees, type Record, readRecords } from './list.js';
import type { WorktreePlan } from './plan.js';
import { isPristine } from './record.js';
import { commitOf } from './start.js';
import { type Contents, findUntouched, pathIn } from './untouched.js';

export interface Unmade {
  /** The directory, when something in it is not provably from git or copied: then all of it is as it was. */
  readonly kept: string | null;
}

/**
 * Also after the daemon was killed in the middle of it, and again after that was. The branch goes only if it was made for
 * this and nobody moved it. Throws Timeout and Unavailable when git does not answer; trying again is harmless.
 */
export async function unmakeWorktree(git: Git, plan: WorktreePlan): Promise<Unmade> {
  if (plan.reused) return { kept: null };
  await git.endStrays(plan.mark);
  const repository = await findRepository(git, plan);
  if (!repository) return { kept: existsSync(plan.path) ? plan.path : null };
  const record = findRecord(repository, plan);
  if (!(await removeFiles(git, { plan, repository, record }))) return { kept: plan.path };
  for (const { folder } of record ? [record] : unnamed(repository, plan)) rmSync(folder, { recursive: true });
  removeEmpty(join(repository.commonDir, 'worktrees'));
  for (let above = dirname(plan.path); above !== plan.above && removeEmpty(above); ) above = dirname(above);
  if (plan.createsBranch) await removeBranch(git, plan, repository);
  else if (plan.branch !== null) await removeStaleLock(branchLock(repository, plan.branch), plan.baseCommit);
  return { kept: null };
}

/** Undefined when it is gone. */
async function findRepository(git: Git, { repoPath }: WorktreePlan): Promise<Repository | undefined> {
  try {
    return await getRepository(git, repoPath);
  } catch (error) {
    if (error instanceof RpcError && error.data.code === 'NOT_GIT_REPO') return undefined;
    throw error;
  }
}

interface Undoing {
  readonly plan: WorktreePlan;
  readonly repository: Repository;
  readonly record: Record | undefined;
}

/** False, with nothing removed, when anything is not as it was made. */
async function removeFiles(git: Git, undoing: Undoing): Promise<boolean> {
  const { plan, repository, record } = undoing;
  const { commonDir } = repository;
  if (record && !(await isPristine(git, { plan, folder: record.folder, commonDir }))) return false;
  if (!(await isBranchUnmoved(git, plan))) return false;
  const found = entry(plan.path);
  if (!found) return true;
  if (!found.isDirectory() || !isOurs(undoing)) return false;
  const contents = await untouched(git, plan, commonDir);
  return contents !== undefined && (await removeContents(plan.path, contents));
}

/** Of a branch that is gone there is nothing to lose. */
async function isBranchUnmoved(git: Git, { repoPath, branch, baseCommit }: WorktreePlan): Promise<boolean> {
  if (branch === null) return true;
  const commit = await commitOf(git, repoPath, `refs/heads/${branch}`);
  return commit === null || commit === baseCommit;
}

/** By the one or the other end of the thread between them: git, undoing its own work, removes neither first. */
function findRecord({ commonDir }: Repository, { path }: WorktreePlan): Record | undefined {
  const records = readRecords(commonDir);
  const folder = pointerIn(path);
  return (
    records.find((record) => record.path === path) ??
    records.find((record) => record.path === null && record.folder === folder)
  );
}

/** Whether `.git` is the file git made there, or not made yet; what it names may be gone. */
function isOurs({ plan, repository, record }: Undoing): boolean {
  const pointer = entry(join(plan.path, '.git'));
  if (!pointer) return true;
  const folder = pointerIn(plan.path);
  if (folder === undefined) return pointer.isFile() && pointer.size === 0;
  if (record) return folder === record.folder;
  return dirname(folder) === join(repository.commonDir, 'worktrees') && !existsSync(folder);
}

/** Where `.git` leads, if it is a file that leads anywhere. */
function pointerIn(path: string): string | undefined {
  const file = join(path, '.git');
  if (!entry(file)?.isFile()) return undefined;
  const [, folder] = /^gitdir: (.+?)\n?$/s.exec(readFileSync(file, 'utf8')) ?? [];
  return folder === undefined ? undefined : resolve(path, folder);
}

async function untouched(git: Git, plan: WorktreePlan, commonDir: string): Promise<Contents | undefined> {
  try {
    return await findUntouched(git, { plan, commonDir });
  } catch (error) {
    // What git cannot compare is not proven.
    if (error instanceof GitError || (error instanceof RpcError && error.kind === 'TooLarge')) return undefined;
    throw error;
  }
}

/** One by one: whatever comes into being meanwhile is in no list, and stays with the folder it is in. */
async function removeContents(path: string, { files, folders }: Contents): Promise<boolean> {
  for (const file of files) await unlink(pathIn(path, file));
  try {
    for (const folder of [...folders].reverse()) await rmdir(pathIn(path, folder));
    // Last of all, so that until then it is a worktree that can be looked at again.
    rmSync(join(path, '.git'), { force: true });
    await rmdir(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
    return false;
  }
}

/** Records git had begun to make for the worktree, and nothing in them yet but its lock. */
function unnamed({ commonDir }: Repository, { path }: WorktreePlan): Record[] {
  const name = basename(path);
  return readRecords(commonDir).filter((record) => {
    const own = basename(record.folder);
    const begun = record.path === null && own.startsWith(name) && /^\d*$/.test(own.slice(name.length));
    return begun && readdirSync(record.folder).every((file) => file === 'locked' || file === 'gitdir');
  });
}

async function removeBranch(git: Git, plan: WorktreePlan, repository: Repository): Promise<void> {
  const { repoPath, branch, baseCommit, tracks } = plan;
  const elsewhere = (await listWorktrees(git, repository)).some((worktree) => worktree.branch === branch);
  if (elsewhere) return;
  removeLock(branchLock(repository, branch!), baseCommit);
  try {
    await git.run(repoPath, ['update-ref', '-d', `refs/heads/${branch}`, baseCommit], { writes: true });
  } catch (error) {
    // It moved, or it is gone and perhaps was never made.
    if (!(error instanceof GitError)) throw error;
    if ((await commitOf(git, repoPath, `refs/heads/${branch}`)) !== null) return;
  }
  // 128: there is no such section.
  const section = ['config', '--remove-section', `branch.${branch}`];
  if (tracks !== null) await git.ask(repoPath, section, { writes: true, ok: [0, 128] });
}

const branchLock = ({ commonDir }: Repository, branch: string) => join(commonDir, 'refs/heads', `${branch}.lock`);

/** No git holds the lock of a branch so long; it is renamed or removed within milliseconds. */
const HELD_MS = 1000;

/** Of a branch that others use the lock may be theirs: only one that stays is what a killed git left. */
async function removeStaleLock(path: string, commit: string): Promise<void> {
  const before = entry(path);
  if (!before) return;
  await sleep(HELD_MS);
  if (entry(path)?.ino === before.ino) removeLock(path, commit);
}

/** What a killed git leaves of a branch it was making: nobody could make it again. */
function removeLock(path: string, commit: string): void {
  const lock = entry(path);
  if (lock?.isFile() && ['', commit].includes(readFileSync(path, 'utf8').trim())) rmSync(path);
}

function entry(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') throw error;
    return undefined;
  }
}

/** Whether it was there, and empty. */
function removeEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return false;
  }
}
