/** Removes worktrees: to the trash, and only when nothing is at stake or its loss was confirmed. */
import { dirname } from 'node:path';
import { type Parsed, type Result, RpcError, type removalMethods, type WorktreeState } from '#protocol';
import { getRepository, quote } from '../git/index.js';
import type { Handlers } from '../rpc/handlers.js';
import type { Trash } from '../trash/handlers.js';
import { isInside } from '../trash/item.js';
import { look } from '../trash/places.js';
import { type InspectDeps, inspect, type Looking } from './inspect.js';
import { type Located, locate, resolvedParent } from './locate.js';
import { type PruneDeps, prune, unregister } from './prune.js';
import { isDirty, judge } from './state.js';

export interface RemovalDeps extends InspectDeps, PruneDeps {
  readonly trash: Pick<Trash, 'addWorktree' | 'isTrashed'>;
}

export type Removing = Parsed<'worktree/remove'>;

export function removalHandlers(deps: RemovalDeps): Handlers<typeof removalMethods> {
  return {
    async 'worktree/inspect'({ worktreePath }, { signal }) {
      const place = await locate(deps.git, worktreePath, signal);
      if (place) return inspect(deps, place, { signal });
      throw new RpcError(
        'NotFound',
        `There is no directory ${quote(worktreePath)}. List worktrees with worktree/list.`,
      );
    },

    'worktree/remove': (params, { user, signal }) => removeWorktree(deps, user, params, { signal }),

    'worktree/prune': ({ repoPath, dryRun }, { signal }) => prune(deps, repoPath, { dryRun, signal }),
  };
}

/**
 * Moves a worktree to the trash. `looking` says whose presence in it does not count. Throws InvalidParams with
 * `NOT_A_WORKTREE`, Conflict with a stake, `CONFIRMATION_REQUIRED` or `CONFIRMATION_STALE`; then nothing is changed.
 */
export async function removeWorktree(
  deps: RemovalDeps,
  user: string,
  removing: Removing,
  looking: Looking = {},
): Promise<Result<'worktree/remove'>> {
  const found = await findRemovable(deps, removing, looking);
  if (!found) return removeMissing(deps, removing, looking.signal);
  const { path, repoPath, state } = found;
  try {
    const item = await deps.trash.addWorktree(user, { path, repoPath });
    return {
      success: true,
      alreadyRemoved: false,
      hadUncommittedChanges: isDirty(state),
      hadUnpushedCommits: state.unpushed > 0,
      message: `Moved ${quote(path)} to the trash${state.branch ? `; the branch ${quote(state.branch)} stays` : ''}.`,
      trashItemId: item.id,
    };
  } catch (error) {
    // Somebody else removed it since it was looked at.
    if (error instanceof RpcError && error.kind === 'NotFound') return alreadyRemoved(path);
    throw error;
  }
}

export interface Removable extends Located {
  readonly state: WorktreeState;
}

/** The worktree, when it may be removed; undefined when there is nothing at the path. Throws as `removeWorktree` does. */
export async function findRemovable(
  deps: InspectDeps & Pick<RemovalDeps, 'trash'>,
  removing: Removing,
  looking: Looking = {},
): Promise<Removable | undefined> {
  const place = await findMovable(deps, removing, looking.signal);
  if (!place) return undefined;
  const state = await inspect(deps, place, looking);
  const wrong = judge(state, removing);
  if (wrong) throw wrong;
  return { ...place, state };
}

/** The worktree, whatever is at stake in it, when it can be moved at all; undefined when there is nothing at the path. */
export async function findMovable(
  deps: Pick<RemovalDeps, 'git' | 'trash'>,
  { worktreePath, projectPath }: Pick<Removing, 'worktreePath' | 'projectPath'>,
  signal?: AbortSignal,
): Promise<Located | undefined> {
  mustNotBeTrashed(deps, worktreePath);
  const place = await locate(deps.git, worktreePath, signal);
  if (!place) return undefined;
  if (projectPath !== undefined) await mustBelong(deps, place, projectPath, signal);
  mustStandAlone(place);
  return place;
}

function mustNotBeTrashed({ trash }: Pick<RemovalDeps, 'trash'>, path: string): void {
  if (!trash.isTrashed(resolvedParent(path))) return;
  const said = `${quote(path)} lies in the trash. List that with trash/list; restore or delete it there.`;
  throw new RpcError('InvalidParams', said, { code: 'NOT_A_WORKTREE' });
}

async function mustBelong(
  { git }: Pick<RemovalDeps, 'git'>,
  { path, commonDir, repoPath }: Located,
  projectPath: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const said = await getRepository(git, projectPath, signal);
  if (said.commonDir === commonDir) return;
  throw new RpcError(
    'InvalidParams',
    `${quote(path)} is a worktree of ${quote(repoPath)}, not of ${quote(projectPath)}. Leave that out.`,
    {
      code: 'NOT_A_WORKTREE',
    },
  );
}

/** What would go with it to the trash though nobody asked for that. */
function mustStandAlone({ path, commonDir, repoPath, all }: Located): void {
  const [other] = all.filter((one) => !one.isMain && one.path !== path && isInside(one.path, path));
  if (other) {
    const said = `The worktree ${quote(other.path)} lies in ${quote(path)}. Remove or move that first.`;
    throw new RpcError('Conflict', said, { code: 'WORKTREE_INSIDE', details: { path: other.path } });
  }
  if (!isInside(commonDir, path)) return;
  const said = `The repository ${quote(repoPath)} lies in its worktree ${quote(path)}, which therefore cannot be removed. Move it out.`;
  throw new RpcError('Conflict', said, { code: 'REPOSITORY_INSIDE' });
}

/** Nothing is there; what git still knows of it goes, as with worktree/prune. */
async function removeMissing(
  deps: RemovalDeps,
  { worktreePath, projectPath }: Removing,
  signal: AbortSignal | undefined,
): Promise<Result<'worktree/remove'>> {
  const path = resolvedParent(worktreePath);
  try {
    await unregister(deps, await getRepository(deps.git, projectPath ?? existing(path), signal), path, signal);
  } catch (error) {
    // Then there is nobody who could still know it.
    if (!(error instanceof RpcError) || error.data.code !== 'NOT_GIT_REPO') throw error;
  }
  return alreadyRemoved(path);
}

/** The nearest directory above that is there: worktrees may be kept within their repository. */
const existing = (path: string): string => (look(path) ? path : existing(dirname(path)));

function alreadyRemoved(path: string): Result<'worktree/remove'> {
  return {
    success: true,
    alreadyRemoved: true,
    hadUncommittedChanges: false,
    hadUnpushedCommits: false,
    message: `There is no worktree at ${quote(path)} any more.`,
    trashItemId: null,
  };
}
