/** Those inside the daemon who hear a pane's bytes as they come. */

export interface Tap {
  /** Bytes and the place after them; valid until the listener returns. */
  data(data: Buffer, end: number): void;
  /** An unknown number of bytes is missing here, and places count from 0 again. */
  hole(): void;
  /** After a hole: the screen can be drawn again. */
  resumed?(): void;
  ended(code: number | null): void;
}

export interface Taps extends Required<Tap> {
  /** Hears everything from now on. Returns the way out. */
  add(tap: Tap): () => void;
}

export function createTaps(): Taps {
  const taps = new Set<Tap>();
  return {
    add(tap) {
      taps.add(tap);
      return () => void taps.delete(tap);
    },
    data(data, end) {
      for (const tap of taps) tap.data(data, end);
    },
    hole() {
      for (const tap of taps) tap.hole();
    },
    resumed() {
      for (const tap of taps) tap.resumed?.();
    },
    ended(code) {
      for (const tap of taps) tap.ended(code);
    },
  };
}
