/** A connection as the daemon's other parts see it. */
import { frame } from '#protocol/frames';
import type { Peer } from './handlers.js';
import type { Identity } from './identity.js';
import type { Writer } from './writer.js';

/** `ended` tells those who asked that the connection is gone; call it once. */
export function createPeer(
  id: string,
  writer: Writer,
  identity: () => Identity | undefined,
): { peer: Peer; ended: () => void } {
  const listeners = new Set<() => void>();
  let gone = false;
  const peer: Peer = {
    id,
    get user() {
      return identity()?.user ?? '';
    },
    get identity() {
      return identity();
    },
    tell: (method, params) => writer.send(frame({ jsonrpc: '2.0', method, params })),
    send: (bytes, end) => writer.send(bytes, end),
    get unsent() {
      return writer.unsent;
    },
    onDrain: (listener) => writer.onDrain(listener),
    onClose(listener) {
      // Whoever comes after the end still hears of it, or would wait for ever.
      if (gone) queueMicrotask(listener);
      else listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    peer,
    ended() {
      gone = true;
      for (const listener of [...listeners]) listener();
      listeners.clear();
    },
  };
}
