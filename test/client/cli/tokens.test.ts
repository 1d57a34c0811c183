/** `rdv token`, and as whom `rdv` acts in a session, as people and programs see it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathsIn } from '#protocol/paths';
import { type Attaching, openAttaching } from './attaching.js';
import { inTerminal, program, rdv } from './program.js';

let place: Attaching;
before(async () => {
  place = await openAttaching({ environment: { RDV_TOKEN_OVERLAP_MS: '500' } });
});
after(() => place.close());

const KEY = /^rdv_cli_[0-9a-f]{12}_[0-9a-f]{64}_[0-9a-f]{8}\n$/;

test('a token is printed alone for programs, and a person is told that he sees it once', async () => {
  const made = await place.run('token', 'create', 'phone', '--scopes', 'read,terminal:read', '--expires-in-days', '30');
  assert.match(made.stdout, KEY);
  assert.match(
    made.stderr,
    /^Token "phone", good until .*\. It is shown this once and kept nowhere: store it now\.\n$/,
  );
  const { home } = place.daemon;
  const listed = await rdv(home, ['ls'], { RDV_TOKEN: made.stdout.trim() });
  assert.equal(listed.code, 0);
  const refused = await rdv(home, ['new', '-d'], { RDV_API_KEY: made.stdout.trim() });
  assert.equal(refused.code, 77);
  assert.match(refused.stderr, /needs a token with the scope "write".*\nUse a token that may: `rdv token list`/s);
  const wrong = await rdv(home, ['ls'], { RDV_TOKEN: 'x' });
  assert.equal(wrong.code, 4);
});

test('tokens are listed without what nobody reads, and named by name or the beginning of an id', async () => {
  await place.run('token', 'create', 'tablet');
  const listed = await place.run('token', 'list');
  const row = listed.stdout.split('\n').find((line) => line.includes('\ttablet\t'))!;
  assert.match(row, /^[0-9a-f]{12}\tcli\ttablet\tdestroy,terminal:write\t-\t-\t-$/);
  assert.match(listed.stdout, /\tcli\tcommand line\tadmin\t\S+\/cli-token\t\d+\t-\n/);
  const screen = inTerminal(place.daemon.home, '$RDV token list');
  await screen.ended;
  assert.match(screen.text, /ID +KIND +NAME +MAY +WHERE +USED +ENDS\r\n/);
  const rotated = await place.run('token', 'rotate', 'tablet');
  assert.match(rotated.stdout, KEY);
  const [id] = row.split('\t');
  const revoked = await place.run('token', 'revoke', id!.slice(0, 8), '--yes');
  assert.deepEqual([revoked.code, revoked.stderr], [0, 'Done.\n']);
  const refused = await place.run('token', 'revoke', 'tablet');
  assert.match(refused.stderr, /^rdv: revoke token "tablet" needs a confirmation/);
  const unknown = await place.run('token', 'revoke', 'tabel', '--yes');
  assert.deepEqual(unknown.code, 3);
  assert.match(unknown.stderr, /^rdv: No token "tabel"\.\nDid you mean "tablet"\?/);
});

test('in a session a program sees its folder, is told how to act as its user, and a person acts as himself', async () => {
  const { home } = place.daemon;
  const folder = join(place.folder, 'out');
  await place.run('folder', 'create', 'api');
  await place.run('new', '-d', '--name', 'stranger', '--', 'cat');
  const script = `
    r() { name=$1; shift; "$@" >${folder}.$name 2>&1; echo "$?" >>${folder}.$name; }
    r program ${process.execPath} ${program} ls </dev/null
    r reach ${process.execPath} ${program} close stranger --yes </dev/null
    r user env -u RDV_TOKEN_FILE ${process.execPath} ${program} ls </dev/null
    r person ${process.execPath} ${program} ls
    echo finished; exec cat`;
  await place.run('new', '-d', '--name', 'agent', '--folder', 'api', '--', 'sh', '-c', script);
  const waited = await place.run('session', 'wait', 'agent', '--until', 'pattern', '--pattern', '^finished$');
  assert.equal(waited.code, 0, waited.stderr);
  const said = (name: string) => readFileSync(`${folder}.${name}`, 'utf8');
  assert.match(said('program'), /^\S+\tagent\t[^\n]*\n0\n$/);
  assert.match(said('reach'), /No session "stranger"\.\n.*act as its user: `env -u RDV_TOKEN_FILE rdv \.\.\.`\.\n3\n$/);
  for (const name of ['user', 'person'])
    assert.match(said(name), /stranger[\s\S]*agent[\s\S]*\n0\n$|agent[\s\S]*stranger[\s\S]*\n0\n$/);
  assert.equal(pathsIn(home).home, home);
});

test('an attached terminal goes on over a rotation whose overlap passes, and does not notice', async () => {
  const name = await place.session('exec cat', '');
  const screen = await place.attached(name);
  screen.type('before\r');
  await screen.shows('before\r\nbefore');
  const rotated = await place.run('token', 'rotate', 'cli');
  assert.match(rotated.stderr, /^The new one stands in .*cli-token\.\nThe old one is good until/);
  await sleep(1600);
  screen.type('after\r');
  await screen.shows('after\r\nafter');
  assert.doesNotMatch(screen.text, /away/);
  screen.type('\x1dd');
  await place.givenBack(screen, `[detached from ${name}]`, 0);
});
