/** What `rdv watch` lives on: the lists once, then each change as the daemon tells it. */
import type { Event, Insight } from '#protocol';
import { RpcError } from '#protocol/errors';
import { type FollowedEvents, followEvents } from '../events.js';
import type { Client } from '../index.js';
import { wholeList } from '../meant.js';
import type { Context } from './context.js';
import { type Lists, watchedEvents } from './watched.js';

export interface Feed {
  /** The first one is told before anything else; another one when events were missed. */
  onLists(lists: Lists, seq: number): void;
  onEvent(event: Event): void;
  /** Nothing is told until `onBack`. */
  onAway(reason: string): void;
  onBack(complete: boolean): void;
}

/** Reads no list a second time unless events were missed. As `followEvents` otherwise. */
export function openFeed(context: Context, feed: Feed, since?: number): FollowedEvents {
  let held: Event[] | undefined = since === undefined ? [] : undefined;
  return followEvents({
    // A daemon that was stopped is not started behind the back of whoever stopped it.
    connect: (loss) => (loss === 'stopping' ? context.clientIfRunning() : context.client()),
    names: watchedEvents,
    ...(since !== undefined && { since }),
    onEvent: (event) => (held ? held.push(event) : feed.onEvent(event)),
    onAway: feed.onAway,
    async onStand({ client, seq, complete, first }) {
      if (!first) feed.onBack(complete);
      if (complete && !held) return;
      held = [];
      const lists = await readLists(client);
      feed.onLists(lists, seq);
      // What was told while the lists were read may be in them, or not; told again it changes nothing.
      for (const event of held) feed.onEvent(event);
      held = undefined;
    },
  });
}

export interface KeptFeed extends Pick<FollowedEvents, 'close'> {
  /** Rejects as that of `followEvents`; never settles otherwise. */
  readonly over: Promise<never>;
  /** Another one needs the subscription of the connection. */
  pause(): void;
  /** Goes on behind the last event. */
  resume(): void;
}

export function keepFeed(context: Context, feed: Feed): KeptFeed {
  let fail = (_error: unknown) => {};
  const over = new Promise<never>((_, reject) => (fail = reject));
  const begin = (since?: number) => {
    const events = openFeed(context, feed, since);
    events.over.catch(fail);
    return events;
  };
  let events = begin();
  return {
    over,
    pause: () => events.close(),
    resume() {
      events = begin(events.seq);
    },
    close: () => events.close(),
  };
}

const MOST = 500;

async function readLists({ call }: Client): Promise<Lists> {
  const [{ sessions }, { agents }, { folders }, { notifications }, { stalls }, insights] = await Promise.all([
    wholeList(call, {}),
    call('agent/list', {}),
    call('folder/list', {}),
    call('notification/list', { unread: true, limit: MOST }),
    call('session/stalls', {}),
    readInsights(call),
  ]);
  return { sessions, agents, folders, notices: oldestFirst(notifications), insights: oldestFirst(insights), stalls };
}

/** As they come by events. */
const oldestFirst = <T extends { readonly createdAt: number }>(rows: readonly T[]): T[] =>
  [...rows].sort((a, b) => a.createdAt - b.createdAt);

/** Orchestrators are their user's: a token of a session sees none. */
async function readInsights(call: Client['call']): Promise<Insight[]> {
  try {
    const { orchestrators } = await call('orchestrator/list', {});
    const wanted = { resolved: false, limit: MOST };
    const lists = await Promise.all(
      orchestrators.map(({ id }) => call('insight/list', { orchestratorId: id, ...wanted })),
    );
    return lists.flatMap(({ insights }) => insights);
  } catch (error) {
    if (error instanceof RpcError && error.kind === 'Forbidden') return [];
    throw error;
  }
}
