/** The rules of tokens: what is good, what may be made with what, and until when. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expandScopes, type Scope } from '#protocol';
import { draft } from '../../../daemon/tokens/replace.js';
import { checkName, expiryOf, granted, isOld, refusal, type State, stateOf } from '../../../daemon/tokens/token.js';
import { refused } from '../../support/refused.js';
import { DAY_MS } from '../../support/tokened.js';

const made = draft('rdv_x', 't1', { kind: 'cli', userId: 'ann', name: 'phone', scopes: ['read'] });
const token = { ...made, createdAt: 0 };

test('a token is good until it is revoked, replaced and past its overlap, or expired', () => {
  const cases: [object, State][] = [
    [{}, 'good'],
    [{ expiresAt: 101 }, 'good'],
    [{ expiresAt: 100 }, 'expired'],
    [{ replacedAt: 50, expiresAt: 101 }, 'good'],
    [{ replacedAt: 50, expiresAt: 100 }, 'replaced'],
    [{ revokedAt: 100, expiresAt: 100 }, 'revoked'],
    [{ revokedAt: 50, replacedAt: 40, expiresAt: 200 }, 'revoked'],
  ];
  for (const [more, state] of cases) assert.equal(stateOf({ ...token, ...more }, 100), state, JSON.stringify(more));
});

test('each refusal says what happened and what to do', () => {
  const file = { ...token, file: '/x/cli-token' };
  for (const [error, words, code] of [
    [refusal('expired', token), /^This token has expired\. Make another with token\/create\.$/, 'EXPIRED_TOKEN'],
    [refusal('revoked', file), /^This token was revoked\. Read \/x\/cli-token again\.$/, 'TOKEN_REVOKED'],
    [refusal('replaced', file), /^This token was replaced, and is good no more\. Read/, 'EXPIRED_TOKEN'],
    [refusal('revoked', { ...file, kind: 'ses' }), /It ends with its session/, 'TOKEN_REVOKED'],
    [refusal('expired', { ...token, kind: 'tkt' }), /Ask for another ticket/, 'EXPIRED_TOKEN'],
  ] as const)
    assert.throws(
      () => {
        throw error;
      },
      refused('Unauthorized', words, code),
    );
});

test('a new token may do no more than the one it is made with', () => {
  const scopes = (...list: Scope[]) => expandScopes(list);
  assert.deepEqual(granted(undefined, scopes('admin')), ['destroy', 'terminal:write']);
  assert.deepEqual(granted(undefined, scopes('write', 'terminal:read')), ['write', 'terminal:read']);
  assert.deepEqual(granted(['read', 'read'], scopes('write')), ['read']);
  for (const [wanted, may] of [
    [['admin'], ['destroy', 'terminal:write']],
    [['destroy'], ['write']],
    [['terminal:write'], ['terminal:read', 'destroy']],
    [undefined, ['service']],
  ] as [Scope[] | undefined, Scope[]][])
    assert.throws(() => granted(wanted, scopes(...may)), refused('Forbidden', /Leave it out/, 'MISSING_SCOPE'));
});

test('a new token ends when it was told, and no later than the one it is made with', () => {
  for (const [given, latest, expected] of [
    [{}, null, null],
    [{ expiresInDays: 2 }, null, 1000 + 2 * DAY_MS],
    [{ expiresAt: 5000 }, null, 5000],
    [{}, 3000, 3000],
    [{ expiresAt: 5000 }, 3000, 3000],
    [{ expiresAt: 2000 }, 3000, 2000],
  ] as const)
    assert.equal(expiryOf(given, 1000, latest), expected);
  assert.throws(() => expiryOf({ expiresAt: 1000 }, 1000, null), refused('InvalidParams', /lie after 1000/));
  assert.throws(() => expiryOf({ expiresAt: 9, expiresInDays: 1 }, 0, null), refused('InvalidParams', /got both/));
});

test('a name has one to a hundred characters', () => {
  checkName('x'.repeat(100));
  assert.throws(() => checkName(''), refused('InvalidParams', /what the token is for/, 'NAME_REQUIRED'));
  assert.throws(() => checkName('x'.repeat(101)), refused('InvalidParams', /at most 100 .* got 101/, 'NAME_TOO_LONG'));
});

test('a token is old after so many days, and never without a number of them', () => {
  assert.equal(isOld(token, 7, 7 * DAY_MS), true);
  assert.equal(isOld(token, 7, 7 * DAY_MS - 1), false);
  assert.equal(isOld(token, 0, Number.MAX_SAFE_INTEGER), false);
});
