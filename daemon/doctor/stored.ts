/** What the database file says of itself, looked at without changing it. */
import { statSync } from 'node:fs';
import type { Rows } from '../db/look.js';
import { migrations } from '../db/migrations.js';

export interface DatabaseFacts {
  readonly there: boolean;
  /** Of the file and of its write-ahead log. */
  readonly bytes: number;
  readonly logBytes: number;
  readonly schema?: number;
  /** What its own checks found; empty when all is well, absent when they could not be run. */
  readonly damage?: readonly string[];
  /** Only of a sound database with our schema. */
  readonly rows?: Rows;
  /** Why there is less than that. */
  readonly problem?: string;
}

/** One that nobody has open is copied to be looked at; more than this is not. */
const COPIED_BYTES = 1024 ** 3;

export async function lookAtDatabase(path: string, live: boolean): Promise<DatabaseFacts> {
  const bytes = sizeOf(path);
  const sizes = { bytes: bytes ?? 0, logBytes: sizeOf(`${path}-wal`) ?? 0 };
  if (bytes === undefined) return { there: false, ...sizes };
  if (!live && sizes.bytes + sizes.logBytes > COPIED_BYTES) {
    const problem = 'It is too large to be looked at while no daemon runs. Run: rdv daemon start && rdv doctor';
    return { there: true, ...sizes, problem };
  }
  try {
    const { readDatabase, readRows } = await import('../db/look.js');
    return readDatabase(path, live, (db) => {
      const schema = db.pragma('user_version', { simple: true }) as number;
      const facts = { there: true, ...sizes, schema, damage: damageIn(db) };
      if (facts.damage.length > 0) return { ...facts, problem: 'The database is damaged.' };
      if (schema !== migrations.length) return { ...facts, problem: 'The database has another schema.' };
      return { ...facts, rows: readRows(db) };
    });
  } catch (error) {
    return { there: true, ...sizes, problem: (error as Error).message };
  }
}

interface Pragmas {
  pragma(source: string): unknown;
}

function damageIn(db: Pragmas): string[] {
  const sound = db.pragma('quick_check(10)') as { quick_check: string }[];
  const keys = db.pragma('foreign_key_check') as { table: string; parent: string }[];
  return [
    ...sound.map(({ quick_check }) => quick_check).filter((said) => said !== 'ok'),
    ...keys.slice(0, 10).map(({ table, parent }) => `a row of ${table} names a ${parent} that is not there`),
  ];
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
