/** `rdv watch --jsonl`: how things stand as one line, then a line for each change as the daemon tells it. */
import { once } from 'node:events';
import type { Context } from './context.js';
import { openFeed } from './watch-feed.js';

/** Lines that wait for a slow reader, and then? Nothing more is taken; what is missed is told once they are read. */
const WAITING_BYTES = 4 * 1024 * 1024;
const INTERRUPTED = 130;

/** Until it is interrupted. Throws as `watch`. */
export async function printChanges(context: Context): Promise<void> {
  const { stdout } = process;
  let since: number | undefined;
  const print = (line: object) => {
    context.output.object(line);
    if (stdout.writableLength > WAITING_BYTES) feed?.close();
  };
  let feed: ReturnType<typeof openFeed> | undefined;
  const interrupted = new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve()));
  while (!context.signal.aborted) {
    feed = openFeed(
      context,
      {
        onLists: (lists, seq) => print({ type: 'lists', seq, ...lists }),
        onEvent: (event) => print({ type: 'event', ...event }),
        onAway: (reason) => print({ type: 'away', reason }),
        onBack: (complete) => print({ type: 'back', complete }),
      },
      since,
    );
    await Promise.race([feed.over, interrupted]);
    feed.close();
    since = feed.seq;
    if (!context.signal.aborted && stdout.writableNeedDrain) await Promise.race([once(stdout, 'drain'), interrupted]);
  }
  context.output.exit(INTERRUPTED);
}
