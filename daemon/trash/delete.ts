/** Deletes items of the trash for good. */
import { RpcError } from '#protocol';
import { quote } from '../git/quote.js';
import { type Parts, repositoryKey } from './add.js';
import { erase } from './erase.js';
import { type Item, type Kept, shown } from './item.js';
import { look } from './places.js';

/** A disk that takes longer for one item hangs. */
const ERASE_MS = 10 * 60_000;

/**
 * To be called under the item's lock. Files go first, then what git knows of them, then the row: whatever fails, the item
 * stays to be deleted again. Throws Conflict, Unavailable.
 */
export async function deleteItem(parts: Parts, item: Item, signal?: AbortSignal): Promise<void> {
  const { store, shelves, registration, lock } = parts;
  const { worktree } = item;
  if (worktree) {
    mustNotBeBack(item, worktree);
    const deleting: Item = { ...item, state: 'deleting' };
    store.save(deleting);
    await eraseIn(worktree.keptAt, signal);
    await lock(repositoryKey(worktree.repoPath), () => registration.forget(item, worktree));
    shelves.clear(worktree.keptAt);
  }
  parts.journal.act(() => {
    if (item.sessionId) parts.sessions.deleted(item.userId, item.sessionId);
    store.remove(item.id);
    parts.journal.tell(item.userId, 'trash/deleted', { item: shown(item) });
  });
}

/** A restore that failed half way and could not be undone: the files are out of the trash, and nobody's to delete. */
function mustNotBeBack({ id, state }: Item, { keptAt, path }: Kept): void {
  if (state !== 'restoring' || look(keptAt) || !look(path)) return;
  const said = `Item ${id} is half restored: its files are at ${quote(path)} again.`;
  throw new RpcError('Conflict', `${said} Restore it once more with trash/restore.`, { code: 'BEING_RESTORED' });
}

async function eraseIn(path: string, signal: AbortSignal | undefined): Promise<void> {
  const late = AbortSignal.timeout(ERASE_MS);
  try {
    await erase(path, signal ? AbortSignal.any([signal, late]) : late);
  } catch (error) {
    if (signal?.aborted)
      throw new RpcError('Cancelled', `Stopped deleting ${quote(path)}; delete it again for the rest.`);
    if (late.aborted)
      throw new RpcError('Unavailable', `${quote(path)} was not deleted in 10 minutes. Delete it again.`);
    throw error;
  }
}

export interface Deleted {
  readonly deleted: number;
  readonly failed: { id: string; reason: string }[];
}

/** Deletes one after another; one that fails does not keep the others. Stops when the signal is aborted. */
export async function deleteAll(parts: Parts, items: readonly Item[], signal?: AbortSignal): Promise<Deleted> {
  const failed: Deleted['failed'] = [];
  let deleted = 0;
  for (const { id, userId } of items) {
    if (signal?.aborted) break;
    try {
      await parts.lock(`trash ${id}`, () => deleteItem(parts, parts.store.get(userId, id), signal), signal);
      deleted++;
    } catch (error) {
      // Restored or deleted by somebody else meanwhile.
      if (error instanceof RpcError && error.kind === 'NotFound') continue;
      if (!(error instanceof RpcError))
        parts.log({ level: 'error', message: 'an item was not deleted', id, stack: stackOf(error) });
      failed.push({ id, reason: error instanceof RpcError ? error.message : 'A bug; see the log of the daemon.' });
    }
  }
  return { deleted, failed };
}

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? '') : String(error));
