/** Tells subscribed connections what happened. */
import type { EventName, NotificationName, Told } from '#protocol';
import { frame } from '#protocol/frames';
import type { Peer } from './handlers.js';
import { isReached } from './reached.js';

export interface Hub {
  /** From now on the peer hears events of its user: those named, or all. Replaces an earlier subscription; ends with the peer. */
  subscribe(peer: Peer, names?: readonly string[]): void;
  unsubscribe(peer: Peer): void;
  /**
   * Sends an event to the subscribed peers of one user whose token reaches it, serialised once. Nothing is dropped and nothing waits here: a peer
   * that does not read is ended by its connection at the hard limit.
   */
  tell<N extends EventName>(user: string, name: N, params: Told<N>): void;
  /** Sends a notification to every subscribed peer, whatever it subscribed to. */
  tellAll<N extends NotificationName>(name: N, params: Told<N>): void;
}

interface Subscription {
  readonly names: ReadonlySet<string> | undefined;
  readonly forget: () => void;
}

export function createHub(): Hub {
  const subscriptions = new Map<Peer, Subscription>();

  function unsubscribe(peer: Peer): void {
    subscriptions.get(peer)?.forget();
    subscriptions.delete(peer);
  }

  function send(name: string, params: unknown, wanted: (peer: Peer, subscription: Subscription) => boolean): void {
    let bytes: Buffer | undefined;
    // Sending can end a peer, and with it its subscription, so the list is copied.
    for (const [peer, subscription] of [...subscriptions]) {
      if (!wanted(peer, subscription)) continue;
      bytes ??= frame({ jsonrpc: '2.0', method: name, params });
      peer.send(bytes);
    }
  }

  return {
    subscribe(peer, names) {
      unsubscribe(peer);
      const forget = peer.onClose(() => subscriptions.delete(peer));
      subscriptions.set(peer, { names: names && new Set(names), forget });
    },
    unsubscribe,
    tell(user, name, params) {
      send(
        name,
        params,
        (peer, { names }) =>
          peer.user === user && (!names || names.has(name)) && isReached(params, peer.identity?.reach),
      );
    },
    tellAll(name, params) {
      send(name, params, () => true);
    },
  };
}
