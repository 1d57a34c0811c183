/** Ends connections whose token is good no more: revoked, replaced and past its overlap, expired, or gone. */
import type { RpcError } from '#protocol';
import type { Peer } from '../rpc/handlers.js';
import type { TokenStore } from './store.js';
import { refusal, stateOf } from './token.js';

/** Connections that have logged in. */
export interface Connections {
  peers(): readonly Peer[];
  end(which: (peer: Peer) => boolean, error: RpcError): void;
}

export interface WatchDeps {
  readonly store: Pick<TokenStore, 'find'>;
  readonly connections: Connections;
  readonly now: () => number;
}

export interface Watch {
  /** A token was ended: looks in a moment, when whoever ended it has his answer. */
  soon(): void;
  /** A connection came whose token ends then; null for never. */
  until(expiresAt: number | null): void;
  close(): void;
}

const SOON_MS = 50;
/** The clock may jump, and with it what has expired. */
const LOOK_MS = 30_000;

export function createWatch({ store, connections, now }: WatchDeps): Watch {
  let timer: NodeJS.Timeout | undefined;
  let due = Number.POSITIVE_INFINITY;
  let closed = false;

  const lookIn = (ms: number) => {
    const at = performance.now() + ms;
    if (closed || at >= due) return;
    due = at;
    clearTimeout(timer);
    timer = setTimeout(look, ms).unref();
  };

  const look = () => {
    due = Number.POSITIVE_INFINITY;
    let next = LOOK_MS;
    for (const id of new Set(connections.peers().map(({ identity }) => identity?.tokenId))) {
      if (id === undefined) continue;
      const token = store.find(id);
      const state = token ? stateOf(token, now()) : 'revoked';
      if (state !== 'good') connections.end(({ identity }) => identity?.tokenId === id, refusal(state, token));
      else if (token?.expiresAt) next = Math.min(next, Math.max(1, token.expiresAt - now()));
    }
    lookIn(next);
  };

  lookIn(LOOK_MS);
  return {
    soon: () => lookIn(SOON_MS),
    until(expiresAt) {
      if (expiresAt !== null) lookIn(Math.min(LOOK_MS, Math.max(1, expiresAt - now())));
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
