/** Brings messages to their receivers: typed one after another, as each agent is idle; never twice, whatever ends in between. */
import type { Receipt } from '#protocol';
import type { Journal } from '../events/journal.js';
import { type AttemptDeps, begin, take } from './attempt.js';
import { type Kept, keyOf } from './message.js';
import type { MessageStore } from './store.js';

export interface DeliveryDeps extends AttemptDeps {
  readonly store: MessageStore;
  readonly journal: Pick<Journal, 'act' | 'tell'>;
  /** Runs a round that may fail with the disk. */
  readonly steady: (what: string, round: () => unknown) => Promise<boolean>;
}

export interface Delivery {
  /** Something may be done for this receiver now. */
  wake(sessionId: string): void;
  /** An injection came further. */
  injected(receipt: Receipt): void;
  /** It is not to be typed any more. */
  withdraw(kept: Kept): void;
  /** Whether it is on its way into a terminal, and may yet arrive there. */
  isOnItsWay(kept: Kept): boolean;
  /** Nothing is begun or written from here on. */
  close(): void;
}

/** What could not be typed for a reason that may pass is tried again, besides each time the receiver changes. */
const AGAIN_MS = 30_000;

export function createDelivery(deps: DeliveryDeps): Delivery {
  const { store, typist, steady } = deps;
  /** By receiver, the one that is being typed. There is only one: they arrive in order. */
  const under = new Map<string, { readonly id: string; receiptId: string | undefined }>();
  /** Receivers that were woken while they were busy. */
  const again = new Set<string>();
  const stuck = createStuck((sessionId) => wake(sessionId));
  const save = saving(deps);
  let closed = false;

  /** Read again, since the caller waited: it may have been read, or be too old. */
  const current = ({ message }: Kept): Kept | undefined => {
    const kept = closed ? undefined : store.find(message.id);
    return kept?.typing ? kept : undefined;
  };

  const wait = (sessionId: string) => void (closed || stuck.add(sessionId));
  const round = { ...deps, current, wait, save, next: (sessionId: string) => void again.add(sessionId) };

  function wake(sessionId: string): void {
    if (closed) return;
    stuck.delete(sessionId);
    if (under.has(sessionId)) return void again.add(sessionId);
    void steady('a message', () => turn(sessionId)).then((well) => {
      if (!well) wait(sessionId);
    });
  }

  async function turn(sessionId: string): Promise<void> {
    const next = store.next(sessionId);
    if (!next) return;
    const mine = { id: next.message.id, receiptId: next.message.receiptId ?? undefined };
    under.set(sessionId, mine);
    let over = true;
    try {
      over = await attempt(next, mine);
    } finally {
      if (over && under.get(sessionId) === mine) under.delete(sessionId);
      if (!under.has(sessionId) && again.delete(sessionId)) wake(sessionId);
    }
  }

  /** False while the injection goes on. */
  async function attempt(next: Kept, mine: { receiptId: string | undefined }): Promise<boolean> {
    const find = () => typist.find(next.userId, keyOf(next));
    if (!find()) await begin(next, round);
    // What was told of it meanwhile is newer than any answer.
    const receipt = find();
    if (!receipt || closed) return true;
    mine.receiptId = receipt.id;
    return take(receipt, next, round);
  }

  return {
    wake,
    injected(receipt) {
      const busy = under.get(receipt.sessionId);
      // One whose answer is still waited for is looked up then.
      if (closed || busy?.receiptId !== receipt.id) return;
      void steady('the receipt of a message', () => {
        const kept = store.find(busy.id);
        if (kept && !take(receipt, kept, round)) return;
        under.delete(receipt.sessionId);
        if (again.delete(receipt.sessionId)) wake(receipt.sessionId);
      });
    },
    withdraw({ userId, message }) {
      const busy = under.get(message.to);
      if (busy?.id !== message.id || busy.receiptId === undefined) return;
      typist.cancel(userId, busy.receiptId);
      under.delete(message.to);
      wake(message.to);
    },
    isOnItsWay: ({ message }) => under.get(message.to)?.id === message.id,
    close() {
      closed = true;
      stuck.close();
    },
  };
}

function saving({ store, journal, now }: DeliveryDeps) {
  return (kept: Kept) =>
    journal.act(() => {
      store.save(kept, now());
      journal.tell(kept.userId, 'message/changed', { sessionId: kept.message.to, message: kept.message });
    });
}

/** Receivers that are woken again after a while. */
function createStuck(wake: (sessionId: string) => void) {
  const ids = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  return {
    add(id: string) {
      ids.add(id);
      timer ??= setTimeout(() => {
        timer = undefined;
        for (const each of [...ids]) wake(each);
      }, AGAIN_MS).unref();
    },
    delete: (id: string) => void ids.delete(id),
    close: () => clearTimeout(timer),
  };
}
