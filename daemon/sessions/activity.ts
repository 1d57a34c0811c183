/** Keeps `lastActivityAt`: gathered in memory, written every few seconds, all sessions in one commit. */
import type { SessionStore } from './store.js';

const WRITE_MS = 5000;

export interface Activity {
  /** A session printed something. */
  seen(id: string): void;
  /** Writes what is gathered and stops. */
  close(): void;
}

export function createActivity(store: SessionStore, now: () => number): Activity {
  const seen = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  const write = () => {
    timer = undefined;
    store.touch(seen);
    seen.clear();
  };

  return {
    seen(id) {
      seen.set(id, now());
      timer ??= setTimeout(write, WRITE_MS).unref();
    },
    close() {
      clearTimeout(timer);
      if (seen.size > 0) write();
    },
  };
}
