/** What the trash and the removal of worktrees do to sessions, and ask of them. */
import type { Journal } from './events/journal.js';
import { isLive, restored } from './sessions/session.js';
import type { SessionStore } from './sessions/store.js';
import { resolved } from './sessions/worktree.js';
import { isInside } from './trash/item.js';

interface Deps {
  readonly store: SessionStore;
  readonly journal: Pick<Journal, 'tell' | 'act'>;
  readonly now: () => number;
}

export function createTrashedSessions({ store, journal, now }: Deps) {
  return {
    /** Live sessions of anybody that were started in a directory. */
    in: (path: string) =>
      [...store.all()]
        .filter((session) => isLive(session) && isInside(resolved(session.projectPath), path))
        .map(({ id }) => ({ id })),

    /** After a crash it may be told so again. */
    restored(user: string, sessionId: string): void {
      const session = store.find(sessionId);
      if (session?.userId !== user || session.status !== 'trashed') return;
      const closed = restored(session, now());
      journal.act(() => {
        store.save(closed);
        journal.tell(user, 'session/changed', { session: closed });
      });
    },

    deleted(user: string, sessionId: string): void {
      const session = store.find(sessionId);
      if (session?.userId === user && session.status === 'trashed') store.discard(sessionId);
    },
  };
}
