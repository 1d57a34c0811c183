/** Closes a session: its window ends, its row stays, its viewers are told. */
import type { Session } from '#protocol';
import type { Backend } from '../backend/index.js';
import type { Journal } from '../events/journal.js';
import type { Places } from './places.js';
import { turn } from './session.js';
import type { SessionStore } from './store.js';

export interface CloseDeps {
  readonly store: SessionStore;
  readonly places: Places;
  readonly backend: Pick<Backend, 'kill'>;
  readonly journal: Journal;
  readonly now: () => number;
  /** Told when a session's program has ended, or is about to be ended: what it printed can still be read. */
  over(session: Session, pane: number): void;
  /** Those who watch a session's terminal. */
  readonly viewers: {
    endAll(sessionId: string, reason: 'suspended' | 'closed'): void;
    forget(pane: number): void;
  };
}

/** To be called under the session's lock; `hard` as for `Backend.kill`. Throws NotFound, or Conflict when it is closed already. */
export async function closeSession(deps: CloseDeps, user: string, id: string, hard = false): Promise<Session> {
  const { store, places, backend, journal, now, viewers, over } = deps;
  const session = store.get(user, id);
  turn(session, 'closed', now());
  const place = places.find(id);
  if (place && !session.exit) over(session, place.pane);
  if (place) await backend.kill(place.window, hard);
  places.remove(id);
  // Read again: its program may have ended, or its size changed, while the backend was asked.
  const closed = turn(store.get(user, id), 'closed', now());
  journal.act(() => {
    store.save(closed);
    journal.tell(user, 'session/changed', { session: closed });
  });
  viewers.endAll(id, 'closed');
  if (place) viewers.forget(place.pane);
  places.spoke(id);
  return closed;
}
