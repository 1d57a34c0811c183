/** What lies in the trash, where it is kept, and what may be done with it. Pure: no clock, no git, no files. */
import { RpcError, type TrashItem } from '#protocol';

/** `moving`, `restoring` and `deleting` are intents: written down before anything is touched. */
export type ItemState = 'moving' | 'kept' | 'restoring' | 'deleting';

/** A worktree in the trash, and what is needed to bring it back as it was. */
export interface Kept {
  /** Where it was, and comes back to. */
  readonly path: string;
  readonly repoPath: string;
  readonly branch: string | null;
  readonly commit: string | null;
  /** Where it lies now. */
  readonly keptAt: string;
  /** Its own folder within the repository's git directory. */
  readonly gitDir: string;
  /** Why it was locked before; empty when no reason was given, null when it was not. */
  readonly lockReason: string | null;
}

export interface Item extends Omit<TrashItem, 'worktree'> {
  readonly state: ItemState;
  readonly worktree: Kept | null;
}

/** As it is told to callers. */
export function shown({ state: _, worktree, ...item }: Item): TrashItem {
  if (!worktree) return { ...item, worktree };
  const { path, repoPath, branch, commit, keptAt } = worktree;
  return { ...item, worktree: { path, repoPath, branch, commit, keptAt } };
}

const DAY_MS = 24 * 60 * 60_000;

export function expiry(now: number, days: number): number {
  return now + days * DAY_MS;
}

/** Throws Conflict for an item that cannot come back, because its deletion has begun. */
export function mustBeWhole({ id, state }: Pick<Item, 'id' | 'state'>): void {
  if (state !== 'deleting') return;
  const said = `Item ${id} is half deleted: its deletion was begun and did not end.`;
  throw new RpcError('Conflict', `${said} Delete it again with trash/delete.`, { code: 'BEING_DELETED' });
}

/** The name of the trash beside a worktree that is on another file system than the data folder. */
export const besideName = (uid: number): string => `.rdv-trash-${uid}`;

/** The reason for which git is told to leave a worktree in the trash alone. */
export const lockReasonFor = (id: string): string => `in the trash of rdv, item ${id}`;

/** Below it are refs on what only files of the worktree's git directory name, which git's clean-up does not look at. */
export const keepRefs = (id: string): string => `refs/rdv/trash/${id}`;

/** Whether a path is a folder or lies in it, by whole segments. Both must be absolute and resolved. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** Whether a resolved path lies in the trash, be it that of the data folder or one beside a worktree. */
export function liesInTrash(path: string, folder: string, uid: number): boolean {
  return isInside(path, folder) || path.split('/').includes(besideName(uid));
}

/** Words that may be names of objects, short ones too: a cherry-pick of several commits notes what is left to do so. */
export function objectNamesIn(text: string): string[] {
  return [...new Set(text.match(/\b[0-9a-f]{7,64}\b/g) ?? [])].filter((name) => !/^0+$/.test(name));
}
