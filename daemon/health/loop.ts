/** How long the daemon keeps its callers waiting: the delay of the event loop, measured only while there is something to do. */
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

export interface LoopDelay {
  readonly meanMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface LoopWatch {
  /** Somebody calls: measuring begins, or goes on. A comparison when it runs already. */
  busy(): void;
  /** Of the last 10 to 20 s in which there was something to do; zeros when there was nothing. */
  delay(): LoopDelay;
  close(): void;
}

/** Looked at so often while measuring. A timer that fires all the time would keep an idle machine awake. */
const RESOLUTION_MS = 20;
const WINDOW_MS = 10_000;

const NONE: LoopDelay = { meanMs: 0, p99Ms: 0, maxMs: 0 };

export function createLoopWatch(windowMs = WINDOW_MS): LoopWatch {
  let histogram: IntervalHistogram | undefined;
  let timer: NodeJS.Timeout | undefined;
  let before = NONE;
  let wasBusy = false;

  function begin(): void {
    histogram ??= monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    histogram.reset();
    histogram.enable();
    timer = setInterval(turn, windowMs).unref();
  }

  function turn(): void {
    before = read(histogram!);
    histogram!.reset();
    if (!wasBusy) end();
    wasBusy = false;
  }

  function end(): void {
    clearInterval(timer);
    timer = undefined;
    histogram?.disable();
  }

  return {
    busy() {
      wasBusy = true;
      if (!timer) begin();
    },
    delay() {
      if (!timer) return before;
      const now = read(histogram!);
      return {
        meanMs: now.meanMs || before.meanMs,
        p99Ms: Math.max(now.p99Ms, before.p99Ms),
        maxMs: Math.max(now.maxMs, before.maxMs),
      };
    },
    close: end,
  };
}

/** What is measured is the time from one look to the next; what is beyond the resolution is delay. */
function read(histogram: IntervalHistogram): LoopDelay {
  if (histogram.count === 0) return NONE;
  const delay = (ns: number) => Math.max(0, ns / 1e6 - RESOLUTION_MS);
  return { meanMs: delay(histogram.mean), p99Ms: delay(histogram.percentile(99)), maxMs: delay(histogram.max) };
}
