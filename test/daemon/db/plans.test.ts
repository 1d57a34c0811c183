/** Every statement of the daemon is served by an index; what reads a whole table says that it does so once, at the start. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { pathsIn } from '#protocol/paths';
import { openConfiguration } from '../../../daemon/config/configuration.js';
import { openDaemon } from '../../../daemon/daemon.js';
import { openDatabase } from '../../../daemon/db/open.js';
import { folderFor } from '../../support/whole.js';

/** In a statement that reads a whole table. */
const AT_BOOT = '/* at boot */';

/** Every statement that a daemon prepares. */
async function statementsOf(home: string): Promise<string[]> {
  const prepared = new Set<string>();
  const { prepare } = Database.prototype;
  Database.prototype.prepare = function (this: Database.Database, source: string) {
    prepared.add(source);
    return prepare.call(this, source);
  } as typeof prepare;
  try {
    const paths = pathsIn(home);
    mkdirSync(paths.run, { mode: 0o700 });
    const options = { version: 'test', umask: 0o022, log: () => {}, stopAsked: () => {} };
    const environment = { RDV_BACKEND: 'pty' };
    const configuration = openConfiguration({ path: paths.config, home, userHome: home, environment });
    const daemon = await openDaemon({ paths, configuration, ...options });
    await daemon.stop('the test is over');
  } finally {
    Database.prototype.prepare = prepare;
  }
  return [...prepared].filter((source) => /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/i.test(source));
}

/** What SQLite would do, a line each. */
function planOf(db: Database.Database, source: string): string[] {
  const names = source.match(/@\w+/g) ?? [];
  const places = source.match(/\?/g) ?? [];
  const values = [
    ...places.map(() => null),
    ...(names.length > 0 ? [Object.fromEntries(names.map((name) => [name.slice(1), null]))] : []),
  ];
  const rows = db.prepare(`EXPLAIN QUERY PLAN ${source}`).all(...values) as { detail: string }[];
  return rows.map(({ detail }) => detail);
}

/** Walks through a table from end to end, be it along an index. `sqlite_sequence` has a row for each table that counts. */
const walks = (plan: readonly string[]) =>
  plan.some((line) => /^SCAN (?!CONSTANT ROW|json_each|sqlite_sequence|\w+ VIRTUAL)/.test(line));

test('no statement walks through a table, but those that read it once at the start', async (t) => {
  const home = folderFor(t);
  const statements = await statementsOf(home);
  assert.ok(statements.length > 20, `only ${statements.length} statements were seen`);
  const db = openDatabase(':memory:');
  t.after(() => db.close());
  const wrong = statements.filter((source) => walks(planOf(db, source)) !== source.includes(AT_BOOT));
  assert.deepEqual(wrong, []);
});

test('a statement without an index would be found', (t) => {
  const db = openDatabase(':memory:');
  t.after(() => db.close());
  const found = (source: string) => walks(planOf(db, source));
  assert.equal(found('SELECT id FROM session WHERE name = ?'), true);
  assert.equal(found('SELECT id FROM session ORDER BY user_id, tab_order'), true);
  assert.equal(found('UPDATE session SET name = @name WHERE cols = @cols'), true);
  assert.equal(found('SELECT id FROM session WHERE id = @id'), false);
});
