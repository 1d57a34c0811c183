/** Opens the database: one SQLite file, write-ahead log, brought to the newest schema. */
import { chmodSync, existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { RpcError } from '#protocol/errors';
import { backUp } from './backup.js';
import { failureOf } from './failures.js';
import { migrations } from './migrations.js';

export type Db = Database.Database;

/**
 * Opens and migrates. `:memory:` for tests. Commits are durable against power loss (`synchronous=FULL`, about 140 us
 * each): an intent that was answered must survive. A database of an older schema is copied first. Throws Unavailable for a newer
 * schema, and for a file that is damaged, held by another program, or not to be written.
 */
export function openDatabase(path: string, steps: readonly string[] = migrations): Db {
  let db: Db | undefined;
  try {
    db = new Database(path);
    if (path !== ':memory:') chmodSync(path, 0o600);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    db.pragma('busy_timeout = 2000');
    // Held by another program, or not to be written: that is told now, not by the first call.
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
    migrate(db, path, steps);
    return db;
  } catch (error) {
    db?.close();
    throw unusable(path, error);
  }
}

function unusable(path: string, error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const failure = failureOf(error, path);
  const isWrongFile = !failure || ['DATABASE_DAMAGED', 'TOO_MANY_FILES'].includes(failure.code);
  const [why, cure] = isWrongFile ? [error.message, 'Move it away or restore a copy.'] : [failure.why, failure.cure];
  return new RpcError('Unavailable', `The database ${path} cannot be used: ${why}. ${cure}`, {
    code: isWrongFile ? 'DATABASE_DAMAGED' : failure.code,
  });
}

/** Throws what opening it would, and touches nothing: another daemon may have it open. */
export function checkDatabase(path: string): void {
  if (!existsSync(path)) return;
  let db: Db | undefined;
  try {
    db = new Database(path, { readonly: true });
    checkVersion(db, path, migrations.length);
  } catch (error) {
    throw unusable(path, error);
  } finally {
    db?.close();
  }
}

/** Returns the step the schema is at. Throws Unavailable for one that this rdv does not know. */
function checkVersion(db: Db, path: string, known: number): number {
  const have = db.pragma('user_version', { simple: true }) as number;
  if (have <= known) return have;
  const said = `The database ${path} was written by a newer rdv (schema ${have}, this one knows ${known}). Update rdv.`;
  throw new RpcError('Unavailable', said, { code: 'SCHEMA_TOO_NEW' });
}

/** All steps in one commit: when one fails the file is as it was, and an older rdv can still use it. */
function migrate(db: Db, path: string, steps: readonly string[]): void {
  const have = checkVersion(db, path, steps.length);
  if (have === steps.length) return;
  if (have > 0) backUp(db, path, steps.length);
  db.transaction(() => {
    for (const sql of steps.slice(have)) db.exec(sql);
    db.pragma(`user_version = ${steps.length}`);
  })();
}
