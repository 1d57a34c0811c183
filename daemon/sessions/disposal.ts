/** The end of a session: closed, with its worktree if that is asked for, or moved to the trash. */
import { RpcError, type Session } from '#protocol';
import type { Place } from '../trash/add.js';
import type { Trash } from '../trash/handlers.js';
import { isInside } from '../trash/item.js';
import { type CloseDeps, closeSession } from './close.js';
import { isLive, turn } from './session.js';
import { resolved } from './worktree.js';

export interface DisposalDeps extends CloseDeps {
  readonly removal: {
    /** Null when there is no worktree at the path any more. Throws Conflict when anything is at stake in it but what is the session's own. */
    check(path: string, sessionId: string): Promise<Place | null>;
    /** The same, whatever is at stake. */
    find(path: string): Promise<Place | null>;
  };
  readonly trash: Pick<Trash, 'addWorktree' | 'addSession'>;
}

interface How {
  readonly deleteWorktree: boolean;
  readonly trash: boolean;
}

/** To be called under the session's lock. Returns the item in the trash, if there is one. Throws before anything is changed. */
export async function disposeOf(deps: DisposalDeps, user: string, id: string, how: How): Promise<string | undefined> {
  const session = deps.store.get(user, id);
  // One that is there already must be restored first, whatever is asked for.
  if (how.trash || session.status === 'trashed') return moveToTrash(deps, session);
  if (how.deleteWorktree && session.worktreePath !== null)
    return closeWithWorktree(deps, session, session.worktreePath);
  await closeSession(deps, user, id);
  return undefined;
}

/** Also for a session that is closed: its worktree may have been left. */
async function closeWithWorktree(deps: DisposalDeps, session: Session, path: string): Promise<string | undefined> {
  const { userId, id } = session;
  onlyUser(deps, session, path);
  const place = await deps.removal.check(path, id);
  if (isLive(session)) await closeSession(deps, userId, id);
  // Not looked at again: whatever came meanwhile goes along to the trash.
  return place ? (await deps.trash.addWorktree(userId, place)).id : undefined;
}

async function moveToTrash(deps: DisposalDeps, session: Session): Promise<string> {
  const { store, journal, now, trash } = deps;
  const { userId, id } = session;
  turn(session, 'trashed', now());
  if (session.worktreePath !== null) onlyUser(deps, session, session.worktreePath);
  const place = session.worktreePath === null ? null : await deps.removal.find(session.worktreePath);
  if (isLive(session)) await closeSession(deps, userId, id);
  const item = await trash.addSession(userId, { sessionId: id, name: session.name }, place);
  const trashed = turn(store.get(userId, id), 'trashed', now());
  journal.act(() => {
    store.save(trashed);
    journal.tell(userId, 'session/changed', { session: trashed });
  });
  return item.id;
}

/** A worktree that another open session works in is not taken from it. */
function onlyUser({ store }: DisposalDeps, { id }: Session, path: string): void {
  const within = resolved(path);
  // Those that are being made there count.
  const others = [...store.all(), ...store.intents().map(({ session }) => session)];
  const other = others.find(
    (session) => session.id !== id && isLive(session) && isInside(resolved(session.projectPath), within),
  );
  if (!other) return;
  const said = `The worktree ${path} is also used by session "${other.name}" (${other.id}). Close that first.`;
  throw new RpcError('Conflict', said, { code: 'IN_USE' });
}
