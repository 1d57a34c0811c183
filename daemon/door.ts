/** The connections of the socket, for those who are made before it is open. */
import type { RpcError } from '#protocol';
import type { Peer } from './rpc/handlers.js';
import type { Listener } from './rpc/listen.js';

export interface Door {
  /** From now on these are the connections. */
  open(listener: Pick<Listener, 'peers' | 'end'>): void;
  /** Those that have logged in; none before it is open. */
  peers(): Peer[];
  /** Tells the connections of these peers why, and ends them. */
  end(which: (peer: Peer) => boolean, error: RpcError): void;
}

export function createDoor(): Door {
  let listener: Pick<Listener, 'peers' | 'end'> | undefined;
  return {
    open(opened) {
      listener = opened;
    },
    peers: () => listener?.peers() ?? [],
    end: (which, error) => listener?.end(which, error),
  };
}
