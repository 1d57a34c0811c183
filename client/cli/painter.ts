/** When a changing screen is drawn: soon after a change, never too often, and when a clock on it moves on. */

export interface Painter {
  /** Something changed. */
  soon(): void;
  /** Nothing is drawn until `soon`. */
  stop(): void;
}

/** Twenty times a second at most, however much happens. */
const LEAST_MS = 50;
const CLOCK_MS = 1000;

/** `draw` returns in how long it looks different though nothing happens; undefined for never. */
export function createPainter(draw: () => number | undefined): Painter {
  let timer: NodeJS.Timeout | undefined;
  let due = Number.POSITIVE_INFINITY;
  let drawn = Number.NEGATIVE_INFINITY;
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
    due = Number.POSITIVE_INFINITY;
  };
  const plan = (at: number) => {
    if (at >= due) return;
    stop();
    due = at;
    timer = setTimeout(paint, Math.max(0, at - performance.now()));
  };
  const paint = () => {
    stop();
    drawn = performance.now();
    const nextMs = draw();
    if (nextMs !== undefined) plan(drawn + Math.max(CLOCK_MS, nextMs));
  };
  return { soon: () => plan(Math.max(drawn + LEAST_MS, performance.now())), stop };
}
