/** The token methods: make, list, revoke, replace. */
import { KEYS_PER_USER, RpcError, type tokenMethods } from '#protocol';
import { need } from '../rpc/access.js';
import type { Handlers } from '../rpc/handlers.js';
import { hashOf, mint, newId } from './mint.js';
import { currentOf, draft, type FileToken, type ReplaceDeps, replaceToken, revokeFile } from './replace.js';
import { parentOf, type TicketDeps, ticketHandlers } from './tickets.js';
import { checkName, expiryOf, granted, isCurrent, isKey, type KeptToken, shown } from './token.js';

export interface TokenDeps extends ReplaceDeps, TicketDeps {
  readonly store: ReplaceDeps['store'];
  /** The daemon's own. */
  readonly files: () => readonly FileToken[];
  readonly overlapMs: () => number;
  readonly folders: {
    /** Throws NotFound for one of another user. */
    get(user: string, id: string): unknown;
  };
}

export function tokenHandlers(deps: TokenDeps): Handlers<typeof tokenMethods> {
  const { store, now, watch } = deps;
  return {
    'token/create'({ name, kind, scopes, folderId, ...ends }, { user, identity }) {
      checkName(name);
      if (identity.kind === 'ses') throw madeBySession();
      const parent = parentOf(deps, identity);
      if (folderId !== undefined) deps.folders.get(user, folderId);
      const allowed = granted(scopes, identity.scopes);
      const expiresAt = expiryOf(ends, now(), parent.expiresAt);
      refuseTooMany(deps, user);
      const id = newId();
      const text = mint(kind, id);
      const given = { folderId: folderId ?? null, parentId: parent.id, expiresAt, createdAt: now() };
      const token: KeptToken = { ...draft(text, id, { kind, userId: user, name, scopes: allowed }), ...given };
      store.add(token, hashOf(text));
      return { ...shown(token), key: text };
    },

    'token/list'({ all }, { user, identity }) {
      const own = store.ofUser(user);
      const services = identity.scopes.has('admin') ? store.ofUser(null) : [];
      const wanted = [...own, ...services].filter(
        (token) => all || (isCurrent(token, now()) && token.sessionId === null),
      );
      return { keys: wanted.map(shown) };
    },

    'token/revoke'({ id }, { user, identity }) {
      const { token, file } = find(deps, user, id);
      if (file) need('token/revoke of a token in its file', 'admin', identity);
      // What was made with it went over to the one in its place.
      if (token.replacedAt !== null) store.spend(token.id, now());
      else if (file) revokeFile(deps, file);
      else store.revoke(token, now());
      watch.soon();
      return { success: true };
    },

    'token/rotate'({ id }, { user, identity }) {
      const { token, file } = find(deps, user, id);
      if (file) need('token/rotate of a token in its file', 'admin', identity);
      if (!file && !isKey(token)) throw notRotated(token, 'ends with its session and is not replaced');
      if (!isCurrent(token, now())) throw notRotated(token, 'is not in use any more');
      // Whoever holds a token that does less must not get one that does more.
      if (!file) granted(token.scopes, identity.scopes);
      const made = replaceToken(deps, token, deps.overlapMs());
      const overlapUntil = store.find(token.id)!.expiresAt!;
      return { ...shown(made.token), key: file ? null : made.text, overlapUntil };
    },

    ...ticketHandlers(deps),
  };
}

/** One of the user's, or one of the daemon's own by its name. Throws NotFound, for those of others too. */
function find(deps: TokenDeps, user: string, id: string): { token: KeptToken; file: FileToken | undefined } {
  const named = deps.files().find(({ kind, userId }) => kind === id && (userId === null || userId === user));
  const token = named ? currentOf(deps, named) : deps.store.find(id);
  if (!token || token.kind === 'tkt' || (token.userId !== null && token.userId !== user)) {
    const said = `No token ${id}. List them with token/list.`;
    throw new RpcError('NotFound', said, { code: 'TOKEN_NOT_FOUND' });
  }
  const file = deps.files().find(({ kind }) => kind === token.kind && token.file !== null);
  return { token, file };
}

function refuseTooMany({ store, now }: TokenDeps, user: string): void {
  const keys = store.ofUser(user).filter((token) => isKey(token) && isCurrent(token, now()));
  if (keys.length < KEYS_PER_USER) return;
  const said = `You have ${keys.length} tokens, and that is as many as there may be. Revoke one with token/revoke.`;
  throw new RpcError('InvalidParams', said, { code: 'KEY_LIMIT_REACHED' });
}

/** What it is good for ends with the session, and so would all that it makes. */
function madeBySession(): RpcError {
  const said = 'The token of a session makes no others. Use a token of its user.';
  return new RpcError('Forbidden', said, { code: 'SESSION_TOKEN' });
}

function notRotated({ id }: KeptToken, what: string): RpcError {
  return new RpcError('Conflict', `Token ${id} ${what}. Make another with token/create.`, { code: 'NOT_ROTATED' });
}
