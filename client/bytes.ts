/** A stream's events as the bytes to write to a terminal. */
import type { FollowedEvent } from './follow.js';

/** Ends a sequence under way, then everything is as in a new terminal, its history included: the snapshot brings its own. */
const RESET = Buffer.from('\x1b\\\x1bc');

export async function* bytesOf(events: AsyncIterable<FollowedEvent>): AsyncGenerator<Uint8Array> {
  for await (const event of events) {
    if (event.type === 'data') yield event.data;
    if (event.type === 'snapshot') yield event.reset ? Buffer.concat([RESET, event.data]) : event.data;
  }
}
