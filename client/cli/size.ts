/** The size of this terminal, within what a session may have. */
export interface Size {
  readonly cols: number;
  readonly rows: number;
}

/** Undefined off a terminal, and on one that does not know its size. */
export function terminalSize(): Size | undefined {
  const { columns, rows, isTTY } = process.stdout;
  if (!isTTY || !columns || !rows) return undefined;
  return { cols: Math.min(1000, Math.max(10, columns)), rows: Math.min(1000, Math.max(3, rows)) };
}

type SetSize = (cols: number, rows: number) => Promise<void>;

/** One resize under way at a time; of those that come meanwhile only the latest counts. */
export function createResizer(set: SetSize): (size: Size) => Promise<void> {
  let latest: Size | undefined;
  let busy: Promise<void> | undefined;
  const drain = async () => {
    try {
      for (let next = latest; next; next = latest) {
        latest = undefined;
        await set(next.cols, next.rows);
      }
    } finally {
      busy = undefined;
    }
  };
  return (size) => {
    latest = size;
    busy ??= drain();
    return busy;
  };
}
