/** How much of a stream its page has not yet told to have parsed. Pure. */
import { stream } from '#protocol/terminals';

/** Longest piece of output in one frame: what is unacknowledged is never more than this above the high water. */
export const PIECE_BYTES = 16 * 1024;

export function createFlow(offset: number) {
  let sent = offset;
  let acked = offset;
  return {
    get unacknowledged() {
      return sent - acked;
    },
    get free() {
      return sent - acked <= stream.highWaterBytes;
    },
    sent(upTo: number) {
      sent = upTo;
    },
    /** At a snapshot everything before it is done with, also when offsets begin again. */
    stand(at: number) {
      sent = at;
      acked = at;
    },
    /** Whether it tells anything new. A place that was never sent is nobody's. */
    ack(at: number): boolean {
      if (at <= acked || at > sent) return false;
      acked = at;
      return true;
    },
  };
}

/** In pieces of at most `PIECE_BYTES`. */
export function* piecesOf(data: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < data.length; at += PIECE_BYTES) yield data.subarray(at, at + PIECE_BYTES);
}
