/** Whether the clock was set while the daemon ran: it is compared with the time that has passed. */
import { uptime } from 'node:os';
import type { Board } from './board.js';

export interface ClockDeps {
  readonly board: Board;
  /** Unix ms. */
  readonly now: () => number;
  /** Milliseconds that have passed, those in which the machine slept included. */
  readonly passed?: () => number;
}

/** What a time service corrects in small steps is no jump. */
const JUMP_MS = 5000;
const HOUR_MS = 3_600_000;

/** To be called now and then: a jump since the last time is noted for an hour. */
export function createClockWatch({ board, now, passed = () => uptime() * 1000 }: ClockDeps): () => void {
  let before = now() - passed();
  return () => {
    const offset = now() - passed();
    const jump = offset - before;
    before = offset;
    if (Math.abs(jump) < JUMP_MS) return;
    const how = `${jump > 0 ? 'forward' : 'back'} by ${Math.round(Math.abs(jump) / 1000)} s`;
    const reason = `The clock was put ${how} while the daemon ran, so times from before do not fit those since. Let a time service keep the clock.`;
    board.note('clock', { reason, lastsMs: HOUR_MS });
  };
}
