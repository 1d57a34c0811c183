/** What types messages for agents: looks by the agents' slice, keys by the one that injects. */
import type { Agents } from './agents/agents.js';
import type { InjectionSlice } from './injection/handlers.js';
import type { Typist } from './messages/attempt.js';
import type { SessionStore } from './sessions/store.js';

interface Deps {
  readonly agents: Pick<Agents, 'look'>;
  readonly injection: Pick<InjectionSlice, 'store' | 'injections'>;
  readonly sessions: Pick<SessionStore, 'get'>;
}

export function createTypist({ agents, injection: { store, injections }, sessions }: Deps): Typist {
  return {
    look: (sessionId) => agents.look(sessionId),
    async inject({ user, sessionId, idempotencyKey: key, reason: why, ...how }) {
      const session = sessions.get(user, sessionId);
      const nobody = { orchestratorId: null, tokenId: null, connection: null };
      return injections.send({ session, key, why, ...how, ...nobody }).injection.receipt;
    },
    find: (user, key) => store.byKey(user, key)?.receipt,
    cancel(user, receiptId) {
      const injection = store.get(user, receiptId);
      // Once it is being typed it cannot be taken back.
      if (injection.waiting) injections.cancel(injection);
    },
  };
}
