/** When an agent is looked at: as its output begins, falls quiet or goes on, and when a verdict is due; never otherwise. */

export interface Watch {
  /** The program printed something. */
  printed(): void;
  /** Looks as soon as no other look is under way, and rejects as that does. */
  look(): Promise<void>;
  /** Looks at that moment of the clock, at the latest; null for when something happens. */
  due(at: number | null): void;
  /** How long the program has been silent. */
  readonly quietMs: number;
  close(): void;
}

export interface WatchDeps {
  /** Looks; never called while another look is under way. */
  look(): Promise<void>;
  /** The program was last seen to work: what it prints is mostly a spinner. */
  working(): boolean;
  /** A look failed that nobody waits for. */
  failed(error: unknown): void;
  readonly now: () => number;
}

/** A picture that nothing was added to for so long is whole. */
export const QUIET_MS = 200;
/** While output goes on, looks are so far apart: what blocks must be known within half a second, */
const FLOW_MS = 400;
/** and what works stops its spinner to ask, which is seen as quiet. */
const WORK_MS = 1000;
/** What comes first seldom comes alone. */
const SOON_MS = 30;
/** What a timer can hold. */
const LONGEST_MS = 2 ** 31 - 1;
const NEVER = Number.POSITIVE_INFINITY;
const LONG_AGO = Number.NEGATIVE_INFINITY;

export function createWatch({ look, working, failed, now }: WatchDeps): Watch {
  const ticks = () => performance.now();
  let printedAt = LONG_AGO;
  /** Of what was printed since the last look began, the first. */
  let firstAt = NEVER;
  let lookedAt = LONG_AGO;
  let dueAt = NEVER;
  let timer: NodeJS.Timeout | undefined;
  let timerAt = NEVER;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let open = true;

  /** What was printed and not seen whole is looked at when it is whole, or when it goes on for long. */
  const nextAt = () => {
    const whole = printedAt + QUIET_MS > lookedAt ? printedAt + QUIET_MS : NEVER;
    return Math.min(whole, Math.max(lookedAt + (working() ? WORK_MS : FLOW_MS), firstAt + SOON_MS), dueAt);
  };

  const arm = () => {
    const at = nextAt();
    if (!open || running || at >= timerAt) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(fire, Math.min(Math.max(at - ticks(), 0), LONGEST_MS)).unref();
  };

  const fire = () => {
    timerAt = NEVER;
    if (nextAt() <= ticks()) start().catch(failed);
    else arm();
  };

  const start = (): Promise<void> => {
    clearTimeout(timer);
    timerAt = NEVER;
    lookedAt = ticks();
    firstAt = NEVER;
    dueAt = NEVER;
    running = look().finally(() => {
      running = undefined;
      arm();
    });
    return running;
  };

  return {
    printed() {
      printedAt = ticks();
      firstAt = Math.min(firstAt, printedAt);
      arm();
    },
    look() {
      if (!running) return start();
      const again = () => {
        next = undefined;
        return running ?? start();
      };
      next ??= running.then(again, again);
      return next;
    },
    due(at) {
      if (at !== null) dueAt = Math.min(dueAt, ticks() + Math.max(at - now(), 0));
      arm();
    },
    get quietMs() {
      return ticks() - printedAt;
    },
    close() {
      open = false;
      clearTimeout(timer);
    },
  };
}
