/** Sizes a page says: those that make no sense dropped, of a burst only the latest passed on. */
export interface Size {
  readonly cols: number;
  readonly rows: number;
}

const SPAN_MS = 50;

/** A page that is hidden or not laid out yet has sizes nobody wants. */
export function isSize({ cols, rows }: Size): boolean {
  return Number.isInteger(cols) && Number.isInteger(rows) && cols >= 10 && rows >= 3 && cols <= 1000 && rows <= 1000;
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
    add({ cols, rows }) {
      const size = { cols: Math.floor(cols), rows: Math.floor(rows) };
      if (!isSize(size)) return;
      latest = size;
      timer ??= setTimeout(go, spanMs);
    },
    close: () => clearTimeout(timer),
  };
}
