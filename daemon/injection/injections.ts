/** Text on its way into programs: taken in, typed by the one writer of each session, or kept until that goes. */
import { type Receipt, RpcError } from '#protocol';
import type { Lock } from '../rpc/locks.js';
import { accept, refusedAtOnce, unfitOf, type Wanted } from './accept.js';
import { type AttemptDeps, attempt, type Outcome } from './attempt.js';
import { createDrain, type DrainDeps } from './drain.js';
import { createFollow, type FollowDeps } from './follow.js';
import { createLedger, type LedgerDeps } from './ledger.js';
import { createQueue } from './queue.js';
import { afterRestart, type Injection, LATE, type Reason } from './receipt.js';
import { usualTimes } from './typing.js';

export interface InjectionDeps extends LedgerDeps, Omit<AttemptDeps, 'ledger' | 'times' | 'steadily' | 'agents'> {
  readonly agents: AttemptDeps['agents'] & DrainDeps['agents'] & FollowDeps['agents'];
  readonly lock: Lock;
  /** Runs a round in the background; a failure that can happen is told and put off. */
  steady(what: string, round: () => unknown): Promise<boolean>;
}

/** One that was taken in. */
export interface Sent {
  readonly injection: Injection;
  /** Settles when there is nothing to be done about it now. Rejects for what the receipt cannot tell, such as a full disk. */
  readonly done: Promise<unknown>;
}

/** Writes down elsewhere that it was taken in; the id of that. */
export type Taken = (receipt: Receipt) => string;

export type Injections = ReturnType<typeof createInjections>;

const CANCELLED: Reason = { code: 'CANCELLED', reason: 'It was taken back before it was typed.' };
const NOTHING = Promise.resolve();

/** `times` are those of the specification for all but tests. */
export function createInjections(deps: InjectionDeps, times = { ...usualTimes, sweepMs: 30_000 }) {
  const { store, now, agents } = deps;
  const ledger = createLedger(deps);
  const queue = createQueue();
  const steadily = (work: () => void) => void deps.steady('a receipt', work);
  const follow = createFollow({ agents, ledger, steadily });
  const { type, next, settled } = createTyping({ ...deps, times, ledger, queue, follow, steadily });
  const drain = createDrain({ queue, agents, now, next, expire }, times.sweepMs);

  /** What waited too long, or has nobody left to be typed for. */
  function expire(): void {
    for (const injection of queue.sessions().flatMap(queue.of)) {
      const { id, sessionId, expiresAt } = injection.receipt;
      const unfit = unfitOf(deps.sessions.find(sessionId));
      const gone = unfit && unfit.code !== 'SESSION_SUSPENDED';
      if (expiresAt > now() && !gone) continue;
      queue.remove(injection);
      steadily(() => ledger.step(id, gone ? 'refused' : 'expired', [], gone ? unfit : LATE));
    }
  }

  return {
    reach: ledger.reach,
    /**
     * The receipt tells what becomes of it; with a key used before, that of the first. `taken` runs in the same commit
     * that takes it in, and gives what tells of it. Throws InvalidParams for a text that is none.
     */
    send(wanted: Wanted, taken?: Taken): Sent {
      const { session, key } = wanted;
      const known = key === null ? undefined : store.byKey(session.userId, key);
      if (known) return { injection: known, done: NOTHING };
      const injection = accept(wanted, now());
      const refusal = refusedAtOnce(injection, deps.policyOf(session), queue.count(session.id));
      ledger.add(injection, taken);
      if (refusal) ledger.step(injection.receipt.id, 'refused', [], refusal);
      else if (wanted.mode === 'now') {
        const done = type(injection);
        // Whoever waits hears of a failure; nobody may.
        void deps.steady('a text to be typed', () => done);
        return { injection, done };
      } else {
        queue.add(injection);
        drain.added(session.id);
      }
      return { injection, done: NOTHING };
    },
    /** Throws Conflict for one that waits no longer. */
    cancel({ userId, receipt: { id, state } }: Injection): Receipt {
      const left = ledger.find(id);
      if (!left?.waiting)
        throw new RpcError('Conflict', `Injection ${id} is ${state}. Only one that waits can be taken back.`);
      queue.remove(left);
      ledger.step(id, 'refused', [], CANCELLED);
      return store.get(userId, id).receipt;
    },
    /** What the daemon before this one left: what waits goes on waiting, what was being typed is never typed again. */
    recover(): void {
      for (const injection of store.open()) {
        const receipt = afterRestart(injection, now());
        ledger.adopt(injection, receipt);
        if (!receipt && injection.waiting) queue.add(injection);
      }
      drain.start();
    },
    /** The session is no more. */
    ended(sessionId: string): void {
      follow.ended(sessionId);
      expire();
    },
    /** Once the daemon is ending: resolves when nothing is being typed any more. */
    async close(): Promise<void> {
      drain.close();
      await settled();
      follow.close();
    },
  };
}

interface Typing extends AttemptDeps {
  readonly lock: Lock;
  readonly queue: ReturnType<typeof createQueue>;
  readonly follow: Pick<ReturnType<typeof createFollow>, 'add'>;
  steady: InjectionDeps['steady'];
}

/** The one writer of each session: whoever types holds its lock. */
function createTyping(deps: Typing) {
  const { ledger, queue, follow } = deps;

  const running = new Set<Promise<unknown>>();

  /** Alone in the session; waited for when the daemon ends. */
  const alone = async <T>(sessionId: string, work: (pressed: AbortSignal) => Promise<T>): Promise<T> => {
    const round = deps.lock(`session ${sessionId}`, work);
    running.add(round);
    return round.finally(() => running.delete(round));
  };

  const tried = async (injection: Injection, pressed: AbortSignal): Promise<Outcome> => {
    const { id } = injection.receipt;
    const outcome = await attempt({ ...deps, pressed }, injection, () => queue.remove(injection));
    const left = ledger.find(id);
    if (outcome.is === 'typed' && left) follow.add(left);
    const final = outcome.is === 'expired' || (outcome.is === 'refused' && !outcome.why.passing);
    if (final) drop(injection, outcome.is, outcome.why);
    return outcome;
  };

  /** Unless that was done meanwhile. */
  const drop = (injection: Injection, state: 'refused' | 'expired', why: Reason) => {
    queue.remove(injection);
    if (ledger.find(injection.receipt.id)?.waiting) ledger.step(injection.receipt.id, state, [], why);
  };

  return {
    /** Now or not at all. */
    async type(injection: Injection): Promise<void> {
      try {
        const outcome = await alone(injection.receipt.sessionId, (pressed) => tried(injection, pressed));
        if (outcome.is === 'refused' && outcome.why.passing) drop(injection, 'refused', outcome.why);
      } catch (error) {
        // Of a program that is gone, or an audit that cannot be written: nothing was typed.
        if (!(error instanceof RpcError) || !ledger.find(injection.receipt.id)?.waiting) throw error;
        drop(injection, 'refused', { code: error.data.code!, reason: error.message });
      }
    },
    /** What is next in a session, if it goes now. */
    next: (sessionId: string) =>
      deps.steady('what waits to be typed', () =>
        alone(sessionId, async (pressed) => {
          const first = queue.next(sessionId);
          if (first) await tried(first, pressed);
        }),
      ),
    settled: () => Promise.allSettled(running),
  };
}
