/** The local token: who may read it, who gets in. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Credentials } from '../../../daemon/rpc/handshake.js';
import type { Identity } from '../../../daemon/rpc/identity.js';
import { createLogin, ensureToken } from '../../../daemon/tokens/local.js';
import { refused } from '../../support/refused.js';

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'rdv-token-'));
  t.after(() => rmSync(made, { recursive: true }));
  return made;
}

test('a token is made once, for this user alone, and kept', (t) => {
  const home = folder(t);
  const path = join(home, 'cli-token');
  const umask = process.umask(0);
  const token = ensureToken(path);
  process.umask(umask);
  assert.match(token, /^rdv_cli_[0-9a-f]{12}_[0-9a-f]{64}_[0-9a-f]{8}$/);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(readFileSync(path, 'utf8'), `${token}\n`);
  assert.equal(ensureToken(path), token);
  assert.deepEqual(readdirSync(home), ['cli-token']);
  assert.notEqual(ensureToken(join(home, 'other')), token);
});

test('an empty token file, as a crash may leave one, lets nobody in and is replaced', (t) => {
  const path = join(folder(t), 'cli-token');
  for (const left of ['', '\n']) {
    writeFileSync(path, left, { mode: 0o644 });
    writeFileSync(`${path}.new`, 'half', { mode: 0o644 });
    const token = ensureToken(path);
    assert.match(token, /^rdv_cli_/);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.throws(() => createLogin(token)({ token: '', user: undefined }, 'c1'), refused('Unauthorized', /not valid/));
  }
});

const createdLogin = createLogin('rdv_cli_secret');
const login = (given: Credentials) => createdLogin(given, 'c1') as Identity;

test('the token lets in, with the newline of its file too, as the local user', () => {
  assert.equal(login({ token: 'rdv_cli_secret', user: undefined }).user, 'local');
  assert.equal(login({ token: ' rdv_cli_secret\n', user: 'local' }).user, 'local');
});

test('no token, a wrong one and another user are refused, each in its own words and never in those of the token', () => {
  const cure = 'Send the content of the cli-token file in the data folder\\.$';
  const missing = refused('Unauthorized', new RegExp(`^No token was given\\. ${cure}`), 'MISSING_TOKEN');
  const wrong = refused('Unauthorized', new RegExp(`^The token is not valid\\. ${cure}`), 'INVALID_TOKEN');
  assert.throws(() => login({ token: undefined, user: undefined }), missing);
  for (const token of ['', 'rdv_cli_secre', 'rdv_cli_secret2', 'RDV_CLI_SECRET', '\0', 'é'.repeat(4096)])
    assert.throws(() => login({ token, user: undefined }), wrong);
  const other = refused('Forbidden', /^This token acts for "local" only\.$/);
  assert.throws(() => login({ token: 'rdv_cli_secret', user: 'root' }), other);
  assert.throws(() => login({ token: 'x', user: 'root' }), wrong);
});
