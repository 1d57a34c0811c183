/** Keeps `lastActivityAt`: gathered in memory, written every few seconds, all sessions in one commit. */
import type { SessionStore } from './store.js';

const WRITE_MS = 5000;

export interface Activity {
  /** A session printed something. */
  seen(id: string): void;
  /** Writes what is gathered and stops. */
  close(): void;
}

export interface ActivityDeps {
  readonly store: Pick<SessionStore, 'touch'>;
  readonly now: () => number;
  /** For what may fail, and is tried again. */
  readonly steady: (what: string, round: () => unknown) => Promise<boolean>;
}

export function createActivity({ store, now, steady }: ActivityDeps): Activity {
  const seen = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  const write = () => {
    timer = undefined;
    // What could not be written is written with the next.
    void steady('when sessions were last active', () => {
      store.touch(seen);
      seen.clear();
    });
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
