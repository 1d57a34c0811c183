/** `GET /api/events`: a page asks for a stream, joins the feed of its caller, and is told first what it missed. */
import type { Params } from '#protocol';
import type { Endpoint } from '../http/exchange.js';
import { Refusal } from '../http/refusal.js';
import { type Caller, whenOver } from '../identity/caller.js';
import type { Callers } from '../identity/headers.js';
import type { Pool } from '../identity/pool.js';
import { createFeed, type Feed } from './feed.js';
import { eventNames, itemOf, resyncAt } from './item.js';
import { createStream, type Stream } from './stream.js';

export interface EventDeps {
  readonly pool: Pool;
  readonly callers: Callers;
  /** Between signs of life; a proxy cuts a stream that is silent for half a minute. */
  readonly heartbeatMs?: number;
}

export interface Events {
  readonly endpoint: Endpoint;
  /** Ends every stream at once, and lets no other begin. */
  close(): void;
}

const HEARTBEAT_MS = 10_000;
/** Streams of one caller. */
const STREAMS = 64;
/** A page that missed so many reads the lists again. */
const REPLAY = 1000;

export function createEvents({ pool, callers, heartbeatMs = HEARTBEAT_MS }: EventDeps): Events {
  const feeds = new Map<string, Feed>();
  let closed = false;
  const beating = setInterval(() => {
    for (const { streams } of feeds.values()) for (const stream of streams) stream.beat();
  }, heartbeatMs);
  beating.unref();

  const feedOf = (caller: Caller): Feed => {
    const known = feeds.get(caller.key);
    if (known) return known;
    if (closed) throw new Refusal(503, 'RDV_UNAVAILABLE', 'The bridge stops.');
    const over = () => {
      if (feeds.get(caller.key) === feed) feeds.delete(caller.key);
    };
    const feed = createFeed({ pool, caller, over });
    feeds.set(caller.key, feed);
    return feed;
  };

  async function beginFrom(stream: Stream, caller: Caller, asked: Params<'event/list'>, gone: AbortSignal) {
    const { events, seq, complete } = await pool.call(caller, 'event/list', { ...asked, limit: REPLAY }, gone);
    if (complete && events.length < REPLAY) stream.begin(events.map(itemOf), seq);
    else stream.begin([resyncAt(seq)], seq);
  }

  return {
    async endpoint({ request, response, query, gone }) {
      const caller = await callers.of(request);
      const names = namesIn(query);
      const since = placeIn(request.headers['last-event-id'], query);
      // Before there is a feed for it: one without a stream would stand for ever.
      if (gone.aborted) return undefined;
      const feed = feedOf(caller);
      if (feed.streams.size >= STREAMS) throw tooMany();
      const stream = createStream(response, names && new Set(names));
      const leave = () => feed.leave(stream);
      gone.addEventListener('abort', leave, { once: true });
      try {
        await feed.join(stream, async (place) => {
          if (since === undefined) stream.begin([], place);
          else await beginFrom(stream, caller, { since, ...(names && { names }) }, gone);
        });
      } catch (error) {
        leave();
        throw error;
      }
      if (request.method === 'HEAD') stream.end();
      // A page that may still come in connects again, and goes on where it was.
      gone.addEventListener('abort', whenOver(caller, stream.end), { once: true });
      return undefined;
    },

    close() {
      closed = true;
      clearInterval(beating);
      for (const feed of [...feeds.values()]) feed.close();
    },
  };
}

/** Several by commas or said several times; undefined for all. */
function namesIn(query: URLSearchParams): string[] | undefined {
  if (!query.has('names')) return undefined;
  const names = query
    .getAll('names')
    .flatMap((each) => each.split(','))
    .filter((name) => name !== '');
  const unknown = names.find((name) => !(eventNames as readonly string[]).includes(name));
  if (unknown === undefined) return names;
  const said = `Expected \`names\` to hold event names (${eventNames.join(', ')}), got "${unknown.slice(0, 100)}".`;
  throw new Refusal(400, 'INVALID_PARAMS', said);
}

/** A page that connects again says the header, while its URL still says where it once began. */
function placeIn(header: string | string[] | undefined, query: URLSearchParams): number | undefined {
  const said = (typeof header === 'string' && header) || query.get('lastEventId') || '';
  if (said === '') return undefined;
  if (/^\d{1,15}$/.test(said)) return Number(said);
  throw new Refusal(400, 'INVALID_PARAMS', 'Expected `Last-Event-ID` to be the id of an event: a whole number.');
}

function tooMany(): Refusal {
  const said = `A caller may have ${STREAMS} streams of events. Close one, or share one between tabs.`;
  return new Refusal(429, 'TOO_MANY_STREAMS', said, { 'retry-after': '5' });
}
