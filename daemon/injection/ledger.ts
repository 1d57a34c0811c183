/** Every injection with its receipt: written down and told at each step, and awaited by those who asked. */
import type { Receipt, ReceiptState } from '#protocol';
import type { Journal } from '../events/journal.js';
import { advance, type Injection, isFinal, type Reason } from './receipt.js';
import type { InjectionStore } from './store.js';
import { createWaits, type Until } from './waits.js';

export interface LedgerDeps {
  readonly store: InjectionStore;
  readonly journal: Pick<Journal, 'act' | 'tell'>;
  readonly now: () => number;
}

export type Ledger = ReturnType<typeof createLedger>;

export function createLedger({ store, journal, now }: LedgerDeps) {
  /** Of those awaited, and of those on their way: as they are now. */
  const open = new Map<string, Injection>();
  const waits = createWaits();

  const put = (injection: Injection) => {
    const { id } = injection.receipt;
    if (isFinal(injection.receipt)) open.delete(id);
    else open.set(id, injection);
    waits.changed(injection.receipt);
  };

  const keep = (injection: Injection, write: () => void = () => store.save(injection)) => {
    const { receipt } = injection;
    journal.act(() => {
      write();
      journal.tell(injection.userId, 'injection/changed', { sessionId: receipt.sessionId, receipt });
    });
    put(injection);
    return injection;
  };

  const change = (id: string, next: (injection: Injection) => Injection) => keep(next(open.get(id)!));

  return {
    /** `taken` is part of the commit. */
    add({ receipt, ...rest }: Injection, taken?: (receipt: Receipt) => string): void {
      journal.act(() => {
        const auditLogId = taken?.(receipt) ?? null;
        const injection = { ...rest, receipt: { ...receipt, auditLogId } };
        keep(injection, () => store.add(injection));
      });
    },
    /** One that the daemon before this one left behind. */
    adopt(injection: Injection, receipt: Receipt | undefined): void {
      if (receipt) keep({ ...injection, receipt, waiting: null });
      else put(injection);
    },
    /** While it is on its way. */
    find: (id: string) => open.get(id),
    stateOf: ({ userId, receipt }: Injection) => (open.get(receipt.id) ?? store.get(userId, receipt.id)).receipt.state,
    /** Typing begins: from now on it is not known what was typed until it is seen. Nobody is told yet. */
    begin(id: string, spawnId: string, seen: readonly string[]): void {
      const { receipt, ...rest } = open.get(id)!;
      const begun = { ...rest, receipt: { ...receipt, spawnId, evidence: [...seen] }, waiting: null };
      store.save(begun);
      put(begun);
    },
    entering(id: string, enters: number): void {
      const injection = open.get(id)!;
      const next = { ...injection, receipt: { ...injection.receipt, enters } };
      store.save(next);
      put(next);
    },
    step(id: string, state: ReceiptState, seen: readonly string[], why?: Reason): void {
      change(id, ({ receipt, ...rest }) => ({
        ...rest,
        receipt: advance(receipt, state, { seen, why, now: now() }),
        waiting: null,
      }));
    },
    /** It stays where it is, and nothing more will be told of it. */
    close(id: string, { code, reason }: Reason): void {
      change(id, ({ receipt, ...rest }) => ({ ...rest, receipt: { ...receipt, code, reason, updatedAt: now() } }));
    },
    /** Resolves with the receipt once it has come so far, or goes no further. Rejects when the signal is aborted. */
    reach: ({ userId, receipt: { id } }: Injection, wanted: Until, signal: AbortSignal) =>
      waits.reach((open.get(id) ?? store.get(userId, id)).receipt, wanted, signal),
  };
}
