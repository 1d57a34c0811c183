/** Number 1: the token of a session, which reaches it and the folder it is in now, and is dead with it. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { expandScopes } from '#protocol';
import { readToken } from '../../../daemon/tokens/files.js';
import { refused } from '../../support/refused.js';
import { startTokens } from '../../support/tokened.js';

const [TOP, BELOW, ASIDE] = [1, 2, 3].map((n) => `3f2a7c1e-0000-4000-8000-0000000000f${n}`) as [string, string, string];

test('1: it stands in a private file, acts for the user of its session, destroys nothing, and makes no others', async (t) => {
  const { tokens, session, login, call } = startTokens(t);
  const own = session(1, { userId: 'ann' });
  const path = tokens.sessions.give(own);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const identity = login(readToken(path));
  assert.deepEqual([identity.user, identity.kind], ['ann', 'ses']);
  assert.deepEqual(identity.scopes, expandScopes(['read', 'write', 'terminal:write']));
  assert.throws(() => login(readToken(path), { user: 'bob' }), refused('Forbidden', /acts for "ann" only/));
  await assert.rejects(
    call('token/create', { name: 'x' }, identity),
    refused('Forbidden', /makes no others/, 'SESSION_TOKEN'),
  );
});

test('1: it reaches its session wherever that is, and the folder that is in at the moment with all below', (t) => {
  const { tokens, session, sessions, folder, login } = startTokens(t);
  folder(TOP);
  folder(BELOW, TOP);
  folder(ASIDE);
  const own = session(1, { userId: 'local' });
  const others = [TOP, BELOW, ASIDE, null].map((folderId, i) => session(i + 2, { userId: 'local', folderId }).id);
  const { reach } = login(readToken(tokens.sessions.give(own)));
  const reached = () => ({
    own: reach!.session(own.id),
    sessions: others.map((id) => reach!.session(id)),
    folders: [TOP, BELOW, ASIDE].map((id) => reach!.folder(id)),
  });
  const moved = (folderId: string | null) => sessions.save({ ...own, folderId });
  const [yes, no] = [true, false];
  assert.deepEqual(reached(), { own: yes, sessions: [no, no, no, no], folders: [no, no, no] });
  moved(TOP);
  assert.deepEqual(reached(), { own: yes, sessions: [yes, yes, no, no], folders: [yes, yes, no] });
  moved(BELOW);
  assert.deepEqual(reached(), { own: yes, sessions: [no, yes, no, no], folders: [no, yes, no] });
  assert.equal(reach!.folder('3f2a7c1e-0000-4000-8000-0000000000ff'), false);
});

test('1: it ends with its session, and so do tickets and connections; a program that lingers raises no alarm', async (t) => {
  const { tokens, session, sessions, login, call, svc, connections, events } = startTokens(t);
  const own = session(1, { userId: 'local' });
  const path = tokens.sessions.give(own);
  const text = readToken(path);
  const { token: ticket } = await call('session/ticket', { id: own.id });
  connections.join(login(text));
  sessions.save({ ...own, status: 'closed' });
  tokens.sessions.end(own.id);
  tokens.sessions.end(own.id);
  assert.equal(existsSync(path), false);
  assert.throws(() => login(text), refused('Unauthorized', /It ends with its session/, 'TOKEN_REVOKED'));
  await assert.rejects(call('token/redeem', { token: ticket }, login(svc())), refused('Unauthorized', /revoked/));
  await connections.endedBy(1);
  assert.deepEqual(events(), []);
});

test('1: at the start each open session has its token, one made again is another, and nothing else is left', async (t) => {
  const slice = startTokens(t);
  const { paths, session, call } = slice;
  const all = [1, 2, 3, 4].map((n) => session(n, { userId: 'local' }));
  const [kept, lost, ended, muted] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0], (typeof all)[0]];
  const texts = new Map(all.map((each) => [each.id, readToken(slice.tokens.sessions.give(each))]));
  const { keys } = await call('token/list', { all: true });
  await call('token/revoke', { id: keys.find(({ sessionId }) => sessionId === muted.id)!.id });
  slice.close();
  writeFileSync(`${paths.tokens}/${lost.id}`, 'half');
  writeFileSync(`${paths.tokens}/${lost.id}.new`, 'half');
  const again = slice.open();
  again.tokens.start([kept, lost, muted]);
  assert.deepEqual(readdirSync(paths.tokens).sort(), [kept.id, lost.id, muted.id].sort());
  const now = (id: string) => readToken(`${paths.tokens}/${id}`);
  assert.equal(now(kept.id), texts.get(kept.id));
  assert.notEqual(now(lost.id), texts.get(lost.id));
  assert.equal(again.login(now(lost.id)).reach!.session(lost.id), true);
  // What its user has ended stays so, and a session that is closed has none, though a crash came before.
  for (const id of [lost.id, muted.id, ended.id])
    assert.throws(() => again.login(texts.get(id)!), refused('Unauthorized', /revoked/));
});

test('1: a token that cannot be written is said to be so', (t) => {
  const { tokens, session, paths } = startTokens(t);
  const own = session(1);
  mkdirSync(`${paths.tokens}/${own.id}.new`);
  assert.throws(() => tokens.sessions.give(own), refused('Unavailable', /cannot be written .* try again/));
});

test('1: a session is closed although its token cannot be ended, and the log says so', (t) => {
  const { tokens, session, paths, log } = startTokens(t);
  const own = session(1);
  tokens.sessions.give(own);
  rmSync(`${paths.tokens}/${own.id}`);
  mkdirSync(`${paths.tokens}/${own.id}`);
  assert.throws(() => tokens.sessions.end(own.id));
  tokens.sessions.ended(own.id);
  assert.deepEqual(
    log.map(({ level, session }) => [level, session]),
    [['error', own.id]],
  );
});
