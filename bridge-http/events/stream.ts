/** One page's stream: every event once and in order, within bounds, from where it joined. */
import type { ServerResponse } from 'node:http';
import { heartbeat, type Item, opening, resyncAt } from './item.js';

export interface Stream {
  /** An event of its user, wanted or not. Before `begin` it is kept. */
  take(item: Item): void;
  /** Starts the answer: what was missed, then what was kept, then what comes. `place` is where the missed ones end. */
  begin(missed: readonly Item[], place: number): void;
  /** A sign of life, unless something is on its way anyhow. */
  beat(): void;
  /** Also for a page that does not read. Nothing of one that has not begun: that is told what kept it from it. */
  end(): void;
}

/** What a page has not read may have so many bytes. And then? It is told nothing more until it has read, then `resync`. */
const UNREAD_BYTES = 512 * 1024;
/** Events kept until a stream begins. And then? `resync`. */
const KEPT = 1000;

/** What was written before the end is read in that time, or not at all. */
const LINGER_MS = 1000;

const head = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
} as const;

export function createStream(response: ServerResponse, wanted: ReadonlySet<string> | undefined): Stream {
  let kept: Item[] | undefined = [];
  let place = 0;
  /** Does not read. */
  let behind = false;
  let missing = false;

  const write = (item: Item) => {
    if (item.name !== undefined && item.seq <= place) return;
    place = item.seq;
    if (item.name !== undefined && wanted && !wanted.has(item.name)) return;
    if (behind) {
      missing = true;
      return;
    }
    response.write(item.bytes);
    if (response.writableLength <= UNREAD_BYTES) return;
    behind = true;
    response.once('drain', goOn);
  };
  const goOn = () => {
    behind = false;
    if (missing) write(resyncAt(place));
    missing = false;
  };

  return {
    take(item) {
      if (!kept) return write(item);
      kept.push(item);
      if (kept.length > KEPT) kept = [resyncAt(item.seq)];
    },
    begin(missed, reached) {
      const waited = kept ?? [];
      kept = undefined;
      response.writeHead(200, head);
      response.write(opening());
      const hole = waited.findLastIndex(({ name }) => name === undefined);
      if (hole < 0) {
        for (const item of missed) write(item);
        place = Math.max(place, reached);
      }
      for (const item of waited.slice(Math.max(0, hole))) write(item);
      if (!behind) response.write(heartbeat(place));
    },
    beat() {
      if (!kept && response.writableLength === 0) response.write(heartbeat(place));
    },
    end() {
      if (kept) return;
      response.end();
      setTimeout(() => response.destroy(), LINGER_MS).unref();
    },
  };
}
