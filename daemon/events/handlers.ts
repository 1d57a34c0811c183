/** The event methods: subscribe, unsubscribe, list. */
import { allNotifications, type eventMethods, RpcError } from '#protocol';
import { frame } from '#protocol/frames';
import type { Handlers } from '../rpc/handlers.js';
import type { Hub } from '../rpc/hub.js';
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
    'event/subscribe'({ names, since }, { user, peer }) {
      check(names);
      const missed = since === undefined ? [] : journal.list(user, since, REPLAY + 1, names);
      const complete = since === undefined || (journal.covers(since) && missed.length <= REPLAY);
      // Old ones first, then the new: nothing can happen in between, since nothing here waits.
      if (complete) for (const { name, params } of missed) peer.send(frame({ jsonrpc: '2.0', method: name, params }));
      hub.subscribe(peer, names);
      return { seq: journal.newest, complete };
    },

    'event/unsubscribe'(_params, { peer }) {
      hub.unsubscribe(peer);
      return { success: true };
    },

    'event/list'({ since, names, limit }, { user }) {
      check(names);
      return { events: journal.list(user, since, limit, names), seq: journal.newest, complete: journal.covers(since) };
    },
  };
}

function check(names: readonly string[] = []): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new RpcError(
    'InvalidParams',
    `Expected \`names\` to hold event names (${known.join(', ')}), got "${unknown}".`,
  );
}
