/** What an error of SQLite means for a person: what failed, and what to do about it. */

export interface Fault {
  /** `SQLITE_FULL` and the like. */
  readonly code: string;
  /** A part of a sentence, after "because". */
  readonly why: string;
  /** A sentence. */
  readonly cure: string;
}

interface Known {
  readonly begins: string;
  readonly why: string;
  readonly cure: (database: string) => string;
}

const known: readonly Known[] = [
  {
    begins: 'SQLITE_FULL',
    why: 'the disk is full',
    cure: (database) => `Free some space where ${database} lies, at least 64 MiB, and try again.`,
  },
  {
    begins: 'SQLITE_IOERR',
    why: 'the disk refused to read or write',
    cure: (database) => `See whether the disk with ${database} has room and is well, and try again.`,
  },
  {
    begins: 'SQLITE_READONLY',
    why: 'the database may not be written',
    cure: (database) => `Make ${database} and its folder writable for you, and try again.`,
  },
  {
    begins: 'SQLITE_BUSY',
    why: 'another program holds the database',
    cure: (database) => `End what else has ${database} open, and try again.`,
  },
  {
    begins: 'SQLITE_CORRUPT',
    why: 'the database is damaged',
    cure: (database) => `Stop the daemon, keep a copy of ${database}, and restore a good one.`,
  },
];

/** Undefined for an error that is not of SQLite. */
export function faultOf(error: unknown, database: string): Fault | undefined {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: string };
  if (error instanceof TypeError && /database connection is not open/.test(message ?? ''))
    return { code: 'CLOSED', why: 'the database is closed', cure: 'Start the daemon again.' };
  if (typeof code !== 'string' || !code.startsWith('SQLITE_')) return undefined;
  const found = known.find(({ begins }) => code.startsWith(begins));
  if (found) return { code, why: found.why, cure: found.cure(database) };
  return { code, why: `the database said: ${message}`, cure: `See whether ${database} is well, and try again.` };
}
