/** Who gets in: finds the token, tells for whom it acts, and writes down that it was tried. */
import { expandScopes, RpcError, type Scope } from '#protocol';
import type { Auditor } from '../rpc/auditor.js';
import type { Credentials, Login } from '../rpc/handshake.js';
import type { Identity } from '../rpc/identity.js';
import type { Log } from '../rpc/serve.js';
import type { Backoff } from './backoff.js';
import { hashOf, isWellFormed, prefixOf } from './mint.js';
import { reachOf, type Tree } from './reach.js';
import type { TokenStore } from './store.js';
import { type KeptToken, refusal, stateOf, unauthorized } from './token.js';

export interface LoginDeps {
  readonly store: TokenStore;
  readonly tree: Tree;
  readonly backoff: Backoff;
  readonly auditor: Auditor;
  readonly log: Log;
  readonly now: () => number;
  readonly alarm: (token: KeptToken, reason: 'replaced' | 'revoked', connection: string) => void;
  /** A connection came whose token ends then. */
  readonly until: (expiresAt: number | null) => void;
}

const USED_EACH_MS = 60_000;

export function createLogin(deps: LoginDeps): Login {
  return (credentials, connection) => {
    let token: KeptToken | undefined;
    try {
      token = recognise(deps, credentials.token, (known) => (token = known), connection);
      const identity = identify(deps, token, credentials);
      const first = noteUse(deps, token);
      deps.until(token.expiresAt);
      // Hooks of agents log in with it at every step: rows of these would soon be all there is, and each is waited for.
      if (first || token.kind !== 'ses') note(deps, { credentials, connection, token, user: identity.user }, 'done');
      return identity;
    } catch (error) {
      const user = token?.userId ?? null;
      const outcome = error instanceof RpcError ? error.data.code! : 'Internal';
      note(deps, { credentials, connection, token, user }, outcome);
      throw error;
    }
  };
}

/**
 * The good token with this text. Looked for first and counted then: nobody is locked out by what others guess. `known`
 * is told of one that is not good any more.
 */
export function recognise(
  { store, backoff, now, alarm }: Pick<LoginDeps, 'store' | 'backoff' | 'now' | 'alarm'>,
  given: string | undefined,
  known: (token: KeptToken) => void,
  connection: string,
): KeptToken {
  const text = given?.trim() ?? '';
  if (text === '') throw unauthorized('No token was given.', 'MISSING_TOKEN');
  const token = isWellFormed(text) ? store.findByHash(hashOf(text)) : undefined;
  const state = token && stateOf(token, now());
  if (token && state === 'good') return token;
  const prefix = prefixOf(text);
  if (token) known(token);
  if (token && (state === 'replaced' || state === 'revoked')) alarm(token, state, connection);
  backoff.check(prefix);
  backoff.failed(prefix);
  if (token && state) throw refusal(state as Exclude<typeof state, 'good'>, token);
  throw unauthorized('The token is not valid.', 'INVALID_TOKEN');
}

/** What the bridge may do before it has said for whom. */
const NOBODY: readonly Scope[] = ['service'];

/** For whom a token acts, and what it may. Throws Forbidden for a user it does not act for. */
function identify({ store, tree }: LoginDeps, token: KeptToken, { user, as }: Credentials): Identity {
  const { id, kind, userId } = token;
  if (kind === 'tkt')
    throw unauthorized('This is a ticket for a terminal, and no token to log in with.', 'INVALID_TOKEN');
  const acts = userId ?? user ?? '';
  if (user !== undefined && user !== acts) throw otherUser(`This token acts for "${acts}" only.`);
  if (as !== undefined && as !== acts)
    throw otherUser('This token acts for another user. Open a new connection for it.');
  const scopes = expandScopes(kind === 'svc' && acts === '' ? NOBODY : token.scopes);
  const reach = reachOf(token, tree, store.find);
  const own = kind === 'ses' && token.sessionId !== null ? { sessionId: token.sessionId } : {};
  return { user: acts, tokenId: id, kind, scopes, ...own, ...(reach && { reach }) };
}

function otherUser(said: string): RpcError {
  return new RpcError('Forbidden', said, { code: 'OTHER_USER' });
}

/** False when it was used a moment ago, and that is written down. */
function noteUse({ store, now }: LoginDeps, { id, lastUsedAt }: KeptToken): boolean {
  const at = now();
  if (lastUsedAt !== null && Math.abs(at - lastUsedAt) < USED_EACH_MS) return false;
  store.used(id, at);
  return true;
}

interface Attempt {
  readonly credentials: Credentials;
  readonly connection: string;
  readonly token: KeptToken | undefined;
  readonly user: string | null;
}

/** Who cannot be written down gets in all the same: a full disk must not lock its owner out. */
function note({ auditor, log }: LoginDeps, { credentials, connection, token, user }: Attempt, outcome: string): void {
  const method = credentials.as === undefined ? 'initialize' : 'auth/refresh';
  const tokenId = token?.id ?? shownPrefix(credentials.token);
  try {
    auditor.end({ user, tokenId, connection, method, target: null }, outcome);
  } catch (error) {
    log({ level: 'error', message: 'a login could not be written to the audit', connection, reason: String(error) });
  }
}

/** Of a text that is none of ours nothing is shown: it may be the password of something else. */
function shownPrefix(text: string | undefined): string | null {
  const given = text?.trim() ?? '';
  return given.startsWith('rdv_') ? prefixOf(given) : null;
}
