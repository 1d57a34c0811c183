/** Sizes a page says: those that make no sense dropped, of a burst only the latest passed on. */
import { cols as validCols, rows as validRows } from '#protocol/session';

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

const SPAN_MS = 50;

/** A page that is hidden or not laid out yet has sizes nobody wants. */
export function isSize({ cols, rows }: Size): boolean {
  return validCols.safeParse(cols).success && validRows.safeParse(rows).success;
}

/** In whole cells; undefined for what is no size. */
export function wholeSize({ cols, rows }: Size): Size | undefined {
  const size = { cols: Math.floor(cols), rows: Math.floor(rows) };
  return isSize(size) ? size : undefined;
}

export interface Sizes {
  add(size: Size): void;
  /** What waits is forgotten. */
  close(): void;
}

export function createSizes(pass: (size: Size) => void, spanMs = SPAN_MS): Sizes {
  let latest: Size | undefined;
  let timer: NodeJS.Timeout | undefined;
  const go = () => {
    timer = undefined;
    pass(latest!);
  };
  return {
    add(asked) {
      const size = wholeSize(asked);
      if (!size) return;
      latest = size;
      timer ??= setTimeout(go, spanMs);
    },
    close: () => clearTimeout(timer),
  };
}
