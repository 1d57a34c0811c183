/** How often each caller may call, by category: buckets that fill with time. */
import { type Category, RpcError } from '#protocol';

/** Tokens of a category that trickle in, and how many may be saved up. No limit when `perSecond` is 0. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export type RateTable = Readonly<Record<Category, Rate>>;

export interface Rates {
  /**
   * Counts one call of a caller. Throws RateLimited, with the time after which one more is served and how many are a
   * minute, and counts nothing then.
   */
  take(caller: string, category: Category): void;
  /** From now on these hold; what was saved up is kept as far as it fits. */
  change(table: RateTable): void;
}

interface Bucket {
  left: number;
  /** When it was last filled, ms. */
  at: number;
}

/** Callers remembered; beyond it those that are full again are forgotten, for they say nothing. */
const REMEMBERED = 1000;

/** `now` must not go back: a clock that jumps must not lock anybody out. */
export function createRates(first: RateTable, now: () => number = () => performance.now()): Rates {
  let table = first;
  const buckets = new Map<string, Bucket>();

  const bucketOf = (key: string, { burst }: Rate): Bucket => {
    const known = buckets.get(key);
    if (known) return known;
    if (buckets.size >= REMEMBERED) forget();
    const made = { left: burst, at: now() };
    buckets.set(key, made);
    return made;
  };

  const forget = () => {
    const time = now();
    for (const [key, bucket] of buckets) {
      const { perSecond, burst } = table[key.slice(0, key.indexOf(' ')) as Category];
      if (bucket.left + ((time - bucket.at) / 1000) * perSecond >= burst) buckets.delete(key);
    }
  };

  return {
    take(caller, category) {
      const rate = table[category];
      if (rate.perSecond === 0) return;
      const bucket = bucketOf(`${category} ${caller}`, rate);
      const time = now();
      bucket.left = Math.min(rate.burst, bucket.left + ((time - bucket.at) / 1000) * rate.perSecond);
      bucket.at = time;
      if (bucket.left < 1) throw limited(category, rate, Math.ceil(((1 - bucket.left) / rate.perSecond) * 1000));
      bucket.left--;
    },
    change(next) {
      table = next;
    },
  };
}

function limited(category: Category, { perSecond }: Rate, retryAfterMs: number): RpcError {
  const limit = Math.max(1, Math.round(perSecond * 60));
  const rate = perSecond >= 1 ? `${perSecond} a second` : `${Math.round(perSecond * 60)} a minute`;
  const said = `Too many ${category} calls with this token: ${rate} are served. Try again in ${retryAfterMs} ms.`;
  return new RpcError('RateLimited', said, { retryAfterMs, details: { category, limit } });
}

/** No limits, for tests of other things. */
export const unlimited: Rates = { take() {}, change() {} };
