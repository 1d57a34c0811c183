/** Who may come in, and how a conversation of his is opened, whatever carries it. */
import { RpcError } from '#protocol/errors';
import { Refusal } from '../http/refusal.js';
import type { Caller } from '../identity/caller.js';
import type { Pool } from '../identity/pool.js';
import type { HttpConversation, TextConversation } from './carrier/carrier.js';
import type { Choice, End, Opening, Unopened } from './carrier/conversation.js';
import { loadCarrier } from './load.js';

export interface OpenerOptions {
  readonly pool: Pool;
  /** The daemon's. */
  readonly socketPath: string;
  readonly version: string;
}

export interface Opener {
  /** Throws what refuses the caller. While the daemon is away, one who has come in before is let in again. */
  admit(caller: Caller, isKnown: boolean): Promise<void>;
  openHttp(caller: Caller, choice: Choice, onEnd: (why: End) => void): Promise<HttpConversation>;
  openText(
    caller: Caller,
    choice: Choice,
    hearing: { send(text: string): void; onEnd(why: End): void },
  ): Promise<TextConversation>;
}

export function createOpener({ pool, socketPath, version }: OpenerOptions): Opener {
  const openingOf = async (caller: Caller, choice: Choice, onEnd: (why: End) => void): Promise<Opening> => {
    const { client, release } = await pool.hold(caller);
    release();
    const { token, user } = caller;
    return { ...{ socketPath, version, token, user, choice, onEnd }, ownSession: client.sessionId ?? undefined };
  };
  return {
    async admit(caller, isKnown) {
      try {
        (await pool.hold(caller)).release();
      } catch (error) {
        if (!(isKnown && error instanceof RpcError && error.kind === 'Unavailable')) throw error;
      }
    },
    async openHttp(caller, choice, onEnd) {
      const { openHttp } = await loadCarrier();
      return opened(await openHttp(await openingOf(caller, choice, onEnd)));
    },
    async openText(caller, choice, { send, onEnd }) {
      const { openText } = await loadCarrier();
      return opened(await openText(await openingOf(caller, choice, onEnd), send));
    },
  };
}

function opened<T extends object>(made: T | Unopened): T {
  if ('refused' in made) throw new Refusal(400, 'INVALID_PARAMS', made.refused);
  return made;
}
