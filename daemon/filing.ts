/** Sessions as folders know them: which of them lie where. */
import type { Session } from '#protocol';
import type { Journal } from './events/journal.js';
import { listedByDefault } from './sessions/session.js';
import type { SessionStore } from './sessions/store.js';

export interface FilingDeps {
  readonly store: Pick<SessionStore, 'list' | 'all' | 'save'>;
  readonly journal: Pick<Journal, 'tell'>;
  readonly now: () => number;
}

export function sessionsByFolder({ store, journal, now }: FilingDeps) {
  const list = (user: string) => store.list(user, listedByDefault);
  return {
    list,
    inFolder: (user: string, id: string): Session[] => list(user).filter(({ folderId }) => folderId === id),
    /** To be called when the folder's row is gone, and the rows of its sessions name it no more. */
    unfiled(id: string) {
      const filed = [...store.all()].filter(({ folderId }) => folderId === id);
      for (const session of filed.map((each) => ({ ...each, folderId: null, updatedAt: now() }))) {
        store.save(session);
        journal.tell(session.userId, 'session/changed', { session });
      }
    },
  };
}
