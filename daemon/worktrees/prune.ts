/** Takes worktrees whose directory is gone off git's list, after keeping what only they had. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Result, RpcError, type Worktree } from '#protocol';
import { getRepository, quote, type Repository } from '../git/index.js';
import type { Trash } from '../trash/handlers.js';
import { look } from '../trash/places.js';
import { commitsOnlyIn } from './contents.js';
import { lockOf } from './create.js';
import { recoveryRef } from './import.js';
import { listWorktrees, readRecords } from './list.js';
import type { ExpiryDeps } from './recoveries.js';
import { findLoss, keepLoss, type Remains } from './recovery.js';

export interface PruneDeps extends ExpiryDeps {
  readonly trash: Pick<Trash, 'isTrashed'>;
  readonly now: () => number;
}

export interface Pruning {
  /** Only tell. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal | undefined;
}

const KEPT_MS = 30 * 24 * 60 * 60_000;

/** Throws InvalidParams when there is no repository. What cannot be pruned without loss is skipped, and told. */
export async function prune(deps: PruneDeps, directory: string, pruning: Pruning): Promise<Result<'worktree/prune'>> {
  const repository = await getRepository(deps.git, directory, pruning.signal);
  return deps.lock(lockOf(repository.path), async () => {
    const gone = (await missing(deps, repository, pruning)).filter(({ locked }) => !locked);
    const done: Result<'worktree/prune'> = { pruned: [], skipped: [] };
    for (const { path, branch } of gone) {
      try {
        done.pruned.push({ path, branch, recoveryRef: await pruneOne(deps, repository, { path, ...pruning }) });
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        done.skipped.push({ path, reason: error.message });
      }
    }
    return done;
  });
}

/** The same for the one worktree of a path, if it is registered and its directory is gone. Throws Conflict when it is locked. */
export async function unregister(
  deps: PruneDeps,
  repository: Repository,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  await deps.lock(lockOf(repository.path), async () => {
    const found = (await missing(deps, repository, { signal })).find((candidate) => candidate.path === path);
    if (!found) return;
    if (found.locked) {
      const said = `The directory ${quote(path)} is gone, but git was told to keep the worktree (${quote(found.lockReason ?? 'locked')}).`;
      throw new RpcError('Conflict', `${said} Run git worktree unlock first.`, { code: 'WORKTREE_LOCKED' });
    }
    await pruneOne(deps, repository, { path, signal });
  });
}

async function missing({ git, trash }: PruneDeps, repository: Repository, { signal }: Pruning): Promise<Worktree[]> {
  const listed = await listWorktrees(git, repository, signal);
  const gone = listed.filter(({ path, missing }) => missing && !trash.isTrashed(path));
  return [...new Map(gone.map((one) => [one.path, one])).values()];
}

/** Returns the ref that keeps what would have been lost; with `dryRun` the one it would be. */
async function pruneOne(deps: PruneDeps, repository: Repository, { path, dryRun, signal }: Pruning & { path: string }) {
  const { git, recoveries, now } = deps;
  const { commonDir, path: repoPath } = repository;
  mustBeGone(path);
  let kept: string | null = null;
  // By one path there may be several, when directories were moved by hand.
  const records = readRecords(commonDir).filter((record) => record.path === path);
  for (const { folder: gitDir } of records) {
    const remains: Remains = { path, gitDir, commonDir };
    await mustHaveNoOwnCommits(deps, gitDir, signal);
    const loss = await findLoss(git, remains, signal);
    const at = now();
    const ref = recoveryRef(basename(gitDir), at);
    if (loss) kept = ref;
    if (dryRun) continue;
    if (loss) {
      recoveries.add({ repoPath, ref, expiresAt: at + KEPT_MS });
      await keepLoss(git, remains, { loss, ref, at });
    }
    // Without force: a directory that has come back meanwhile is not taken away with everything in it.
    await git.run(commonDir, ['worktree', 'remove', path], { writes: true, signal });
  }
  return kept;
}

/** Without its `.git` it is no worktree any more, but whatever is in it is somebody's. */
function mustBeGone(path: string): void {
  if (!look(path)) return;
  throw new RpcError(
    'Conflict',
    `There still is something at ${quote(path)}, though no worktree. Move it away first.`,
    {
      code: 'PATH_EXISTS',
    },
  );
}

/** Submodules have their repositories in there; their commits cannot be kept by a ref of this one. */
async function mustHaveNoOwnCommits({ git }: PruneDeps, gitDir: string, signal?: AbortSignal): Promise<void> {
  for (const module of modulesIn(join(gitDir, 'modules'))) {
    const count = await commitsOnlyIn(git, module, { signal, environment: { GIT_DIR: module, GIT_WORK_TREE: module } });
    if (count === 0) continue;
    const said = `The repository of its submodule, ${quote(module)}, has unpushed commits (${count}).`;
    throw new RpcError('Conflict', `${said} Push them, or fetch from there.`, { code: 'HAS_UNPUSHED_COMMITS' });
  }
}

function modulesIn(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name }) => {
    const inner = join(folder, name);
    // A submodule's name may have several parts.
    return existsSync(join(inner, 'HEAD')) ? [inner, ...modulesIn(join(inner, 'modules'))] : modulesIn(inner);
  });
}
