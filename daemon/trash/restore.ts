/** Brings an item back from the trash. */
import { type Result, RpcError } from '#protocol';
import { quote } from '../git/quote.js';
import { type Parts, repositoryKey } from './add.js';
import { type Item, mustBeWhole, shown } from './item.js';
import { look } from './places.js';

/** To be called under the item's lock. Throws Conflict, Unavailable; then the item is in the trash as before. */
export async function restore(parts: Parts, item: Item): Promise<Result<'trash/restore'>> {
  mustBeWhole(item);
  const warnings = item.worktree ? await restoreWorktree(parts, item) : [];
  returned(parts, item);
  return { item: shown(item), warnings };
}

function restoreWorktree(parts: Parts, item: Item): Promise<string[]> {
  const { store, shelves, registration, lock } = parts;
  const { path, keptAt, repoPath } = item.worktree!;
  return lock(repositoryKey(repoPath), async () => {
    const inTrash = look(keptAt) !== undefined;
    // An earlier attempt may have come that far, and could not be undone.
    if (!inTrash && !(item.state === 'restoring' && look(path))) throw lost(item);
    if (inTrash) {
      shelves.mustBeFree(path);
      await mustBeUnregistered(parts, item);
    }
    store.save({ ...item, state: 'restoring' });
    try {
      if (inTrash) shelves.takeBack(keptAt, path);
      return await registration.rejoin(item, item.worktree!);
    } catch (error) {
      await undo(parts, item).catch((reason: unknown) => {
        parts.log({ level: 'warn', message: 'a restore could not be undone', item: item.id, reason: String(reason) });
      });
      throw error;
    }
  });
}

/** Two worktrees by one path confuse git so far that it prunes the wrong one. */
async function mustBeUnregistered({ registration }: Parts, { worktree }: Item): Promise<void> {
  if (!worktree || !(await registration.isTaken(worktree))) return;
  const { path, repoPath } = worktree;
  const said = `Another worktree is registered for ${quote(path)}, though there is none any more.`;
  throw new RpcError('Conflict', `${said} Run worktree/prune for ${quote(repoPath)} first.`, {
    code: 'PATH_REGISTERED',
    details: { path, repoPath },
  });
}

function lost({ id, worktree }: Item): RpcError {
  const said = `What item ${id} kept is no longer at ${quote(worktree?.keptAt)}: somebody moved or deleted it.`;
  return new RpcError('Conflict', `${said} Delete the item with trash/delete.`, { code: 'KEPT_FILES_GONE' });
}

async function undo({ store, shelves, registration }: Parts, item: Item): Promise<void> {
  const { path, keptAt } = item.worktree!;
  if (!look(keptAt)) {
    shelves.takeBack(path, keptAt);
    await registration.leave(item, item.worktree!);
  }
  store.save(item);
}

/** Ends a restore that took place. */
export function returned({ store, shelves, sessions, journal }: Parts, item: Item): void {
  if (item.worktree) shelves.clear(item.worktree.keptAt);
  journal.act(() => {
    if (item.sessionId) sessions.restored(item.userId, item.sessionId);
    store.remove(item.id);
    journal.tell(item.userId, 'trash/restored', { item: shown(item) });
  });
}
