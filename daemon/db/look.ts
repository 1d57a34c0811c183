/** Looks at a lock and a database without changing either. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Db } from './open.js';

/** Throws what SQLite throws for a file that is no lock of ours. */
export function isLocked(path: string): boolean {
  if (!existsSync(path)) return false;
  const db = new Database(path, { readonly: true, timeout: 0 });
  try {
    // Reading takes a shared lock, for a moment only.
    db.pragma('schema_version');
    return false;
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return true;
    throw error;
  } finally {
    db.close();
  }
}

/**
 * `live` is whether a daemon has it open: then it is read where it is. Else a copy is read, since whoever opens a
 * database with a write-ahead log makes files beside it and may move what is in that log.
 */
export function readDatabase<T>(path: string, live: boolean, read: (db: Db) => T): T {
  if (live) return reading(path, { readonly: true, timeout: 1000 }, read);
  const folder = mkdtempSync(join(tmpdir(), 'rdv-look-'));
  try {
    const copy = join(folder, 'copy.db');
    for (const end of ['', '-wal']) if (existsSync(path + end)) copyFileSync(path + end, copy + end);
    // Read-only here too: else all of the log is written into the copy as it is closed.
    return reading(copy, { readonly: true }, read);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function reading<T>(path: string, options: Database.Options, read: (db: Db) => T): T {
  const db = new Database(path, { ...options, fileMustExist: true });
  try {
    return read(db);
  } finally {
    db.close();
  }
}

/** What stands in the rows, as far as somebody who looks for trouble wants to know. */
export interface Rows {
  readonly sessions: readonly { id: string; name: string; status: string; backend: string; createdAt: number }[];
  readonly trash: readonly { id: string; name: string; state: string; worktree: string | null }[];
  /** Those with a project: their own directory, else the repository they have set. */
  readonly projects: readonly { name: string; path: string }[];
}

/** The schema must be ours. */
export function readRows(db: Db): Rows {
  return {
    sessions: db
      .prepare<[], Rows['sessions'][number]>('SELECT id, name, status, backend, created_at AS createdAt FROM session')
      .all(),
    trash: db.prepare<[], Rows['trash'][number]>('SELECT id, name, state, worktree FROM trash_item').all(),
    projects: db
      .prepare<[], Rows['projects'][number]>(
        `SELECT name, coalesce(path, settings ->> 'localRepoPath') AS path
         FROM folder LEFT JOIN folder_preference ON folder_id = id
         WHERE coalesce(path, settings ->> 'localRepoPath') IS NOT NULL ORDER BY created_at, id`,
      )
      .all(),
  };
}

/** Moves what is in the write-ahead log into the database; safe beside others, who then wait a moment. */
export function emptyLog(path: string): void {
  reading(path, { timeout: 2000 }, (db) => void db.pragma('wal_checkpoint(TRUNCATE)'));
}
