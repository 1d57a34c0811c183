/** Runs tasks with the same key one after another. */
import { RpcError } from '#protocol';

/**
 * Tasks of one key run in the order they came, each when the one before has settled. Keys are `<noun> <value>`, such as
 * `session 3f2a...`; loops in the background that touch the same thing take the same key. Rejects as the task does, and
 * with Cancelled, without running it, if the signal is aborted while it waits. Not re-entrant.
 */
export type Lock = <T>(key: string, task: () => T | Promise<T>, signal?: AbortSignal) => Promise<T>;

export function createLock(): Lock {
  /** An entry for each key that is held; in it, who waits, in order. */
  const queues = new Map<string, Set<() => void>>();

  function enter(key: string, signal: AbortSignal | undefined): Promise<void> | undefined {
    if (signal?.aborted) throw cancelled();
    const waiting = queues.get(key);
    if (!waiting) {
      queues.set(key, new Set());
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const leave = () => {
        if (waiting.delete(go)) reject(cancelled());
      };
      const go = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      waiting.add(go);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  function pass(key: string): void {
    const waiting = queues.get(key);
    const [next] = waiting ?? [];
    if (!next) {
      queues.delete(key);
      return;
    }
    waiting?.delete(next);
    next();
  }

  return async (key, task, signal) => {
    await enter(key, signal);
    try {
      // The turn may come in the same moment as the abort; then the task must not begin.
      if (signal?.aborted) throw cancelled();
      return await task();
    } finally {
      pass(key);
    }
  };
}

function cancelled(): RpcError {
  return new RpcError('Cancelled', 'Cancelled while waiting for its turn.');
}
