/** Many rows deleted in pieces, so that nobody waits for all of them. */
import { setImmediate } from 'node:timers/promises';

/** Rows deleted before others get their turn. */
const PIECE = 500;

/** `remove` deletes at most so many and tells how many they were. Returns how many all were; ends early when the signal is aborted. */
export async function inPieces(remove: (atMost: number) => number, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for (let more = PIECE; more === PIECE && !signal.aborted; await setImmediate()) {
    more = remove(PIECE);
    removed += more;
  }
  return removed;
}
