/** The event methods: subscribe, unsubscribe, list. */
import { allNotifications, type Event, type eventMethods, type Parsed, RpcError } from '#protocol';
import { frame } from '#protocol/frames';
import type { Handlers } from '../rpc/handlers.js';
import type { Hub } from '../rpc/hub.js';
import type { Reach } from '../rpc/identity.js';
import { isReached } from '../rpc/reached.js';
import type { Journal } from './journal.js';

export interface EventDeps {
  readonly journal: Journal;
  readonly hub: Hub;
}

const known: readonly string[] = allNotifications
  .filter(([, { delivery }]) => delivery === 'event')
  .map(([name]) => name);

/** A client that comes back reads at most so many events; beyond it reads the lists again. */
const REPLAY = 1000;

export function eventHandlers({ journal, hub }: EventDeps): Handlers<typeof eventMethods> {
  return {
    'event/subscribe'({ names, since }, { user, identity, peer }) {
      check(names);
      const missed = since === undefined ? [] : journal.list(user, since, REPLAY + 1, names);
      const complete = since === undefined || (journal.covers(since) && missed.length <= REPLAY);
      // Old ones first, then the new: nothing can happen in between, since nothing here waits.
      const told = complete ? missed.filter(({ params }) => isReached(params, identity.reach)) : [];
      for (const { name, params } of told) peer.send(frame({ jsonrpc: '2.0', method: name, params }));
      hub.subscribe(peer, names);
      return { seq: journal.newest, complete };
    },

    'event/unsubscribe'(_params, { peer }) {
      hub.unsubscribe(peer);
      return { success: true };
    },

    'event/list'({ since, names, limit }, { user, identity }) {
      check(names);
      const events = reached(journal, user, { since, limit, names }, identity.reach);
      return { events, seq: journal.newest, complete: journal.covers(since) };
    },
  };
}

/** As many as were asked for, also where most are not for this token: who reads on from the last one must get to the end. */
function reached(
  journal: Journal,
  user: string,
  { since, limit, names }: Parsed<'event/list'>,
  reach: Reach | undefined,
): Event[] {
  const found: Event[] = [];
  for (let from = since; ; ) {
    const part = journal.list(user, from, limit, names);
    found.push(...part.filter(({ params }) => isReached(params, reach)));
    if (part.length < limit || found.length >= limit) return found.slice(0, limit);
    from = part.at(-1)!.seq;
  }
}

function check(names: readonly string[] = []): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new RpcError(
    'InvalidParams',
    `Expected \`names\` to hold event names (${known.join(', ')}), got "${unknown}".`,
  );
}
