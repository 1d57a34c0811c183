/** Replaces tokens by new ones, in their files too: nobody who reads the file again is ever without a good one. */
import type { Scope } from '#protocol';
import type { Log } from '../rpc/serve.js';
import { makePrivate, readToken, writeToken } from './files.js';
import { hashOf, isWellFormed, mint, mintPlain, newId, prefixOf } from './mint.js';
import type { TokenStore } from './store.js';
import { isCurrent, isOld, type KeptToken } from './token.js';
import type { Connections, Watch } from './watch.js';

export interface ReplaceDeps {
  readonly store: TokenStore;
  readonly connections: Connections;
  readonly watch: Watch;
  readonly now: () => number;
  readonly log: Log;
}

/** A token of the daemon itself, which stands in a file. */
export interface FileToken {
  readonly kind: 'svc' | 'cli';
  readonly userId: string | null;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly path: string;
}

/** A token that is not made yet but for its text. */
export function draft(text: string, id: string, given: Pick<KeptToken, 'kind' | 'userId' | 'name' | 'scopes'>) {
  const none = { parentId: null, folderId: null, sessionId: null, file: null, terms: null, expiresAt: null };
  const ends = { lastUsedAt: null, revokedAt: null, replacedAt: null };
  return { ...none, ...ends, ...given, id, family: id, prefix: prefixOf(text) };
}

/** Makes one that takes the place of `old`, which stays good for so long. Its text is in its file, else in the answer. */
export function replaceToken(deps: ReplaceDeps, old: KeptToken, overlapMs: number): { token: KeptToken; text: string } {
  const { store, connections, watch, now } = deps;
  const at = now();
  const id = newId();
  const text = old.kind === 'svc' ? mintPlain() : mint(old.kind, id);
  const token = { ...old, id, prefix: prefixOf(text), createdAt: at, lastUsedAt: null };
  const until = at + overlapMs;
  const save = () => store.replace(old, token, hashOf(text), until);
  if (old.file === null) save();
  else writeAnd(old.file, text, save);
  for (const peer of connections.peers())
    if (peer.identity?.tokenId === old.id) peer.tell('auth/rotated', { overlapUntil: until, file: old.file });
  watch.until(until);
  return { token, text };
}

/** The file comes first: one that nothing is known of is taken for what it is at the next start, and a lost one is not. */
function writeAnd(path: string, text: string, save: () => void): void {
  const before = readToken(path);
  writeToken(path, text);
  try {
    save();
  } catch (error) {
    if (before) writeToken(path, before);
    throw error;
  }
}

/** The token that its file is meant to hold. */
export function currentOf({ store, now }: Pick<ReplaceDeps, 'store' | 'now'>, { kind, userId }: FileToken) {
  const of = store.ofUser(userId).filter((token) => token.kind === kind && token.file !== null);
  return of.findLast((token) => isCurrent(token, now()));
}

/**
 * Makes the file and the database agree, at the start: what stands in the file holds, as far as it can be a token. One
 * that is missing or out of use is made.
 */
export function settle(deps: ReplaceDeps, wanted: FileToken): void {
  const { store, now, log } = deps;
  const { path, kind } = wanted;
  const text = readToken(path);
  const known = text === '' ? undefined : store.findByHash(hashOf(text));
  if (text !== '') makePrivate(path);
  const isItself = known?.kind === kind && known.userId === wanted.userId && known.file !== null;
  if (known && isItself && isCurrent(known, now())) {
    if (known.file !== path) store.moved(known.id, path);
    return;
  }
  const adopted = text !== '' && !known && isWellFormed(text);
  if (adopted) log({ level: 'warn', message: 'a token that was not known was taken from its file', kind, path });
  else if (text !== '')
    log({ level: 'warn', message: 'a token file held no good token, and has a new one', kind, path });
  put(deps, wanted, adopted ? text : undefined);
}

/** What was current before is good no more, and what was made with it belongs to the new one. */
function put(deps: ReplaceDeps, wanted: FileToken, given: string | undefined): void {
  const { store, now } = deps;
  const { path, kind } = wanted;
  const at = now();
  const id = newId();
  const text = given ?? (kind === 'svc' ? mintPlain() : mint(kind, id));
  const before = currentOf(deps, wanted);
  const token: KeptToken = {
    ...draft(text, id, wanted),
    ...(before && { family: before.family }),
    createdAt: at,
    file: path,
  };
  const save = () => (before ? store.replace(before, token, hashOf(text), at) : store.add(token, hashOf(text)));
  if (given === undefined) writeAnd(path, text, save);
  else save();
}

/** Ends the token in the file at once, with all that was made with it; another one, of no kin, stands there then. */
export function revokeFile(deps: ReplaceDeps, wanted: FileToken): void {
  const current = currentOf(deps, wanted);
  if (current) deps.store.revoke(current, deps.now());
  put(deps, wanted, undefined);
}

/** Replaces it when it is older than it may be. */
export function renew(
  deps: ReplaceDeps,
  wanted: FileToken,
  { days, overlapMs }: { days: number; overlapMs: number },
): void {
  const current = currentOf(deps, wanted);
  if (!current || !isOld(current, days, deps.now())) return;
  replaceToken(deps, current, overlapMs);
  deps.log({ level: 'info', message: 'a token was replaced, for its age', kind: wanted.kind, path: wanted.path });
}
