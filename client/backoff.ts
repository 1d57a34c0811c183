/** How long to wait before each further attempt: up to twice as long each time, by chance less, so that a crowd spreads. */
export interface BackoffOptions {
  readonly firstMs: number;
  readonly mostMs: number;
  /** From 0 up to 1; for tests. */
  readonly random?: () => number;
}

export interface Backoff {
  next(): number;
  /** The next wait is one of the first again. */
  reset(): void;
}

/** Full jitter: each wait is anything between nothing and its bound. */
export function createBackoff({ firstMs, mostMs, random = Math.random }: BackoffOptions): Backoff {
  let bound = firstMs;
  return {
    next() {
      const wait = random() * bound;
      bound = Math.min(bound * 2, mostMs);
      return wait;
    },
    reset() {
      bound = firstMs;
    },
  };
}
