/** The lock that makes one daemon: an exclusive transaction held for the life of the process. */
import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { RpcError } from '#protocol/errors';

export interface Lock {
  /** True while the file on disk is still the one locked; otherwise another daemon may start. */
  isHeld(): boolean;
  release(): void;
}

/** How often and how long to try: two starters that collide must not both give up. */
const ATTEMPTS = 10;

/**
 * Takes the lock on a file used for nothing else, or returns undefined when another process holds it. The kernel
 * releases it however the process ends, so no stale lock and no pid is ever guessed at. Throws Unavailable for a file that is
 * not ours.
 */
export async function takeLock(path: string, attempts = ATTEMPTS): Promise<Lock | undefined> {
  const db = open(path);
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (begin(db)) return held(db, path);
    if (attempt < attempts) await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 25));
  }
  db.close();
  return undefined;
}

function open(path: string): Database.Database {
  try {
    return new Database(path, { timeout: 0 });
  } catch (error) {
    if (!(error instanceof Database.SqliteError) || error.code !== 'SQLITE_CANTOPEN') throw error;
    throw new RpcError('Unavailable', `The lock file ${path} cannot be opened. See whose it is: ls -l ${path}`);
  }
}

function begin(db: Database.Database): boolean {
  try {
    db.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return false;
    throw error;
  }
}

function held(db: Database.Database, path: string): Lock {
  const { ino } = statSync(path);
  return {
    isHeld: () => statSync(path, { throwIfNoEntry: false })?.ino === ino,
    release: () => void db.close(),
  };
}
