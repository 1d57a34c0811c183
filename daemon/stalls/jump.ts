/** Notices that nobody can say how much time went by: a clock that jumped, a computer or a daemon that slept. */
import type { Clock } from './deadlines.js';

const JUMP_MS = 30_000;

export interface Jump {
  /** What the wall's clock counted and the other one did not. */
  readonly sleptMs: number;
}

/** To be asked at each waking, with how late that came. Whatever lies between two wakings is noticed at the second. */
export function createJumps(now: () => number, { ticks }: Pick<Clock, 'ticks'>) {
  let before = now() - ticks();
  return (lateMs: number): Jump | undefined => {
    const apart = now() - ticks();
    const jumpMs = apart - before;
    before = apart;
    if (Math.abs(jumpMs) <= JUMP_MS && lateMs <= JUMP_MS) return undefined;
    return { sleptMs: Math.max(0, jumpMs) };
  };
}
