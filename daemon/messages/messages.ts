/** What becomes of messages between calls: they are typed, their time ends, or their receiver does. */
import type { Receipt, Session } from '#protocol';
import { isLive } from '../sessions/session.js';
import { createDelivery, type Delivery, type DeliveryDeps } from './delivery.js';
import { expired, type Kept } from './message.js';

export interface Messages extends Pick<Delivery, 'wake' | 'withdraw'> {
  /** Those of earlier lives go on. */
  start(): void;
  /** Ends those whose time is up, and sees to it that it is called for the next one. */
  expire(): void;
  /** These are told what happened elsewhere; they never throw for a failure of the disk. */
  injected(receipt: Receipt): void;
  changed(session: Session): void;
  agentChanged(sessionId: string): void;
  close(): void;
}

/** One long timer would not count the time a laptop sleeps. */
const LONGEST_MS = 60_000;
/** What is being typed as its time ends is looked at again. */
const SHORTEST_MS = 1000;

export function createMessages(deps: DeliveryDeps): Messages {
  const { store, journal, sessions, now, steady } = deps;
  const delivery = createDelivery(deps);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const end = (kept: Kept, reason: string | null) =>
    journal.act(() => {
      const over = expired(kept, reason);
      store.save(over, now());
      journal.tell(kept.userId, 'message/changed', { sessionId: kept.message.to, message: over.message });
    });

  function expire(): void {
    if (closed) return;
    for (const kept of store.overdue(now())) if (!delivery.isOnItsWay(kept)) end(kept, null);
    const next = store.nextExpiry();
    clearTimeout(timer);
    if (next === undefined) return;
    const ms = Math.min(Math.max(next - now(), SHORTEST_MS), LONGEST_MS);
    timer = setTimeout(() => void steady('the end of a message', expire), ms).unref();
  }

  const endAll = (sessionId: string) => {
    const all = store.waiting(sessionId);
    for (const kept of all) end(kept, 'Its session was closed.');
    for (const kept of all) delivery.withdraw(kept);
  };

  return {
    ...{ wake: delivery.wake, withdraw: delivery.withdraw, injected: delivery.injected, expire },
    start() {
      for (const id of store.receivers()) {
        const session = sessions.find(id);
        if (session && isLive(session)) delivery.wake(id);
        else endAll(id);
      }
      expire();
    },
    changed(session) {
      if (isLive(session)) delivery.wake(session.id);
      else if (!closed) void steady('the end of the messages of a session', () => endAll(session.id));
    },
    agentChanged: delivery.wake,
    close() {
      closed = true;
      clearTimeout(timer);
      delivery.close();
    },
  };
}
