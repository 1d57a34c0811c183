/** When the processes of an agent are looked at: while it works and shows nothing of it, and only near to a deadline. */
import type { Progress } from './progress.js';
import { isStall, type Judgement, rows, scaled } from './stall.js';

/** The time in which half a second of a core is work. */
const EACH_MS = 10_000;
/** Of one that is known to be stalled, to see whether it goes on. */
const STALLED_EACH_MS = 60_000;

/** Undefined for never; in the past for now. */
export function sampleAt(
  { state, isAgent, progressAt }: Pick<Progress, 'state' | 'isAgent' | 'progressAt'>,
  { health }: Judgement,
  { thresholdMs, sampledAt }: { readonly thresholdMs: number; readonly sampledAt: number },
): number | undefined {
  if (state !== 'working' || !isAgent || health === 'hung' || health === 'crash_loop') return undefined;
  const { warnMs } = scaled(rows.no_progress, thresholdMs);
  const first = progressAt + warnMs - Math.min(EACH_MS, warnMs / 2);
  return Math.max(first, sampledAt + (isStall(health) ? STALLED_EACH_MS : EACH_MS));
}
