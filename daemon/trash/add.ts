/** Puts worktrees and sessions into the trash: intent, rename, git, row; undone in reverse when a step fails. */
import { randomUUID } from 'node:crypto';
import { RpcError, type TrashItem } from '#protocol';
import { quote } from '../git/quote.js';
import type { TrashDeps } from './handlers.js';
import { expiry, type Item, type Kept, shown } from './item.js';
import { look, type Shelves } from './places.js';
import type { Registration } from './registration.js';

export interface Parts extends TrashDeps {
  readonly shelves: Shelves;
  readonly registration: Registration;
}

/** A worktree by its resolved path, and the main working tree of its repository. */
export interface Place {
  readonly path: string;
  readonly repoPath: string;
}

/** Of the session that goes with it. */
export interface Owner {
  readonly sessionId: string;
  readonly name: string;
}

/** Held while git is made to write in a repository. */
export const repositoryKey = (repoPath: string): string => `worktree ${repoPath}`;

/** Throws NotFound when the worktree is not there any more, Conflict when it is in the trash, Unavailable; then nothing moved. */
export function addWorktree(parts: Parts, user: string, place: Place, owner?: Owner): Promise<TrashItem> {
  return parts.lock(repositoryKey(place.repoPath), async () => {
    const { store, shelves, registration } = parts;
    if (!look(place.path)) throw new RpcError('NotFound', `There is no directory ${quote(place.path)} any more.`);
    if (shelves.holds(place.path)) throw new RpcError('Conflict', `${quote(place.path)} is in the trash already.`);
    const registered = await registration.read(place.path);
    const intent: Item = {
      ...draft(parts, user, owner),
      state: 'moving',
      worktree: { ...place, ...registered, keptAt: '' },
      name: owner?.name ?? place.path,
    };
    store.add(intent);
    try {
      return arrived(parts, await moveIn(parts, intent));
    } catch (error) {
      // The row stays when this fails too, and the next start undoes it. The caller hears of the first failure.
      await undo(parts, intent.id).catch((reason: unknown) => {
        parts.log({ level: 'warn', message: 'a move to the trash could not be undone', reason: String(reason) });
      });
      throw error;
    }
  });
}

/** A session with its worktree, or without one; one that is in the trash already is that item. */
export async function addSession(parts: Parts, user: string, owner: Owner, place: Place | null): Promise<TrashItem> {
  const there = parts.store.ofSession(user, owner.sessionId);
  if (there) return shown(there);
  if (place) return addWorktree(parts, user, place, owner);
  const item: Item = { ...draft(parts, user, owner), state: 'kept', worktree: null, name: owner.name };
  parts.store.add(item);
  return told(parts, item);
}

function draft({ now, retentionDays }: Parts, user: string, owner: Owner | undefined) {
  const at = now();
  return {
    id: randomUUID(),
    userId: user,
    kind: owner ? ('session' as const) : ('worktree' as const),
    sessionId: owner?.sessionId ?? null,
    trashedAt: at,
    expiresAt: expiry(at, retentionDays()),
  };
}

async function moveIn({ store, shelves, registration }: Parts, intent: Item): Promise<Item> {
  const kept = intent.worktree!;
  await registration.hold(intent, kept);
  let item = intent;
  shelves.put(kept.path, intent.id, (keptAt) => {
    item = { ...intent, worktree: { ...kept, keptAt } };
    store.save(item);
  });
  await registration.leave(item, item.worktree!);
  return item;
}

/** Ends a move that took place. */
export function arrived(parts: Parts, item: Item): TrashItem {
  const kept: Item = { ...item, state: 'kept' };
  return parts.journal.act(() => {
    parts.store.save(kept);
    return told(parts, kept);
  });
}

function told({ journal }: Parts, item: Item): TrashItem {
  journal.tell(item.userId, 'trash/added', { item: shown(item) });
  if (item.worktree) {
    const { path, repoPath } = item.worktree;
    journal.tell(item.userId, 'worktree/removed', { path, repoPath, trashItemId: item.id });
  }
  return shown(item);
}

/** Takes a move back as far as it came. Again is harmless. */
async function undo(parts: Parts, id: string): Promise<void> {
  const item = parts.store.unfinished().find((candidate) => candidate.id === id);
  if (!item?.worktree) return;
  const { keptAt, path } = item.worktree;
  if (keptAt && look(keptAt)) parts.shelves.takeBack(keptAt, path);
  await parts.registration.rejoin(item, item.worktree);
  abandon(parts, item, item.worktree);
}

/** Forgets a move that did not take place. */
export function abandon({ store, shelves }: Parts, item: Item, kept: Kept): void {
  if (kept.keptAt) shelves.clear(kept.keptAt);
  store.remove(item.id);
}
