/** What it means when a disk or SQLite fails, in words for a caller: cause and cure. */
import Database from 'better-sqlite3';
import { RpcError } from '#protocol/errors';

/** The finer codes of what is Unavailable here. */
export type FailureCode =
  | 'DISK_FULL'
  | 'DISK_FAILED'
  | 'DISK_READ_ONLY'
  | 'DATABASE_DAMAGED'
  | 'DATABASE_BUSY'
  | 'TOO_MANY_FILES';

/** Undefined for an error that has nothing to do with the disk: that is a bug, or somebody else's to explain. */
export function explainFailure(error: unknown, folder: string): RpcError | undefined {
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return undefined;
  const meant = error instanceof Database.SqliteError ? meaningOf(code) : system[code];
  if (!meant) return undefined;
  const { said, cure } = failures[meant];
  const retry = meant === 'DATABASE_BUSY' ? { retryAfterMs: 1000 } : {};
  return new RpcError('Unavailable', `${said} (${code}). ${cure.replace('%', folder)}`, { code: meant, ...retry });
}

/** A shared-memory file that cannot grow is how a full disk shows first. */
const sqlite: readonly [prefix: string, FailureCode][] = [
  ['SQLITE_FULL', 'DISK_FULL'],
  ['SQLITE_IOERR_SHM', 'DISK_FULL'],
  ['SQLITE_IOERR', 'DISK_FAILED'],
  ['SQLITE_READONLY', 'DISK_READ_ONLY'],
  ['SQLITE_CORRUPT', 'DATABASE_DAMAGED'],
  ['SQLITE_NOTADB', 'DATABASE_DAMAGED'],
  ['SQLITE_BUSY', 'DATABASE_BUSY'],
  ['SQLITE_LOCKED', 'DATABASE_BUSY'],
  ['SQLITE_CANTOPEN', 'TOO_MANY_FILES'],
];

const meaningOf = (code: string) => sqlite.find(([prefix]) => code.startsWith(prefix))?.[1];

const system: Readonly<Record<string, FailureCode>> = {
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
  EIO: 'DISK_FAILED',
  EROFS: 'DISK_READ_ONLY',
  EMFILE: 'TOO_MANY_FILES',
  ENFILE: 'TOO_MANY_FILES',
};

const failures: Readonly<Record<FailureCode, { readonly said: string; readonly cure: string }>> = {
  DISK_FULL: {
    said: 'The disk is full, nothing was changed',
    cure: 'Make room where % lies and try again; what runs goes on.',
  },
  DISK_FAILED: { said: 'The disk failed', cure: 'Check the disk % lies on; the daemon log may tell more.' },
  DISK_READ_ONLY: { said: 'Nothing can be written there', cure: 'Make % writable for this user and try again.' },
  DATABASE_DAMAGED: {
    said: 'The database is damaged',
    cure: 'Stop the daemon and restore a copy: rdv.db.before-v* in % are some.',
  },
  DATABASE_BUSY: { said: 'Another program holds the database', cure: 'Close what has rdv.db in % open and try again.' },
  TOO_MANY_FILES: {
    said: 'Too many files are open',
    cure: 'Close sessions or connections, or restart the daemon with a higher `ulimit -n`.',
  },
};
