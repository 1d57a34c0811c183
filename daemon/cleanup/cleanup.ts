/** Deletes what is kept longer than it should be: some time after the start, then again and again, and when asked. */
import { RpcError } from '#protocol';
import type { Lock } from '../rpc/locks.js';
import type { Log } from '../rpc/serve.js';

export interface Failure {
  /** What could not be deleted; the name of the job when nothing finer is known. */
  readonly what: string;
  readonly reason: string;
}

export interface Cleaned {
  readonly deleted: number;
  readonly failed: readonly Failure[];
}

export interface Job {
  /** For the log and for `Failure.what`. */
  readonly name: string;
  /** Deletes what has expired by `now`, whosever it is. Ends soon after the signal is aborted, with what it did until then. */
  run(now: number, signal: AbortSignal): Promise<Cleaned>;
}

export interface CleanupDeps<N extends string> {
  readonly jobs: Readonly<Record<N, Job>>;
  /** Asked for each time: it may change. */
  readonly intervalMs: () => number;
  readonly lock: Lock;
  readonly now: () => number;
  readonly log: Log;
}

export interface Outcome<N extends string> {
  readonly deleted: Readonly<Record<N, number>>;
  readonly failed: readonly Failure[];
  readonly ms: number;
}

export interface Cleanup<N extends string> {
  /** The first round comes a minute later: whoever starts the daemon waits for something else. */
  start(): void;
  /** One round, after those that are under way: two never overlap. Rejects with Cancelled only while it waits for its turn. */
  run(signal: AbortSignal): Promise<Outcome<N>>;
  /** Ends the round under way. */
  close(): Promise<void>;
}

/** The clock is looked at so often, first after so long: one long timer would not count the time a laptop sleeps. */
const LOOK_MS = 60_000;

export function createCleanup<N extends string>({ jobs, intervalMs, lock, now, log }: CleanupDeps<N>): Cleanup<N> {
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let lastAt = Number.NEGATIVE_INFINITY;
  /** Rounds that run or wait for their turn. */
  const under = new Set<Promise<unknown>>();

  async function round(signal: AbortSignal): Promise<Outcome<N>> {
    const [at, began] = [now(), performance.now()];
    lastAt = at;
    const deleted = {} as Record<N, number>;
    const failed: Failure[] = [];
    for (const [name, job] of Object.entries(jobs) as [N, Job][]) {
      const cleaned = await tryJob(job, at, signal, log);
      deleted[name] = cleaned.deleted;
      failed.push(...cleaned.failed);
    }
    const ms = Math.round(performance.now() - began);
    log({ level: failed.length > 0 ? 'warn' : 'info', message: 'cleaned up', deleted, failed, ms });
    return { deleted, failed, ms };
  }

  const run = (signal: AbortSignal): Promise<Outcome<N>> => {
    const either = AbortSignal.any([signal, ending.signal]);
    const outcome = lock('cleanup', () => round(either), signal);
    const over = outcome.then(
      () => void under.delete(over),
      () => void under.delete(over),
    );
    under.add(over);
    return outcome;
  };

  const look = () => {
    const since = now() - lastAt;
    // Before the last one: the clock was put back.
    if (under.size === 0 && (since < 0 || since >= intervalMs())) void run(ending.signal);
  };

  return {
    start() {
      timer = setInterval(look, LOOK_MS).unref();
    },
    run,
    async close() {
      clearInterval(timer);
      ending.abort();
      await Promise.all(under);
    },
  };
}

/** Whatever becomes of one job, the others have their turn. */
async function tryJob(job: Job, now: number, signal: AbortSignal, log: Log): Promise<Cleaned> {
  const fail = (reason: string): Cleaned => ({ deleted: 0, failed: [{ what: job.name, reason }] });
  if (signal.aborted) return fail('It was stopped before its turn.');
  try {
    return await job.run(now, signal);
  } catch (error) {
    if (error instanceof RpcError) return fail(error.message);
    if (signal.aborted) return fail('It was stopped.');
    log({ level: 'error', message: 'A clean-up failed by a bug.', job: job.name, stack: (error as Error).stack });
    return fail('Internal error; see the daemon log.');
  }
}
