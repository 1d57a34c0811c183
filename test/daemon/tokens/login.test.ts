/** Numbers 1, 2, 5 and 6: who gets in, as whom, and what becomes of who guesses. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expandScopes } from '#protocol';
import { createBackoff } from '../../../daemon/tokens/backoff.js';
import { readToken } from '../../../daemon/tokens/files.js';
import { mint, newId } from '../../../daemon/tokens/mint.js';
import { refused } from '../../support/refused.js';
import { startTokens } from '../../support/tokened.js';

test('1, 6: the bridge acts for the user it names and may do nothing for nobody; the local token acts for its own', (t) => {
  const { login, cli, svc } = startTokens(t);
  const ann = login(svc(), { user: 'ann' });
  assert.deepEqual(
    [ann.user, ann.kind, [...ann.scopes].sort()],
    ['ann', 'svc', ['destroy', 'read', 'service', 'terminal:read', 'terminal:write', 'write']],
  );
  const nobody = login(` ${svc()}\n`);
  assert.deepEqual([nobody.user, [...nobody.scopes]], ['', ['service']]);
  const local = login(`${cli()}\n`, { user: 'local' });
  assert.deepEqual([local.user, local.kind, local.scopes], ['local', 'cli', expandScopes(['admin'])]);
  for (const user of ['ann', '', 'root'])
    assert.throws(() => login(cli(), { user }), refused('Forbidden', /acts for "local" only/, 'OTHER_USER'));
});

test('1: a connection goes on with another token for the same user only', (t) => {
  const { login, cli, svc } = startTokens(t);
  assert.equal(login(cli(), { as: 'local' }).user, 'local');
  assert.equal(login(svc(), { user: 'local', as: 'local' }).kind, 'svc');
  assert.throws(() => login(cli(), { as: 'ann' }), refused('Forbidden', /another user/));
});

test('2: no token and a wrong one are refused, each with its code, and never in the words of the token', (t) => {
  const { login, cli } = startTokens(t);
  const cure = 'Send the content of the cli-token file in the data folder\\.$';
  const missing = refused('Unauthorized', new RegExp(`^No token was given\\. ${cure}`), 'MISSING_TOKEN');
  for (const token of [undefined, '', ' \n']) assert.throws(() => login(token), missing);
  const wrong = refused('Unauthorized', new RegExp(`^The token is not valid\\. ${cure}`), 'INVALID_TOKEN');
  for (const token of [cli().slice(1), `${cli()}x`, cli().toUpperCase(), '\0', 'é'.repeat(4096), mint('cli', newId())])
    assert.throws(() => login(token), wrong);
});

test('5: every attempt is written to the audit, by the id of a known token, and what is no token of ours not at all', (t) => {
  const { login, cli, audit } = startTokens(t);
  const { tokenId } = login(cli());
  login(cli(), { as: 'local' });
  assert.throws(() => login('hunter2'));
  const wrong = mint('mcp', newId());
  assert.throws(() => login(wrong));
  assert.throws(() => login(cli(), { user: 'ann' }));
  assert.deepEqual(
    audit.map(({ user, tokenId: id, connection, method, outcome }) => [user, id, connection, method, outcome]),
    [
      ['local', tokenId, 'c1', 'initialize', 'done'],
      ['local', tokenId, 'c1', 'auth/refresh', 'done'],
      [null, null, 'c1', 'initialize', 'INVALID_TOKEN'],
      [null, wrong.slice(0, 12), 'c1', 'initialize', 'INVALID_TOKEN'],
      ['local', tokenId, 'c1', 'initialize', 'OTHER_USER'],
    ],
  );
});

test('5: an audit that cannot be written keeps nobody out, and the log says so', (t) => {
  const { login, cli, auditor, log } = startTokens(t);
  auditor.end = () => {
    throw new Error('disk full');
  };
  assert.equal(login(cli()).user, 'local');
  assert.deepEqual(
    log.map(({ level, reason }) => [level, reason]),
    [['error', 'Error: disk full']],
  );
});

test('5: of a session, whose hooks log in all the time, the good logins are written once a minute, the others each', (t) => {
  const { tokens, session, login, audit, time } = startTokens(t);
  const token = readToken(tokens.sessions.give(session(1, { userId: 'ann' })));
  const again = () => {
    login(token);
    assert.throws(() => login(token, { user: 'bob' }));
    return audit.splice(0).map(({ outcome }) => outcome);
  };
  assert.deepEqual(again(), ['done', 'OTHER_USER']);
  assert.deepEqual(again(), ['OTHER_USER']);
  time.now += 60_000;
  assert.deepEqual(again(), ['done', 'OTHER_USER']);
});

test('5: guesses that begin alike wait longer and longer, the right token never', (t) => {
  const { login, cli } = startTokens(t);
  const guess = `${cli().slice(0, -1)}${cli().endsWith('0') ? '1' : '0'}`;
  for (let i = 0; i < 5; i++) assert.throws(() => login(guess), refused('Unauthorized', /not valid/));
  assert.throws(
    () => login(guess),
    (error: any) => error.kind === 'RateLimited' && error.data.retryAfterMs <= 500,
  );
  assert.equal(login(cli()).user, 'local');
  assert.throws(() => login('another'), refused('Unauthorized', /not valid/));
});

test('5: each wrong guess doubles the wait, up to a minute; who stays away for a while begins anew', () => {
  let now = 0;
  const backoff = createBackoff(() => now);
  const waits: number[] = [];
  for (let i = 0; i < 14; i++) {
    backoff.failed('a');
    let wait = 0;
    try {
      backoff.check('a');
    } catch (error) {
      wait = (error as { data: { retryAfterMs: number } }).data.retryAfterMs;
    }
    waits.push(wait);
    now += wait;
  }
  assert.deepEqual(waits, [0, 0, 0, 0, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  now += 60_000;
  backoff.failed('a');
  backoff.check('a');
});

test('5: what is remembered of guesses is bounded, and the oldest goes first', () => {
  const backoff = createBackoff(() => 0);
  for (let i = 0; i < 5; i++) backoff.failed('first');
  assert.throws(() => backoff.check('first'));
  for (let i = 0; i < 1000; i++) backoff.failed(`other ${i}`);
  backoff.check('first');
});

test('2: the last use is noted, once a minute at most', (t) => {
  const { login, cli, tokens, time, db } = startTokens(t);
  const used = () => (db.prepare("SELECT last_used_at AS at FROM token WHERE kind = 'cli'").get() as { at: number }).at;
  const first = time.now;
  login(cli());
  time.now += 59_999;
  login(cli());
  assert.equal(used(), first);
  time.now += 1;
  login(cli());
  assert.equal(used(), first + 60_000);
  // A clock that was put back.
  time.now -= 3_600_000;
  login(cli());
  assert.equal(used(), time.now);
  tokens.close();
});

test('1: kinds are not interchangeable: a ticket does not log in, and nothing but a ticket is redeemed', async (t) => {
  const { call, login, cli, svc, session } = startTokens(t);
  const { id } = session(1, { userId: 'local' });
  const { token } = await call('session/ticket', { id });
  assert.throws(() => login(token), refused('Unauthorized', /^This is a ticket for a terminal/, 'INVALID_TOKEN'));
  for (const other of [cli(), svc()])
    await assert.rejects(call('token/redeem', { token: other }, login(svc())), refused('Unauthorized', /no ticket/));
});
