/** How often each caller may call, by category and by method: buckets that fill with time. */
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
  /** The same for a method that has a rate of its own: so many calls of it a minute, all saved up at first. */
  takeOwn(caller: string, method: string, perMinute: number): void;
  /** From now on these hold; what was saved up is kept as far as it fits. */
  change(table: RateTable): void;
}

interface Bucket {
  rate: Rate;
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

  const bucketOf = (key: string, rate: Rate): Bucket => {
    const known = buckets.get(key);
    if (known) return known;
    if (buckets.size >= REMEMBERED) forget();
    const made = { rate, left: rate.burst, at: now() };
    buckets.set(key, made);
    return made;
  };

  const forget = () => {
    const time = now();
    for (const [key, bucket] of buckets) if (filled(bucket, time) >= bucket.rate.burst) buckets.delete(key);
  };

  const takeFrom = (key: string, rate: Rate, what: string, told: object) => {
    if (rate.perSecond === 0) return;
    const bucket = bucketOf(key, rate);
    const time = now();
    // The rate may be another since.
    bucket.rate = rate;
    bucket.left = filled(bucket, time);
    bucket.at = time;
    if (bucket.left < 1) throw limited(what, rate, Math.ceil(((1 - bucket.left) / rate.perSecond) * 1000), told);
    bucket.left--;
  };

  return {
    take: (caller, category) =>
      takeFrom(`${category} ${caller}`, table[category], `${category} calls with this token`, { category }),
    takeOwn: (caller, method, perMinute) =>
      takeFrom(
        `${method} ${caller}`,
        { perSecond: perMinute / 60, burst: perMinute },
        `calls of ${method} for this user`,
        { method },
      ),
    change(next) {
      table = next;
    },
  };
}

function filled({ rate, left, at }: Bucket, time: number): number {
  return Math.min(rate.burst, left + ((time - at) / 1000) * rate.perSecond);
}

function limited(what: string, { perSecond }: Rate, retryAfterMs: number, told: object): RpcError {
  const limit = Math.max(1, Math.round(perSecond * 60));
  const rate = perSecond >= 1 ? `${perSecond} a second` : `${Math.round(perSecond * 60)} a minute`;
  const said = `Too many ${what}: ${rate} are served. Try again in ${retryAfterMs} ms.`;
  return new RpcError('RateLimited', said, { retryAfterMs, details: { ...told, limit } });
}

/** No limits, for tests of other things. */
export const unlimited: Rates = { take() {}, takeOwn() {}, change() {} };
