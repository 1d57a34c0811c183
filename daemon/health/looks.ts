/** What can be seen at the moment of asking. Each says what it saw, or throws why that is not well, and what helps. */
import { constants } from 'node:fs';
import { access, readdir, readFile, statfs } from 'node:fs/promises';
import type { Backend } from '../backend/index.js';
import { failureOf } from '../db/failures.js';
import type { Db } from '../db/open.js';
import type { Board } from './board.js';
import type { LoopDelay } from './loop.js';

/** Expected; its message is for people. */
export class Unwell extends Error {}

const MIB = 1024 * 1024;

/** Notes a write that failed; true if it was the database that failed. */
export function noteFault(board: Board, error: unknown, database: string): boolean {
  const reason = reasonIn(error, database);
  if (reason) board.note('database', { reason });
  return reason !== undefined;
}

/** For the writes of the audit, each a commit: one that succeeds is the best proof that the database works. */
export function noteWrites(board: Board, database: string) {
  return (failure: { readonly reason: string; readonly error: unknown } | undefined): void => {
    if (failure) {
      board.note('audit', failure);
      noteFault(board, failure.error, database);
    } else {
      board.clear('audit');
      board.clear('database');
    }
  };
}

function reasonIn(error: unknown, database: string): string | undefined {
  const failure = failureOf(error, database);
  return failure && `The database does not work, because ${failure.why}. ${failure.cure}`;
}

/**
 * Reads, and takes the lock that every write needs. Only when a write has failed a real one is tried, which changes
 * nothing: each costs a wait for the disk.
 */
export function lookAtDatabase(db: Db, board: Board): string {
  try {
    const version = db.pragma('user_version', { simple: true });
    takeWriteLock(db);
    if (board.find('database') ?? board.find('audit')) {
      db.pragma(`user_version = ${version}`);
      board.clear('database');
    }
    return 'reads and writes';
  } catch (error) {
    const reason = reasonIn(error, db.name);
    throw reason === undefined ? error : new Unwell(reason);
  }
}

/** Does not wait for it: everybody else would wait too. */
function takeWriteLock(db: Db): void {
  const patience = db.pragma('busy_timeout', { simple: true });
  db.pragma('busy_timeout = 0');
  try {
    db.exec('BEGIN IMMEDIATE');
    db.exec('ROLLBACK');
  } finally {
    if (db.open) db.pragma(`busy_timeout = ${patience}`);
  }
}

export async function lookAtDisk(home: string, leastFreeBytes: number): Promise<string> {
  const { bavail, bsize, files, ffree } = await statfs(home);
  const free = bavail * bsize;
  const said = `${Math.floor(free / MIB)} MiB are free where ${home} lies`;
  if (free < leastFreeBytes)
    throw new Unwell(
      `Only ${said}. Free some space: with none left nothing can be saved. \`rdv trash empty\` may help.`,
    );
  if (files > 0 && ffree === 0) throw new Unwell(`No more files can be made where ${home} lies. Delete some there.`);
  return said;
}

export async function lookAtTerminals(backend: Pick<Backend, 'degraded' | 'ping' | 'version'>): Promise<string> {
  if (backend.degraded) throw new Unwell(backend.degraded);
  await backend.ping();
  return `${backend.version} answers`;
}

export async function lookAtLog(path: string): Promise<string> {
  try {
    await access(path, constants.W_OK);
    return 'can be written';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new Unwell(
        `The log ${path} is gone, and what is logged is lost. Restart the daemon, which makes a new one.`,
      );
    throw new Unwell(`The log ${path} cannot be written (${code}). Make it and its folder writable for you.`);
  }
}

/** A share of all that may be open, from which on there is soon no more room. */
const FULL = 0.9;

export async function lookAtDescriptors(limit = limitOfDescriptors()): Promise<string> {
  const most = await limit;
  const open = (await readdir(process.platform === 'linux' ? '/proc/self/fd' : '/dev/fd')).length;
  const said = `${open} of ${most ?? 'an unknown number of'} file descriptors are open`;
  if (most !== undefined && open >= most * FULL)
    throw new Unwell(
      `${said}, and without one nobody can connect. Close connections or sessions, or raise \`ulimit -n\`.`,
    );
  return said;
}

/** Node raises the soft limit to the hard one at its start. Undefined where it cannot be read. */
async function limitOfDescriptors(): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  const [, most] = /^Max open files +(\d+)/m.exec(await readFile('/proc/self/limits', 'utf8')) ?? [];
  return most === undefined ? undefined : Number(most);
}

/** A machine that is busy with other things holds everybody up for less. */
const LONG_MS = 1000;

export function lookAtLoop({ maxMs, p99Ms }: LoopDelay): string {
  if (maxMs >= LONG_MS)
    throw new Unwell(
      `Callers had to wait up to ${Math.round(maxMs)} ms in the last seconds. See what keeps the machine or the daemon busy.`,
    );
  return `delays stay below ${Math.max(1, Math.ceil(p99Ms))} ms`;
}
