/** One caller's events, told to all its streams. */
import { setTimeout } from 'node:timers/promises';
import { RpcError } from '#protocol/errors';
import { createBackoff } from '../../client/backoff.js';
import type { Caller } from '../identity/caller.js';
import type { Pool } from '../identity/pool.js';
import type { Stream } from './stream.js';
import { BACKOFF_MS, isPassing, openSubscription } from './subscription.js';

export interface Feed {
  readonly streams: ReadonlySet<Stream>;
  /**
   * The stream is told what comes from now on, and is begun by `begin` once there is a subscription, from its place in
   * the journal. While the daemon is away both are tried again for a while. Throws what `begin` does, and Unavailable.
   */
  join(stream: Stream, begin: (place: number) => Promise<void>): Promise<void>;
  leave(stream: Stream): void;
  /** Ends its streams. */
  close(): void;
}

export interface FeedOptions {
  readonly pool: Pool;
  readonly caller: Caller;
  /** No stream is left, or none can be. */
  readonly over: () => void;
}

/** A page that is answered with an error asks no more, so a daemon that is just being restarted is waited for. */
const PATIENCE_MS = 10_000;

export function createFeed({ pool, caller, over }: FeedOptions): Feed {
  const streams = new Set<Stream>();
  const subscription = openSubscription({
    pool,
    caller,
    tell(item) {
      for (const stream of streams) stream.take(item);
    },
  });
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    over();
    for (const stream of streams) stream.end();
  };
  void subscription.ended.then(end);

  return {
    streams,
    async join(stream, begin) {
      streams.add(stream);
      const late = performance.now() + PATIENCE_MS;
      const backoff = createBackoff(BACKOFF_MS);
      for (;;) {
        try {
          await begin(await subscription.stands());
          if (ended) stream.end();
          return;
        } catch (error) {
          if (ended || performance.now() > late || !isPassing(error)) throw error;
        }
        await setTimeout(backoff.next());
      }
    },
    leave(stream) {
      streams.delete(stream);
      if (streams.size > 0) return;
      subscription.close(new RpcError('Cancelled', 'Nobody listens any more.'));
      end();
    },
    close() {
      subscription.close(new RpcError('Unavailable', 'The bridge stops.', { code: 'STOPPING' }));
      end();
    },
  };
}
