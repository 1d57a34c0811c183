/** Runs tasks with the same key one after another. */
import { RpcError } from '#protocol';

/**
 * Tasks of one key run in the order they came, each when the one before has settled. Keys are `<noun> <value>`, such as
 * `session 3f2a...`; loops in the background that touch the same thing take the same key. Rejects as the task does, and
 * with Cancelled, without running it, if the signal is aborted while it waits. Not re-entrant.
 *
 * The signal that a task gets is aborted once one that is urgent waits behind it: a task that takes its time ends early then.
 */
export type Lock = <T>(
  key: string,
  task: (pressed: AbortSignal) => T | Promise<T>,
  signal?: AbortSignal,
  urgent?: boolean,
) => Promise<T>;

/** Of one key: who waits, in order, each with whether that is urgent; and how the one that runs is told of it. */
interface Line {
  readonly waiting: Map<() => void, boolean>;
  pressed: AbortController;
}

export function createLock(): Lock {
  /** An entry for each key that is held. */
  const lines = new Map<string, Line>();

  function enter(key: string, signal: AbortSignal | undefined, urgent: boolean): Promise<void> | undefined {
    if (signal?.aborted) throw cancelled();
    const line = lines.get(key);
    if (!line) {
      lines.set(key, { waiting: new Map(), pressed: new AbortController() });
      return undefined;
    }
    const { waiting, pressed } = line;
    if (urgent) pressed.abort();
    return new Promise((resolve, reject) => {
      const leave = () => {
        if (waiting.delete(go)) reject(cancelled());
      };
      const go = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      waiting.set(go, urgent);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  function pass(key: string): void {
    const line = lines.get(key)!;
    const [next] = line.waiting.keys();
    if (!next) {
      lines.delete(key);
      return;
    }
    line.waiting.delete(next);
    line.pressed = new AbortController();
    if ([...line.waiting.values()].includes(true)) line.pressed.abort();
    next();
  }

  return async (key, task, signal, urgent = false) => {
    await enter(key, signal, urgent);
    try {
      // The turn may come in the same moment as the abort; then the task must not begin.
      if (signal?.aborted) throw cancelled();
      return await task(lines.get(key)!.pressed.signal);
    } finally {
      pass(key);
    }
  };
}

function cancelled(): RpcError {
  return new RpcError('Cancelled', 'Cancelled while waiting for its turn.');
}
