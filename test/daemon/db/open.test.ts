/** Opening the database: new, kept, newer, damaged. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { migrations } from '../../../daemon/db/migrations.js';
import { openDatabase } from '../../../daemon/db/open.js';
import { refused } from '../../support/refused.js';

function file(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'rdv-db-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'rdv.db');
}

test('an empty file becomes the newest schema, private, durable, and is opened again unchanged', (t) => {
  const path = file(t);
  const first = openDatabase(path);
  const pragma = (name: string) => first.pragma(name, { simple: true });
  assert.deepEqual(
    [pragma('user_version'), pragma('journal_mode'), pragma('synchronous')],
    [migrations.length, 'wal', 2],
  );
  const tables = first.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").pluck();
  const named =
    'agent_transition audit audit_start event folder folder_preference injection insight knowledge knowledge_item ' +
    'message message_cursor notice orchestrator orchestrator_log project recovery_ref session sqlite_sequence stall ' +
    'token trash_item user_preference';
  assert.deepEqual(tables.all(), named.split(' '));
  assert.equal(statSync(path).mode & 0o777, 0o600);
  first.exec("INSERT INTO event (at, user_id, name, params) VALUES (1, 'ann', 'x', '{}')");
  first.close();
  const second = openDatabase(path);
  t.after(() => second.close());
  assert.equal(second.prepare('SELECT COUNT(*) FROM event').pluck().get(), 1);
});

test('a newer schema is refused with the cure, and the file is left as it was', (t) => {
  const path = file(t);
  const db = openDatabase(path);
  db.pragma('user_version = 99');
  db.close();
  const words = new RegExp(
    `^The database ${path} was written by a newer rdv \\(schema 99, this one knows ${migrations.length}\\)\\. Update rdv\\.$`,
  );
  assert.throws(() => openDatabase(path), refused('Unavailable', words, 'SCHEMA_TOO_NEW'));
  assert.throws(() => openDatabase(path), refused('Unavailable', words, 'SCHEMA_TOO_NEW'));
});

const steps = [
  'CREATE TABLE a (n INTEGER) STRICT',
  'CREATE TABLE b (n INTEGER) STRICT',
  'ALTER TABLE a ADD COLUMN m INTEGER',
];

/** A database with one row, as a release with so many steps left it. */
function olderFile(t: TestContext, version: number): string {
  const path = file(t);
  const db = openDatabase(path, steps.slice(0, version));
  db.exec('INSERT INTO a (n) VALUES (7)');
  db.close();
  return path;
}

/** What lies beside it. */
const beside = (path: string) => readdirSync(dirname(path)).sort();

function read(path: string) {
  const db = new Database(path, { readonly: true });
  const found = [db.pragma('user_version', { simple: true }), db.prepare('SELECT * FROM a').all()];
  db.close();
  return found;
}

test('before the schema changes the database is copied, privately, and the last two copies stay', (t) => {
  const path = olderFile(t, 1);
  assert.deepEqual(beside(path), ['rdv.db'], 'a new one needs no copy');
  for (const version of [2, 3]) openDatabase(path, steps.slice(0, version)).close();
  assert.deepEqual(beside(path), ['rdv.db', 'rdv.db.before-v2', 'rdv.db.before-v3']);
  assert.deepEqual(read(`${path}.before-v2`), [1, [{ n: 7 }]]);
  assert.deepEqual(read(path), [3, [{ n: 7, m: null }]]);
  assert.equal(statSync(`${path}.before-v3`).mode & 0o777, 0o600);
  // One that was killed while it copied.
  writeFileSync(`${path}.before-v10.new`, 'half');
  openDatabase(path, [
    ...steps,
    ...Array.from({ length: 7 }, (_, at) => `CREATE TABLE t${at} (n INTEGER) STRICT`),
  ]).close();
  assert.deepEqual(beside(path), ['rdv.db', 'rdv.db.before-v10', 'rdv.db.before-v3']);
  openDatabase(path, [...steps, ...Array.from({ length: 7 }, () => '')]).close();
  assert.deepEqual(beside(path).length, 3, 'nothing is copied where nothing changes');
});

test('a migration that fails in any step leaves the file to the rdv that wrote it', (t) => {
  const path = olderFile(t, 1);
  assert.throws(
    () => openDatabase(path, [...steps, 'CREATE TABLE a (again INTEGER)']),
    refused('Unavailable', /already exists/),
  );
  assert.deepEqual(read(path), [1, [{ n: 7 }]]);
  openDatabase(path, steps.slice(0, 1)).close();
  assert.equal(basename(beside(path)[1]!), 'rdv.db.before-v4');
});

test('a database that another program holds is refused as that', (t) => {
  const path = file(t);
  openDatabase(path).close();
  const other = new Database(path);
  other.exec('BEGIN IMMEDIATE');
  const words = new RegExp(`^The database ${path} cannot be used: another program holds the database\\. End what else`);
  assert.throws(() => openDatabase(path), refused('Unavailable', words, 'DATABASE_BUSY'));
  other.close();
});

const damage: Record<string, (path: string) => void> = {
  'that is no database': (path) => writeFileSync(path, 'not a database, by any means, not at all'),
  'that is a folder': (path) => mkdirSync(path),
};
for (const [what, make] of Object.entries(damage)) {
  test(`a file ${what} is refused with its path and what to do`, (t) => {
    const path = file(t);
    make(path);
    const words = new RegExp(`^The database ${path} cannot be used: .*\\. Move it away or restore a copy\\.$`);
    assert.throws(() => openDatabase(path), refused('Unavailable', words));
  });
}
