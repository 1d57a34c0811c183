/** When to send: a keystroke's echo at once, a flood in large pieces. */

export interface Batch {
  /** So many bytes more wait. */
  add(bytes: number): void;
}

/** The first bytes after a pause go with the end of this turn of the loop; what follows is gathered for `spanMs` or up to `maxBytes`. */
export function createBatch(spanMs: number, maxBytes: number, flush: () => void): Batch {
  let waiting = 0;
  let flushedAt = 0;
  let timer: NodeJS.Timeout | NodeJS.Immediate | undefined;

  const go = () => {
    timer = undefined;
    waiting = 0;
    flushedAt = performance.now();
    flush();
  };

  return {
    add(bytes) {
      waiting += bytes;
      if (waiting >= maxBytes) return go();
      if (timer) return;
      const rest = spanMs - (performance.now() - flushedAt);
      timer = rest <= 0 ? setImmediate(go) : setTimeout(go, rest);
    },
  };
}
