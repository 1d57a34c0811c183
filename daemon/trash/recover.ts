/** Finishes or undoes what was being done to the trash when the daemon ended. */
import { abandon, arrived, type Parts, repositoryKey } from './add.js';
import type { Item } from './item.js';
import { look } from './places.js';
import { returned } from './restore.js';

/** For the start, before anybody calls. Deletions go on when items are deleted the next time. */
export async function recover(parts: Parts): Promise<void> {
  for (const item of parts.store.unfinished()) {
    if (item.state === 'deleting') continue;
    // One whose disk cannot be read must not keep the daemon from starting; it is tried again the next time.
    const outcome = await settle(parts, item).catch((error: unknown) => `failed: ${error}`);
    parts.log({ level: 'warn', message: `a worktree's way ${ways[item.state]} was cut short`, item: item.id, outcome });
  }
}

const ways = { moving: 'to the trash', restoring: 'from the trash', kept: '', deleting: '' } as const;

/** A rename is whole or not at all: where the directory is tells how far it came. */
async function settle(parts: Parts, item: Item): Promise<string> {
  const { store, registration } = parts;
  const { worktree } = item;
  if (!worktree) {
    returned(parts, item);
    return 'finished';
  }
  return parts.lock(repositoryKey(worktree.repoPath), async () => {
    const moving = item.state === 'moving';
    // git that outlived the daemon would write while we do.
    const alone = await attempt(parts, item, () => parts.git.endStrays(item.id));
    if (worktree.keptAt && look(worktree.keptAt)) {
      if (alone) await attempt(parts, item, () => registration.leave(item, worktree));
      if (moving) arrived(parts, item);
      else store.save({ ...item, state: 'kept' });
      return moving ? 'finished' : 'undone';
    }
    const there = look(worktree.path) !== undefined;
    if (there && !(alone && (await attempt(parts, item, () => registration.rejoin(item, worktree))))) {
      return 'left for the next start';
    }
    if (moving) abandon(parts, item, worktree);
    else if (there) returned(parts, item);
    // Somebody took it away; that is told when it is to be restored.
    else store.save({ ...item, state: 'kept' });
    return moving ? 'undone' : 'finished';
  });
}

/** Whether git could be told: the daemon must start all the same, and the files are where they are. */
async function attempt({ log }: Parts, { id }: Item, act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    log({ level: 'warn', message: 'git could not be told where a worktree is', item: id, reason: String(error) });
    return false;
  }
}
