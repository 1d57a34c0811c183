/** Who guesses waits: failed logins, counted by the beginning of what was tried. */
import { RpcError } from '#protocol';

export interface Backoff {
  /** Throws RateLimited while guesses that begin so have to wait. */
  check(prefix: string): void;
  /** One more that was wrong. */
  failed(prefix: string): void;
}

interface Guesses {
  readonly count: number;
  /** Until then the next one waits, ms. */
  readonly until: number;
}

/** So many are free: a person mistypes, and a program reads a file too early. */
const FREE = 5;
const FIRST_MS = 500;
const MOST_MS = 60_000;
/** Beginnings remembered; those that failed longest ago are forgotten first. */
const REMEMBERED = 1000;

/** `now` must not go back. */
export function createBackoff(now: () => number = () => performance.now()): Backoff {
  const guesses = new Map<string, Guesses>();
  return {
    check(prefix) {
      const left = Math.ceil((guesses.get(prefix)?.until ?? 0) - now());
      if (left <= 0) return;
      const said = `Too many logins with a wrong token that begins like this one. Try again in ${left} ms.`;
      throw new RpcError('RateLimited', said, { retryAfterMs: left, details: { limit: FREE } });
    },
    failed(prefix) {
      const before = guesses.get(prefix);
      // Those that have been good for a while begin anew.
      const known = before && now() - before.until < MOST_MS ? before.count : 0;
      const count = known + 1;
      const waitMs = count < FREE ? 0 : Math.min(MOST_MS, FIRST_MS * 2 ** (count - FREE));
      // Taken out first, so that it goes to the end.
      guesses.delete(prefix);
      guesses.set(prefix, { count, until: now() + waitMs });
      if (guesses.size > REMEMBERED) guesses.delete(guesses.keys().next().value!);
    },
  };
}
