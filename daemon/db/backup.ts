/** A copy of the database, made before its schema changes: whoever goes back to an older rdv can go back to it too. */
import { chmodSync, closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { RpcError } from '#protocol/errors';

/** Copies kept; the oldest go first. */
const KEPT = 2;

/**
 * Writes `<database>.before-v<version>`, whole or not at all, private to the user, and removes all but the last two.
 * Throws Unavailable when there is no room for it.
 */
export function backUp(db: Database.Database, path: string, version: number): void {
  checkRoom(db, path);
  const copy = `${path}.before-v${version}`;
  const temporary = `${copy}.new`;
  // What a start left that was killed here.
  rmSync(temporary, { force: true });
  db.prepare('VACUUM INTO ?').run(temporary);
  chmodSync(temporary, 0o600);
  flush(temporary);
  renameSync(temporary, copy);
  for (const old of copiesOf(path).slice(KEPT)) rmSync(old);
}

/** The newest first. */
export function copiesOf(path: string): string[] {
  const found = readdirSync(dirname(path)).flatMap((name) => {
    const version = name.startsWith(`${basename(path)}.`) && /\.before-v(\d+)$/.exec(name)?.[1];
    return version ? [{ name, version: Number(version) }] : [];
  });
  return found.sort((a, b) => b.version - a.version).map(({ name }) => join(dirname(path), name));
}

/** The migration itself needs as much once more. */
function checkRoom(db: Database.Database, path: string): void {
  const pages = db.pragma('page_count', { simple: true }) as number;
  const needed = 2 * pages * (db.pragma('page_size', { simple: true }) as number);
  const { bavail, bsize } = statfsSync(dirname(path));
  if (bavail * bsize >= needed) return;
  const said = `The database ${path} is to be brought to a newer schema, and there is no room for a copy of it first`;
  throw new RpcError('Unavailable', `${said} (${needed} bytes). Make room and start again; nothing was changed.`, {
    code: 'DISK_FULL',
  });
}

function flush(path: string): void {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
}
