/** Where tokens are kept: a row in SQLite each, with the hash of its text and never the text. */
import { timingSafeEqual } from 'node:crypto';
import type { Scope, TokenKind } from '#protocol';
import type { Db } from '../db/open.js';
import type { KeptToken, Terms } from './token.js';

export interface TokenStore {
  /** Whoever's it is. */
  find(id: string): KeptToken | undefined;
  /** By the hash of its text. */
  findByHash(hash: Buffer): KeptToken | undefined;
  /** Oldest first; of null those of the bridge. */
  ofUser(user: string | null): KeptToken[];
  /** Those of a session, its tickets included. */
  ofSession(sessionId: string): KeptToken[];
  /** Those of sessions that were not revoked; to be asked once, at the start. */
  ofSessions(): KeptToken[];
  /** The one that stands in its place now: itself, unless it was replaced. */
  newest(token: KeptToken): KeptToken;
  add(token: KeptToken, hash: Buffer): void;
  /** `next` takes the place of `old`, and what was made with it; `old` is good until then. In one commit. */
  replace(old: KeptToken, next: KeptToken, hash: Buffer, until: number): void;
  /** Ends it, its family, and every token that was made with one of them, in one commit. Their ids. */
  revoke(token: KeptToken, at: number): ReadonlySet<string>;
  /** Ends this one alone. */
  spend(id: string, at: number): void;
  used(id: string, at: number): void;
  moved(id: string, file: string): void;
  /** Forgets tokens that ended before then, and tickets that ended at all. */
  forget(before: number, now: number): void;
}

interface Row {
  id: string;
  family: string;
  parent_id: string | null;
  kind: string;
  user_id: string | null;
  name: string;
  prefix: string;
  hash: string;
  scopes: string;
  folder_id: string | null;
  session_id: string | null;
  file: string | null;
  terms: string | null;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  revoked_at: number | null;
  replaced_at: number | null;
}

function prepareStatements(db: Db) {
  const select = <P extends unknown[]>(where: string) => db.prepare<P, Row>(`SELECT * FROM token WHERE ${where}`);
  return {
    byId: select<[string]>('id = ?'),
    byHash: select<[string]>('hash = ?'),
    byUser: select<[string | null]>('user_id IS ? ORDER BY created_at, rowid'),
    byFamily: select<[string]>('family = ?'),
    byParent: select<[string]>('parent_id = ?'),
    bySession: select<[string]>('session_id = ?'),
    sessions: select<[]>("kind = 'ses' AND revoked_at IS NULL /* at boot */"),
    insert: db.prepare<[Row]>(
      `INSERT INTO token (id, family, parent_id, kind, user_id, name, prefix, hash, scopes, folder_id, session_id, file,
         terms, created_at, expires_at, last_used_at, revoked_at, replaced_at)
       VALUES (@id, @family, @parent_id, @kind, @user_id, @name, @prefix, @hash, @scopes, @folder_id, @session_id, @file,
         @terms, @created_at, @expires_at, @last_used_at, @revoked_at, @replaced_at)`,
    ),
    // With its end written down, all that has ended is found by one index.
    revoke: db.prepare<[{ id: string; at: number }]>(
      `UPDATE token SET revoked_at = @at, expires_at = MIN(COALESCE(expires_at, @at), @at)
       WHERE id = @id AND revoked_at IS NULL`,
    ),
    replaced: db.prepare<[{ id: string; at: number; until: number }]>(
      `UPDATE token SET replaced_at = @at, expires_at = MIN(COALESCE(expires_at, @until), @until) WHERE id = @id`,
    ),
    inherit: db.prepare<[string, string]>('UPDATE token SET parent_id = ? WHERE parent_id = ?'),
    used: db.prepare<[number, string]>('UPDATE token SET last_used_at = ? WHERE id = ?'),
    moved: db.prepare<[string, string]>('UPDATE token SET file = ? WHERE id = ?'),
    forget: db.prepare<[number, number]>(`DELETE FROM token WHERE expires_at < ? OR (expires_at < ? AND kind = 'tkt')`),
  };
}

export function createTokenStore(db: Db): TokenStore {
  const run = prepareStatements(db);
  const family = (token: KeptToken) => run.byFamily.all(token.family).map(fromRow);

  /** With all that was made with it, however far around. */
  const descent = (token: KeptToken, found = new Set<string>()): Set<string> => {
    for (const { id } of family(token)) {
      if (found.has(id)) continue;
      found.add(id);
      for (const child of run.byParent.all(id)) descent(fromRow(child), found);
    }
    return found;
  };

  return {
    find(id) {
      const row = run.byId.get(id);
      return row && fromRow(row);
    },
    findByHash(hash) {
      const row = run.byHash.get(hash.toString('hex'));
      return row && timingSafeEqual(Buffer.from(row.hash, 'hex'), hash) ? fromRow(row) : undefined;
    },
    ofUser: (user) => run.byUser.all(user).map(fromRow),
    ofSessions: () => run.sessions.all().map(fromRow),
    ofSession: (sessionId) => run.bySession.all(sessionId).map(fromRow),
    newest: (token) => family(token).find(({ replacedAt }) => replacedAt === null) ?? token,
    add: (token, hash) => void run.insert.run(toRow(token, hash)),
    replace: db.transaction((old: KeptToken, next: KeptToken, hash: Buffer, until: number) => {
      run.insert.run(toRow(next, hash));
      run.inherit.run(next.id, old.id);
      run.replaced.run({ id: old.id, at: next.createdAt, until });
    }),
    revoke: db.transaction((token: KeptToken, at: number) => {
      const ids = descent(token);
      for (const id of ids) run.revoke.run({ id, at });
      return ids;
    }),
    spend: (id, at) => void run.revoke.run({ id, at }),
    used: (id, at) => void run.used.run(at, id),
    moved: (id, file) => void run.moved.run(file, id),
    forget: (before, now) => void run.forget.run(before, now),
  };
}

function fromRow(row: Row): KeptToken {
  return {
    id: row.id,
    family: row.family,
    parentId: row.parent_id,
    kind: row.kind as TokenKind,
    userId: row.user_id,
    name: row.name,
    prefix: row.prefix,
    scopes: JSON.parse(row.scopes) as Scope[],
    folderId: row.folder_id,
    sessionId: row.session_id,
    file: row.file,
    terms: row.terms === null ? null : (JSON.parse(row.terms) as Terms),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
    replacedAt: row.replaced_at,
  };
}

function toRow(token: KeptToken, hash: Buffer): Row {
  return {
    id: token.id,
    family: token.family,
    parent_id: token.parentId,
    kind: token.kind,
    user_id: token.userId,
    name: token.name,
    prefix: token.prefix,
    hash: hash.toString('hex'),
    scopes: JSON.stringify(token.scopes),
    folder_id: token.folderId,
    session_id: token.sessionId,
    file: token.file,
    terms: token.terms === null ? null : JSON.stringify(token.terms),
    created_at: token.createdAt,
    expires_at: token.expiresAt,
    last_used_at: token.lastUsedAt,
    revoked_at: token.revokedAt,
    replaced_at: token.replacedAt,
  };
}
