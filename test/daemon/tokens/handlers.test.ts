/** Numbers 1, 3 and 4: tokens made, listed, revoked and replaced, and tickets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expandScopes } from '#protocol';
import { refused } from '../../support/refused.js';
import { startTokens } from '../../support/tokened.js';

const revoked = refused('Unauthorized', /^This token was revoked/, 'TOKEN_REVOKED');
const F = ['a', 'b', 'c'].map((letter) => `3f2a7c1e-0000-4000-8000-00000000000${letter}`);

test('3: `token/create` shows a token once that does what was asked and no more', async (t) => {
  const { call, login, folder, db } = startTokens(t);
  folder(F[0]!);
  const { key, ...made } = await call('token/create', {
    name: ' phone ',
    kind: 'mcp',
    scopes: ['read', 'terminal:read'],
    folderId: F[0]!,
    expiresInDays: 1,
  });
  assert.equal(made.keyPrefix, key.slice(0, 12));
  assert.equal(made.name, 'phone');
  const identity = login(key);
  assert.deepEqual([identity.user, identity.kind, identity.tokenId], ['local', 'mcp', made.id]);
  assert.deepEqual(identity.scopes, expandScopes(['read', 'terminal:read']));
  assert.equal(identity.reach?.name, 'folder "3f2a"');
  const { keys } = await call('token/list', {});
  assert.deepEqual(
    keys.find(({ id }) => id === made.id),
    { ...made, lastUsedAt: made.createdAt },
  );
  assert.equal(JSON.stringify([keys, db.prepare('SELECT * FROM token').all()]).includes(key.slice(21)), false);
});

test('3: a name is required, and ten tokens are enough for a user; revoked, expired and replaced ones do not count', async (t) => {
  const { call, login, svc, time } = startTokens(t);
  const ann = login(svc(), { user: 'ann' });
  await assert.rejects(call('token/create', { name: ' ' }), refused('InvalidParams', /./, 'NAME_REQUIRED'));
  await assert.rejects(call('token/create', { name: 'x'.repeat(101) }), refused('InvalidParams', /./, 'NAME_TOO_LONG'));
  const made = [];
  for (let i = 0; i < 9; i++) made.push(await call('token/create', { name: `k${i}` }, ann));
  await call('token/create', { name: 'short', expiresAt: time.now + 10 }, ann);
  const full = refused('InvalidParams', /Revoke one/, 'KEY_LIMIT_REACHED');
  await assert.rejects(call('token/create', { name: 'eleventh' }, ann), full);
  await call('token/create', { name: 'of another user' });
  time.now += 10;
  await call('token/rotate', { id: made[0]!.id }, ann);
  await call('token/create', { name: 'tenth' }, ann);
  await assert.rejects(call('token/create', { name: 'eleventh' }, ann), full);
  await call('token/revoke', { id: made[1]!.id }, ann);
  await call('token/create', { name: 'tenth again' }, ann);
});

test('3: what is made with a token has no more scopes, time and reach than that, and ends with it', async (t) => {
  const { call, login, folder, folders, session, time } = startTokens(t);
  folder(F[0]!);
  folder(F[1]!, F[0]!);
  folder(F[2]!);
  const { id: inB } = session(1, { userId: 'local', folderId: F[1]! });
  const expiresAt = time.now + 5000;
  const a = await call('token/create', { name: 'a', scopes: ['write', 'admin'], folderId: F[0]!, expiresAt });
  const asA = login(a.key);
  const b = await call('token/create', { name: 'b', folderId: F[1]! }, asA);
  assert.deepEqual([b.expiresAt, b.scopes], [expiresAt, ['destroy', 'terminal:write']]);
  const c = await call('token/create', { name: 'c', scopes: ['read'], folderId: F[1]! }, login(b.key));
  const asB = login(b.key);
  assert.equal(asB.reach!.session(inB), true);
  // Moved out of what the one it was made with reaches.
  folders.save([{ ...folders.find(F[1]!)!, parentId: F[2]! }]);
  for (const reach of [asB.reach!, login(c.key).reach!])
    assert.deepEqual([reach.folder(F[1]!), reach.session(inB)], [false, false]);
  await call('token/revoke', { id: a.id });
  for (const { key } of [a, b, c]) assert.throws(() => login(key), revoked);
});

test('6: tokens of another user are not found, and his folders neither', async (t) => {
  const { call, login, svc, folder } = startTokens(t);
  folder(F[0]!, null, 'bob');
  const [ann, bob] = [login(svc(), { user: 'ann' }), login(svc(), { user: 'bob' })];
  const { id } = await call('token/create', { name: 'his' }, bob);
  const unseen = refused('NotFound', /^No token .* List them with token\/list\.$/, 'TOKEN_NOT_FOUND');
  for (const method of ['token/revoke', 'token/rotate'] as const)
    for (const name of [id, 'cli', 'nothing']) await assert.rejects(call(method, { id: name }, ann), unseen);
  await assert.rejects(call('token/create', { name: 'x', folderId: F[0]! }, ann), refused('NotFound', /folder/));
  assert.deepEqual((await call('token/list', { all: true }, ann)).keys, []);
  assert.deepEqual(
    (await call('token/list', {}, bob)).keys.map(({ name }) => name),
    ['his'],
  );
});

test('4: `token/rotate` gives a new token of the same family; both are good during the overlap', async (t) => {
  const { call, login, time, settings } = startTokens(t);
  const made = await call('token/create', { name: 'phone', scopes: ['read'] });
  const child = await call('token/create', { name: 'child', scopes: ['read'] }, login(made.key));
  const { key, id, overlapUntil } = await call('token/rotate', { id: made.id });
  assert.equal(overlapUntil, time.now + settings.overlapMs);
  assert.deepEqual([login(made.key).tokenId, login(key!).tokenId], [made.id, id]);
  await assert.rejects(
    call('token/rotate', { id: made.id }),
    refused('Conflict', /not in use any more/, 'NOT_ROTATED'),
  );
  time.now += settings.overlapMs;
  assert.throws(() => login(made.key), refused('Unauthorized', /was replaced/, 'EXPIRED_TOKEN'));
  assert.deepEqual([login(key!).user, login(child.key).user], ['local', 'local']);
  await call('token/revoke', { id });
  for (const text of [key!, child.key]) assert.throws(() => login(text), revoked);
});

test('4: to revoke one that was replaced cuts its overlap short, and nothing else', async (t) => {
  const { call, login, cli } = startTokens(t);
  const before = cli();
  const { tokenId } = login(before);
  const phone = await call('token/create', { name: 'phone' });
  await call('token/rotate', { id: 'cli' });
  await call('token/revoke', { id: tokenId });
  assert.throws(() => login(before), revoked);
  assert.deepEqual([login(cli()).user, login(phone.key).user], ['local', 'local']);
});

test('4: tokens in files are replaced and revoked by an admin only; revoked, the file has another one at once', async (t) => {
  const { call, login, cli, svc } = startTokens(t);
  const { key } = await call('token/create', { name: 'usual' });
  for (const method of ['token/revoke', 'token/rotate'] as const)
    for (const id of ['svc', 'cli'])
      await assert.rejects(call(method, { id }, login(key)), refused('Forbidden', /"admin"/, 'MISSING_SCOPE'));
  const before = svc();
  const rotated = await call('token/rotate', { id: 'svc' });
  assert.deepEqual([rotated.key, rotated.kind], [null, 'svc']);
  assert.notEqual(svc(), before);
  const [old, admin] = [cli(), login(cli())];
  await call('token/revoke', { id: 'cli' }, admin);
  assert.throws(() => login(old), revoked);
  assert.throws(() => login(key), revoked);
  assert.equal(login(cli()).user, 'local');
});

test('4: whoever does less cannot replace a token that does more and so get it', async (t) => {
  const { call, login } = startTokens(t);
  const strong = await call('token/create', { name: 'strong', scopes: ['admin'] });
  const weak = await call('token/create', { name: 'weak', scopes: ['write'] });
  await assert.rejects(
    call('token/rotate', { id: strong.id }, login(weak.key)),
    refused('Forbidden', /./, 'MISSING_SCOPE'),
  );
});

test('4: connections of a token that is replaced are told, and end once the overlap is over', async (t) => {
  const { call, login, cli, connections, time, settings, paths } = startTokens(t);
  settings.overlapMs = 30;
  const told = connections.join(login(cli()));
  const { overlapUntil } = await call('token/rotate', { id: 'cli' });
  assert.deepEqual(told, [{ name: 'auth/rotated', params: { overlapUntil, file: paths.cliToken } }]);
  const fresh = connections.join(login(cli()));
  time.now += 30;
  await connections.endedBy(1);
  assert.deepEqual(
    connections.ended.map(({ error }) => error.data.code),
    ['EXPIRED_TOKEN'],
  );
  assert.deepEqual([connections.peers().length, fresh], [1, []]);
});

test('2: connections end when their token expires, is revoked, or its folder is removed', async (t) => {
  const { call, login, connections, folder, folders, tokens, time } = startTokens(t);
  folder(F[0]!);
  const soon = await call('token/create', { name: 'soon', expiresAt: time.now + 20 });
  const gone = await call('token/create', { name: 'gone', folderId: F[0]! });
  const over = await call('token/create', { name: 'over' });
  const later = await call('token/create', { name: 'later', expiresAt: time.now + 50 });
  for (const { key } of [soon, gone, over, later]) connections.join(login(key));
  time.now += 20;
  await connections.endedBy(1);
  time.now += 30;
  await connections.endedBy(2);
  folders.remove(folders.find(F[0]!)!, []);
  tokens.look();
  await connections.endedBy(3);
  await call('token/revoke', { id: over.id });
  await connections.endedBy(4);
  const codes = connections.ended.map(({ error }) => error.data.code);
  assert.deepEqual(codes, ['EXPIRED_TOKEN', 'EXPIRED_TOKEN', 'TOKEN_REVOKED', 'TOKEN_REVOKED']);
});

test('4: use of a token that was replaced or revoked raises `token/alarmed`, once a minute, and a line in the log', async (t) => {
  const { call, login, time, settings, events, log } = startTokens(t);
  const phone = await call('token/create', { name: 'phone' });
  await call('token/rotate', { id: phone.id });
  time.now += settings.overlapMs;
  for (let i = 0; i < 3; i++) assert.throws(() => login(phone.key));
  const tablet = await call('token/create', { name: 'tablet', expiresAt: time.now + 1 });
  time.now += 1;
  assert.throws(() => login(tablet.key), refused('Unauthorized', /expired/, 'EXPIRED_TOKEN'));
  await call('token/revoke', { id: tablet.id });
  assert.throws(() => login(tablet.key));
  time.now += 60_000;
  assert.throws(() => login(phone.key));
  const alarms = events().map(({ name, params: { id, reason } }) => [name, id, reason]);
  const replaced = ['token/alarmed', phone.id, 'replaced'];
  assert.deepEqual(alarms, [replaced, ['token/alarmed', tablet.id, 'revoked'], replaced]);
  assert.deepEqual(
    log.map(({ level, token }) => [level, token]),
    alarms.map(([, id]) => ['warn', id]),
  );
});

test('1: a ticket is good once, for five minutes, its session, its user and its origin', async (t) => {
  const { call, login, svc, cli, session, time, db } = startTokens(t);
  const { id } = session(1, { userId: 'local' });
  const bridge = login(svc());
  const ticket = async (more = {}) => (await call('session/ticket', { id, ...more })).token;
  const { token, ...rest } = await call('session/ticket', { id, mode: 'ro', origin: 'https://a' });
  assert.deepEqual(rest, { sessionId: id, tmuxSessionName: 'rdv-1', expiresIn: 300 });
  const redeemed = await call('token/redeem', { token, sessionId: id, origin: 'https://a' }, bridge);
  assert.deepEqual(redeemed, { user: 'local', sessionId: id, mode: 'ro' });
  await assert.rejects(call('token/redeem', { token, origin: 'https://a' }, bridge), revoked);
  const other = session(2, { userId: 'local' }).id;
  const wrong: [object, object][] = [
    [{ origin: 'https://a' }, {}],
    [{ origin: 'https://a' }, { origin: 'https://b' }],
    [{}, { sessionId: other }],
  ];
  for (const [given, used] of wrong) {
    const spent = await ticket(given);
    const misused = refused('Unauthorized', /another session or origin/, 'INVALID_TOKEN');
    await assert.rejects(call('token/redeem', { token: spent, ...used }, bridge), misused);
    await assert.rejects(call('token/redeem', { token: spent, ...given }, bridge), revoked);
  }
  const ofAnother = call('token/redeem', { token: await ticket() }, login(svc(), { user: 'ann' }));
  await assert.rejects(ofAnother, refused('Unauthorized', /./, 'INVALID_TOKEN'));
  const late = await ticket();
  time.now += 300_000;
  await assert.rejects(
    call('token/redeem', { token: late }, bridge),
    refused('Unauthorized', /expired/, 'EXPIRED_TOKEN'),
  );
  assert.equal((await call('token/redeem', { token: await ticket() }, bridge)).mode, 'rw');
  const weak = { ...login(cli()), scopes: expandScopes(['read', 'terminal:read']) };
  await assert.rejects(call('session/ticket', { id }, weak), refused('Forbidden', /"terminal:write"/, 'MISSING_SCOPE'));
  await assert.rejects(call('session/ticket', { id }, login(svc(), { user: 'ann' })), refused('NotFound', /session/));
  assert.equal(JSON.stringify(db.prepare('SELECT * FROM token').all()).includes(late.slice(21)), false);
});
