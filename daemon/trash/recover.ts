/** Finishes or undoes what was being done to the trash when the daemon ended. */
import { abandon, arrived, type Parts, repositoryKey } from './add.js';
import type { Item } from './item.js';
import { look } from './places.js';
import { returned } from './restore.js';

/** For the start, before anybody calls. Deletions go on when items are deleted the next time. */
export async function recover(parts: Parts): Promise<void> {
  for (const item of parts.store.unfinished()) {
    if (item.state === 'deleting') continue;
    const outcome = await settle(parts, item);
    parts.log({ level: 'warn', message: `a worktree's way ${ways[item.state]} was cut short`, item: item.id, outcome });
  }
}

const ways = { moving: 'to the trash', restoring: 'from the trash', kept: '', deleting: '' } as const;

/** A rename is whole or not at all: where the directory is tells how far it came. */
async function settle(parts: Parts, item: Item): Promise<string> {
  const { worktree } = item;
  if (!worktree) {
    returned(parts, item);
    return 'finished';
  }
  return parts.lock(repositoryKey(worktree.repoPath), async () => {
    const inTrash = worktree.keptAt !== '' && look(worktree.keptAt) !== undefined;
    if (item.state === 'moving') {
      if (inTrash) {
        await attempt(parts, item, () => parts.registration.leave(item, worktree));
        arrived(parts, item);
        return 'finished';
      }
      if (look(worktree.path)) await attempt(parts, item, () => parts.registration.rejoin(item, worktree));
      abandon(parts, item, worktree);
      return 'undone';
    }
    if (inTrash) {
      await attempt(parts, item, () => parts.registration.leave(item, worktree));
      parts.store.save({ ...item, state: 'kept' });
      return 'undone';
    }
    await attempt(parts, item, () => parts.registration.rejoin(item, worktree));
    returned(parts, item);
    return 'finished';
  });
}

/** The files are where they are whatever git says, and the daemon must start: what git makes of it is put right at the next move. */
async function attempt({ log }: Parts, { id }: Item, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    log({ level: 'warn', message: 'git could not be told where a worktree is', item: id, reason: String(error) });
  }
}
