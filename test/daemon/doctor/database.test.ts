/** The database, the tokens and the configuration broken on purpose. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { pathsIn } from '#protocol/paths';
import { migrations } from '../../../daemon/db/migrations.js';
import { openDatabase } from '../../../daemon/db/open.js';
import { finds, heal, look, stoppedHome } from '../../support/doctor.js';
import { whole } from '../../support/whole.js';

const rescue = (db: string) =>
  `rdv daemon stop; mv ${db} ${db}.damaged && sqlite3 ${db}.damaged .recover | sqlite3 ${db}`;

test('database: one that is cut off or no database is told, with how to save what can be read', async (t) => {
  const { home, database } = stoppedHome(t);
  assert.equal((await look('database', home)).level, 'ok');
  const whole = readFileSync(database);
  writeFileSync(database, 'x'.repeat(5000));
  await finds('database', home, ['failure', /cannot be read: file is not a database/, rescue(database)]);
  writeFileSync(database, whole);
  truncateSync(database, whole.length - 4096);
  const cut = await look('integrity', home);
  const read = await look('database', home);
  assert.ok(
    [cut, read].some(({ level, cure }) => level === 'failure' && cure === rescue(database)),
    JSON.stringify([cut, read]),
  );
  rmSync(database);
  await finds('database', home, ['note', /is not there yet/, 'rdv daemon start']);
});

test('integrity: a damaged page is found, and so is a row that names what is not there', async (t) => {
  const { home, database } = stoppedHome(t);
  assert.deepEqual(await look('integrity', home), { level: 'ok', seen: 'SQLite finds no damage' });
  const db = openDatabase(database);
  db.pragma('foreign_keys = OFF');
  db.exec("INSERT INTO knowledge VALUES ('nowhere', '', '', '', NULL, 0, 0)");
  db.close();
  await finds('integrity', home, [
    'failure',
    /is damaged: a row of knowledge names a folder that is not there\.$/,
    rescue(database),
  ]);
  const file = openSync(database, 'r+');
  // In the middle of some page of a table or an index.
  writeSync(file, Buffer.alloc(4096, 0xff), 0, 4096, 4096 * 3);
  closeSync(file);
  const found = await look('integrity', home);
  assert.deepEqual([found.level, found.cure], ['failure', rescue(database)]);
});

test('schema: a newer one is a failure, an older one is only noted', async (t) => {
  const { home, database } = stoppedHome(t);
  const set = (version: number) => {
    const db = new Database(database);
    db.pragma(`user_version = ${version}`);
    db.close();
  };
  assert.equal((await look('schema', home)).level, 'ok');
  set(99);
  const seen = new RegExp(`^The schema is 99, this rdv knows ${migrations.length}: a newer rdv wrote it\\.$`);
  await finds('schema', home, ['failure', seen, 'npm install --global remote-dev@latest']);
  set(migrations.length - 1);
  await finds('schema', home, ['note', /the next start brings it up to date\.$/, 'rdv daemon stop; rdv daemon start']);
});

test('database-mode: files that others may read are told and closed', async (t) => {
  const { home, database } = stoppedHome(t);
  writeFileSync(`${database}-wal`, '', { mode: 0o600 });
  assert.equal((await look('database-mode', home)).level, 'ok');
  chmodSync(`${database}-wal`, 0o644);
  await finds('database-mode', home, ['failure', /rdv\.db-wal has mode 0644/, `chmod 600 ${database}-wal`]);
  chmodSync(database, 0o640);
  const { done, level } = await heal('database-mode', home);
  assert.match(done, /rdv\.db has mode 0600 now, it had 0640\. .*rdv\.db-wal has mode 0600 now, it had 0644\./);
  assert.equal(level, 'ok');
});

/** As after a crash: what was written is in the log only. */
function leaveLog(database: string, mebibytes: number): void {
  const db = openDatabase(database);
  db.pragma('synchronous = OFF');
  db.pragma('wal_autocheckpoint = 0');
  const insert = db.prepare("INSERT INTO event (at, user_id, name, params) VALUES (0, 'u', 'n', ?)");
  db.transaction(() => {
    for (let i = 0; i < mebibytes; i++) insert.run('x'.repeat(1024 ** 2));
  })();
  for (const end of ['', '-wal']) copyFileSync(database + end, `${database}.kept${end}`);
  db.close();
  for (const end of ['', '-wal']) copyFileSync(`${database}.kept${end}`, database + end);
  chmodSync(`${database}-wal`, 0o600);
}

test('write-ahead-log: one that has grown is told, and emptied into the database', async (t) => {
  const { home, database } = stoppedHome(t);
  assert.equal((await look('write-ahead-log', home)).level, 'ok');
  leaveLog(database, 66);
  await finds('write-ahead-log', home, ['warning', /rdv\.db-wal has grown to 6\d MiB\.$/, 'rdv doctor --fix']);
  const { done, level } = await heal('write-ahead-log', home);
  assert.match(done, /^What was in .*rdv\.db-wal is in the database now\.$/);
  assert.equal(level, 'ok');
  const db = new Database(database, { readonly: true });
  assert.deepEqual(db.prepare('SELECT count(*) AS n FROM event').get(), { n: 66 });
  db.close();
});

test('write-ahead-log: that of a running daemon is left to the daemon', async (t) => {
  const { daemon } = await whole(t);
  const { database } = pathsIn(daemon.home);
  const reader = new Database(database, { readonly: true });
  t.after(() => reader.close());
  reader.exec('BEGIN; SELECT count(*) FROM event');
  const writer = new Database(database);
  writer.pragma('synchronous = OFF');
  writer.pragma('wal_autocheckpoint = 0');
  const insert = writer.prepare("INSERT INTO event (at, user_id, name, params) VALUES (0, 'u', 'n', ?)");
  writer.transaction(() => {
    for (let i = 0; i < 66; i++) insert.run('x'.repeat(1024 ** 2));
  })();
  writer.close();
  const cure = 'rdv daemon stop; rdv daemon start';
  await finds('write-ahead-log', daemon.home, ['warning', /has grown to/, cure]);
  assert.deepEqual(await heal('write-ahead-log', daemon.home), { done: '', level: 'warning' });
});

for (const [name, title, place] of [
  ['cli-token', 'the token', (home: string) => pathsIn(home).cliToken],
  ['service-token', 'the service token', (home: string) => join(home, 'server', 'service-token')],
] as const) {
  test(`${name}: ${title} open to others is told and closed; empty or no file is told`, async (t) => {
    const { home } = stoppedHome(t);
    const path = place(home);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, 'rdv_secret_token\n', { mode: 0o600 });
    assert.equal((await look(name, home)).level, 'ok');
    chmodSync(path, 0o644);
    await finds(name, home, ['failure', /has mode 0644, so others can get at it\.$/, `chmod 600 ${path}`]);
    assert.deepEqual(await heal(name, home), { done: `${path} has mode 0600 now, it had 0644.`, level: 'ok' });
    assert.equal(statSync(path).mode & 0o777, 0o600);
    writeFileSync(path, '\n');
    await finds(name, home, ['note', /is empty; the next start writes a new one\.$/, 'rdv daemon start']);
    rmSync(path);
    symlinkSync('/dev/null', path);
    await finds(name, home, ['failure', /is no file\.$/, `mv ${path} ${path}.aside`]);
    assert.deepEqual(await heal(name, home), { done: '', level: 'failure' });
  });
}

test('cli-token: one that is gone or empty while a daemon runs is a failure', async (t) => {
  const { daemon } = await whole(t);
  const { cliToken, pid } = pathsIn(daemon.home);
  const cure = `kill $(cat ${pid}); rdv daemon start`;
  writeFileSync(cliToken, '');
  await finds('cli-token', daemon.home, ['failure', /is empty, so nobody can log in/, cure]);
  rmSync(cliToken);
  await finds('cli-token', daemon.home, ['failure', /is not there, so nobody can log in/, cure]);
  assert.equal((await look('service-token', daemon.home)).level, 'ok', 'that one may be missing');
});

test('config: what is no TOML, cannot be, or means nothing is told with its place', async (t) => {
  const { home, config } = stoppedHome(t);
  assert.equal((await look('config', home)).level, 'ok');
  const cure = `\${EDITOR:-vi} ${config}`;
  writeFileSync(config, '[cleanup\n');
  await finds('config', home, ['failure', /^No daemon starts with this: .*config\.toml:1:\d+: This is no TOML/, cure]);
  writeFileSync(config, '[cleanup]\ntrash_retention_days = 0\n');
  await finds('config', home, ['failure', /trash_retention_days to be a whole number/, cure]);
  writeFileSync(config, '[cleanup]\ntrash_retention_dyas = 3\n[nothing]\n');
  const strange =
    /config\.toml:2:1: cleanup\.trash_retention_dyas means nothing and is left out\. Did you mean trash_retention_days\? So it is with 1 other\.$/;
  await finds('config', home, ['warning', strange, cure]);
});
