/** Numbers 1, 2 and 4: the tokens in files, made at the start, adopted, replaced by age. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { mint, newId } from '../../../daemon/tokens/mint.js';
import { refused } from '../../support/refused.js';
import { DAY_MS, openTokens, startTokens } from '../../support/tokened.js';

const dead = refused('Unauthorized', /^This token was replaced/, 'EXPIRED_TOKEN');

test('1: both files are made at the start, for this user alone, and kept', (t) => {
  const slice = openTokens(t);
  const umask = process.umask(0);
  slice.tokens.start([]);
  process.umask(umask);
  const { paths, settings, cli, svc, home, db } = slice;
  assert.match(cli(), /^rdv_cli_[0-9a-f]{12}_[0-9a-f]{64}_[0-9a-f]{8}$/);
  assert.equal(Buffer.from(svc(), 'base64').length, 32);
  for (const path of [paths.cliToken, settings.serviceTokenFile]) assert.equal(statSync(path).mode & 0o777, 0o600);
  for (const path of [`${home}/server`, paths.tokens]) assert.equal(statSync(path).mode & 0o777, 0o700);
  assert.equal(readFileSync(paths.cliToken, 'utf8'), `${cli()}\n`);
  const before = [cli(), svc()];
  slice.close();
  const again = slice.open();
  again.tokens.start([]);
  assert.deepEqual([again.cli(), again.svc()], before);
  assert.equal(again.login(cli()).user, 'local');
  assert.equal(JSON.stringify(again.db.prepare('SELECT * FROM token').all()).includes(cli().slice(21)), false);
  assert.equal(db.open, false);
});

test('1: a file that a fresh database does not know is adopted, and goes on to let in', (t) => {
  const slice = startTokens(t);
  const before = [slice.cli(), slice.svc()];
  slice.close();
  const again = slice.open(':memory:');
  again.tokens.start([]);
  assert.deepEqual([again.cli(), again.svc()], before);
  assert.equal(again.login(again.cli()).user, 'local');
  assert.equal(again.login(again.svc(), { user: 'ann' }).user, 'ann');
  assert.equal(again.log.filter(({ message }) => /taken from its file/.test(String(message))).length, 2);
});

test('1: a plain text that somebody put into the file is adopted in its place, with all that was made with that', async (t) => {
  const slice = startTokens(t);
  const old = slice.cli();
  const { key } = await slice.call('token/create', { name: 'phone' });
  slice.close();
  chmodSync(slice.paths.cliToken, 0o644);
  writeFileSync(slice.paths.cliToken, 'my-own-secret\n');
  const again = slice.open();
  again.tokens.start([]);
  assert.equal(statSync(slice.paths.cliToken).mode & 0o777, 0o600);
  assert.equal(again.login('my-own-secret').user, 'local');
  assert.equal(again.login(key).user, 'local');
  assert.throws(() => again.login(old), dead);
});

for (const [what, left] of [
  ['is gone', undefined],
  ['is empty, as a crash may leave it', '\n'],
  ['holds what only looks like a token', `${mint('cli', newId()).slice(0, -1)}!\n`],
] as const) {
  test(`2: when a file ${what}, it gets a new token and the old one is good no more`, (t) => {
    const slice = startTokens(t);
    const old = slice.cli();
    slice.close();
    rmSync(slice.paths.cliToken);
    if (left !== undefined) writeFileSync(slice.paths.cliToken, left, { mode: 0o644 });
    writeFileSync(`${slice.paths.cliToken}.new`, 'half', { mode: 0o644 });
    const again = slice.open();
    again.tokens.start([]);
    assert.match(again.cli(), /^rdv_cli_/);
    assert.equal(statSync(slice.paths.cliToken).mode & 0o777, 0o600);
    assert.equal(existsSync(`${slice.paths.cliToken}.new`), false);
    assert.equal(again.login(again.cli()).user, 'local');
    assert.throws(() => again.login(old), dead);
  });
}

test('2: a file with a token of another kind, or one that is out of use, gets a new one', async (t) => {
  const slice = startTokens(t);
  const { key } = await slice.call('token/create', { name: 'phone', scopes: ['read'] });
  writeFileSync(slice.settings.serviceTokenFile, key);
  writeFileSync(slice.paths.cliToken, slice.cli());
  const old = slice.cli();
  await slice.call('token/revoke', { id: 'cli' });
  writeFileSync(slice.paths.cliToken, old);
  slice.close();
  const again = slice.open();
  again.tokens.start([]);
  assert.notEqual(again.cli(), old);
  assert.notEqual(again.svc(), key);
  assert.equal(again.login(again.svc(), { user: 'ann' }).kind, 'svc');
});

test('4: a token in a file is replaced when it is older than it may be, and the old one overlaps', (t) => {
  const slice = startTokens(t);
  const before = [slice.cli(), slice.svc()];
  slice.close();
  slice.settings.rotationDays = 7;
  slice.time.now += 7 * DAY_MS - 1;
  const young = slice.open();
  young.tokens.start([]);
  assert.deepEqual([young.cli(), young.svc()], before);
  young.close();
  slice.time.now += 1;
  const old = slice.open();
  old.tokens.start([]);
  assert.notDeepEqual([old.cli(), old.svc()], before);
  for (const token of [before[0]!, old.cli()]) assert.equal(old.login(token).user, 'local');
  slice.time.now += slice.settings.overlapMs;
  assert.throws(() => old.login(before[0]!), dead);
});

test('4: a file that cannot be written leaves the old token as it was', async (t) => {
  const slice = startTokens(t);
  const { serviceTokenFile } = slice.settings;
  const old = slice.svc();
  mkdirSync(`${serviceTokenFile}.new`);
  await assert.rejects(slice.call('token/rotate', { id: 'svc' }), refused('Unavailable', /cannot be written/));
  assert.equal(slice.svc(), old);
  assert.equal(slice.login(old, { user: 'ann' }).user, 'ann');
  assert.deepEqual(readdirSync(`${slice.home}/server`).length, 2);
});

test('4: a database that cannot be written leaves the old token in its file', async (t) => {
  const slice = startTokens(t);
  const identity = slice.login(slice.svc(), { user: 'local' });
  const old = slice.cli();
  slice.db.pragma('query_only = ON');
  const admin = { ...identity, scopes: new Set(['admin'] as const) };
  await assert.rejects(slice.call('token/rotate', { id: 'cli' }, admin), /readonly/);
  slice.db.pragma('query_only = OFF');
  assert.equal(slice.cli(), old);
  assert.equal(slice.login(old).user, 'local');
});

test('4: what ended long ago is forgotten, and what was made with it and is good goes on', async (t) => {
  const slice = startTokens(t);
  const { key } = await slice.call('token/create', { name: 'phone' });
  const spent = await slice.call('token/create', { name: 'spent', expiresInDays: 1 });
  await slice.call('token/rotate', { id: 'cli' });
  const count = () => slice.db.prepare('SELECT count(*) AS n FROM token').get();
  assert.deepEqual(count(), { n: 5 });
  slice.time.now += 92 * DAY_MS;
  slice.tokens.start([]);
  assert.deepEqual(count(), { n: 3 });
  assert.equal(slice.login(key).user, 'local');
  assert.throws(() => slice.login(spent.key), refused('Unauthorized', /not valid/));
});
