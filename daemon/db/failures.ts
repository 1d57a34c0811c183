/** What it means when a disk or SQLite fails, in words for a person: cause and cure. */
import { RpcError } from '#protocol/errors';

/** The finer codes of what is Unavailable here. */
export type FailureCode =
  | 'DISK_FULL'
  | 'DISK_FAILED'
  | 'DISK_READ_ONLY'
  | 'DATABASE_DAMAGED'
  | 'DATABASE_BUSY'
  | 'DATABASE_CLOSED'
  | 'TOO_MANY_FILES';

export interface Failure {
  readonly code: FailureCode;
  /** `SQLITE_FULL`, `ENOSPC` and the like. */
  readonly cause: string;
  /** A part of a sentence, after "because". */
  readonly why: string;
  /** A sentence. */
  readonly cure: string;
}

/** Undefined for an error that has nothing to do with the disk: that is a bug, or somebody else's to explain. */
export function explainFailure(error: unknown, database: string): RpcError | undefined {
  const failure = failureOf(error, database);
  if (!failure) return undefined;
  const { code, cause, why, cure } = failure;
  const said = `${why[0]!.toUpperCase()}${why.slice(1)} (${cause}). ${cure}`;
  return new RpcError('Unavailable', said, { code, ...(code === 'DATABASE_BUSY' && { retryAfterMs: 1000 }) });
}

/** As `explainFailure`, in pieces. */
export function failureOf(error: unknown, database: string): Failure | undefined {
  const { code: cause = isClosed(error) ? 'CLOSED' : undefined } = (error ?? {}) as { code?: unknown };
  if (typeof cause !== 'string') return undefined;
  const code = sqlite.find(([prefix]) => cause.startsWith(prefix))?.[1] ?? system[cause];
  if (!code) return undefined;
  const { why, cure } = failures[code];
  return { code, cause, why, cure: cure.replace('%', database) };
}

/** The library has no code for it. */
function isClosed(error: unknown): boolean {
  return error instanceof TypeError && /database connection is not open/.test(error.message);
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

const system: Readonly<Record<string, FailureCode>> = {
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
  EIO: 'DISK_FAILED',
  EROFS: 'DISK_READ_ONLY',
  EMFILE: 'TOO_MANY_FILES',
  ENFILE: 'TOO_MANY_FILES',
  CLOSED: 'DATABASE_CLOSED',
};

const failures: Readonly<Record<FailureCode, { readonly why: string; readonly cure: string }>> = {
  DISK_FULL: {
    why: 'the disk is full',
    cure: 'Make room where % lies, at least 64 MiB, and try again; what runs goes on.',
  },
  DISK_FAILED: {
    why: 'the disk refused to read or write',
    cure: 'See whether the disk with % is well; the daemon log may tell more.',
  },
  DISK_READ_ONLY: {
    why: 'nothing can be written there',
    cure: 'Make % and its folder writable for you, and try again.',
  },
  DATABASE_DAMAGED: {
    why: 'the database is damaged',
    cure: 'Stop the daemon and restore a copy of %: those named .before-v... beside it are some.',
  },
  DATABASE_BUSY: { why: 'another program holds the database', cure: 'End what else has % open, and try again.' },
  DATABASE_CLOSED: { why: 'the database is closed', cure: 'Start the daemon again.' },
  TOO_MANY_FILES: {
    why: 'too many files are open',
    cure: 'Close sessions or connections, or restart the daemon with a higher `ulimit -n`.',
  },
};
