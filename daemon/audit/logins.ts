/** Sees every login, good or bad. */
import { RpcError } from '#protocol';
import type { Login } from '../rpc/handshake.js';
import type { Identity } from '../rpc/identity.js';

export interface Attempt {
  readonly connection: string;
  /** Undefined when it failed. */
  readonly identity: Identity | undefined;
  /** `done`, or the code of the error. */
  readonly outcome: string;
}

/** The same login; each attempt is told before it is answered. Never tells what was sent. */
export function watchLogins(login: Login, told: (attempt: Attempt) => void): Login {
  return async (credentials, connection) => {
    try {
      const identity = await login(credentials, connection);
      told({ connection, identity, outcome: 'done' });
      return identity;
    } catch (error) {
      const outcome = error instanceof RpcError ? error.data.code! : 'Internal';
      told({ connection, identity: undefined, outcome });
      throw error;
    }
  };
}
