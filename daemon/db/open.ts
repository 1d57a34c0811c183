/** Opens the database: one SQLite file, write-ahead log, brought to the newest schema. */
import { chmodSync, existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { RpcError } from '#protocol/errors';
import { migrations } from './migrations.js';

export type Db = Database.Database;

/**
 * Opens and migrates. `:memory:` for tests. Commits are durable against power loss (`synchronous=FULL`, about 140 us
 * each): an intent that was answered must survive. Throws Unavailable for a newer schema or a damaged file.
 */
export function openDatabase(path: string): Db {
  let db: Db | undefined;
  try {
    db = new Database(path);
    if (path !== ':memory:') chmodSync(path, 0o600);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    db.pragma('busy_timeout = 2000');
    migrate(db, path);
    return db;
  } catch (error) {
    db?.close();
    throw unusable(path, error);
  }
}

function unusable(path: string, error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const said = `The database ${path} cannot be used: ${error.message}. Move it away or restore a copy.`;
  return new RpcError('Unavailable', said);
}

/** Throws what opening it would, and touches nothing: another daemon may have it open. */
export function checkDatabase(path: string): void {
  if (!existsSync(path)) return;
  let db: Db | undefined;
  try {
    db = new Database(path, { readonly: true });
    checkVersion(db, path);
  } catch (error) {
    throw unusable(path, error);
  } finally {
    db?.close();
  }
}

/** Returns the step the schema is at. Throws Unavailable for one that this rdv does not know. */
function checkVersion(db: Db, path: string): number {
  const have = db.pragma('user_version', { simple: true }) as number;
  if (have <= migrations.length) return have;
  const said = `The database ${path} was written by a newer rdv (schema ${have}, this one knows ${migrations.length}). Update rdv.`;
  throw new RpcError('Unavailable', said, { code: 'SCHEMA_TOO_NEW' });
}

function migrate(db: Db, path: string): void {
  const have = checkVersion(db, path);
  for (const [at, sql] of migrations.entries()) {
    if (at < have) continue;
    db.transaction(() => {
      db.exec(sql);
      db.pragma(`user_version = ${at + 1}`);
    })();
  }
}
