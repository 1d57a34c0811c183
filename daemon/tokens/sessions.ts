/** The token of each session: made with it, in a file of its own, and dead with it. */
import type { Session } from '#protocol';
import type { Log } from '../rpc/serve.js';
import { keepOnly, readToken, removeToken, writeToken } from './files.js';
import { hashOf, mint, newId } from './mint.js';
import { draft } from './replace.js';
import type { TokenStore } from './store.js';
import { isCurrent } from './token.js';
import type { Watch } from './watch.js';

export interface SessionTokenDeps {
  readonly store: TokenStore;
  readonly watch: Pick<Watch, 'soon'>;
  readonly now: () => number;
  readonly log: Log;
  /** Where the files stand, each named after its session. */
  readonly folder: string;
}

type Owner = Pick<Session, 'id' | 'userId' | 'name'>;

export interface SessionTokens {
  /** Makes the token of a session, whose row must be there; the path of its file. An earlier one is good no more. */
  give(session: Owner): string;
  /** Ends it and the tickets of the session, and removes the file. Again is harmless. */
  end(sessionId: string): void;
  /** The same for one who cannot go back: a failure is logged, and the next start makes up for it. */
  ended(sessionId: string): void;
  /** At the start: each of these has one, and no other file is left. One that was revoked stays so. */
  settle(live: readonly Owner[]): void;
}

/** It drives its session and looks around in its folder; it destroys nothing. */
const SCOPES = ['read', 'write', 'terminal:write'] as const;

export function createSessionTokens({ store, watch, now, log, folder }: SessionTokenDeps): SessionTokens {
  const fileOf = (sessionId: string) => `${folder}/${sessionId}`;

  const revoke = (sessionId: string) => {
    const good = store.ofSession(sessionId).filter((token) => isCurrent(token, now()));
    for (const token of good) store.revoke(token, now());
    if (good.length > 0) watch.soon();
  };

  const give = ({ id: sessionId, userId, name }: Owner) => {
    const id = newId();
    const text = mint('ses', id);
    const made = draft(text, id, { kind: 'ses', userId, name, scopes: SCOPES });
    revoke(sessionId);
    store.add({ ...made, sessionId, file: fileOf(sessionId), createdAt: now() }, hashOf(text));
    writeToken(fileOf(sessionId), text, false);
    return fileOf(sessionId);
  };

  const end = (sessionId: string) => {
    revoke(sessionId);
    removeToken(fileOf(sessionId));
  };

  return {
    give,
    end,
    ended(sessionId) {
      try {
        end(sessionId);
      } catch (error) {
        const reason = String(error);
        log({ level: 'error', message: 'the token of a session could not be ended', session: sessionId, reason });
      }
    },
    settle(live) {
      const ids = new Set(live.map(({ id }) => id));
      keepOnly(folder, ids);
      // A daemon that was killed may have closed a session and not come to this.
      for (const token of store.ofSessions()) if (!ids.has(token.sessionId!)) store.revoke(token, now());
      for (const session of live) {
        const text = readToken(fileOf(session.id));
        const known = text === '' ? undefined : store.findByHash(hashOf(text));
        if (known?.kind !== 'ses' || known.sessionId !== session.id) give(session);
      }
    },
  };
}
