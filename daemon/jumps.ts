/** Notices that the clock jumped: spans are measured by another one, but times people see are off. */
import type { Board } from './health/board.js';

export interface Clocks {
  /** Unix ms. */
  readonly now: () => number;
  /** Milliseconds that never go back. */
  readonly ticks: () => number;
}

const LOOK_MS = 10_000;
/** Clocks that are corrected bit by bit stay below it. */
const JUMP_MS = 60_000;
const TOLD_MS = 10 * 60_000;

/** Returns the end of it. A computer that slept seems to have jumped too, and so it did for what was timed. */
export function watchClock(board: Pick<Board, 'note'>, clocks: Clocks, lookMs = LOOK_MS): () => void {
  const apart = () => clocks.now() - clocks.ticks();
  let before = apart();
  const timer = setInterval(() => {
    const jump = Math.round((apart() - before) / 1000);
    before = apart();
    if (Math.abs(jump) < JUMP_MS / 1000) return;
    const said = `The clock jumped ${Math.abs(jump)} s ${jump > 0 ? 'ahead' : 'back'}, or the computer slept`;
    board.note('clock', { reason: `${said}. Times from before and after do not fit together.`, lastsMs: TOLD_MS });
  }, lookMs).unref();
  return () => clearInterval(timer);
}
