/** Who is calling: every way to say it, right, wrong and twice, and nothing of it in what the bridge writes. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bridged } from '../../support/bridged.js';

type Headers = Readonly<Record<string, string | string[]>>;

test('each way to say who is calling is let in or refused with its code, and no token is written anywhere', async (t) => {
  const { daemon, client, bridge } = await bridged(t, { environment: { RDV_LOG_LEVEL: 'debug' } });
  const service = readFileSync(bridge.paths.serviceToken, 'utf8').trim();
  const session = await client.call('session/create', { command: ['cat'] });
  const key = await client.call('token/create', { name: 'phone' });
  const gone = await client.call('token/create', { name: 'gone' });
  await client.call('token/revoke', { id: gone.id });
  const ticket = await client.call('session/ticket', { id: session.id });
  const tokens = {
    service,
    cli: daemon.token,
    key: key.key,
    gone: gone.key,
    ticket: ticket.token,
    child: readFileSync(join(bridge.paths.tokens, session.id), 'utf8').trim(),
  };
  const as = (token: string, user?: string): Headers => ({
    'x-rdv-service-token': token,
    ...(user !== undefined && { 'x-rdv-user-id': user }),
  });
  const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });

  const rows: [what: string, headers: Headers, status: number, code?: string][] = [
    ['nothing', {}, 401, 'MISSING_TOKEN'],
    ['service token and user', as(service, 'ann'), 200],
    ['a user with the longest id', as(service, 'a'.repeat(200)), 200],
    ['a service token alone', as(service), 401, 'MISSING_USER_ID'],
    ['an empty user', as(service, ' '), 401, 'MISSING_USER_ID'],
    ['an empty service token', as('', 'ann'), 401, 'MISSING_TOKEN'],
    ['a user alone', { 'x-rdv-user-id': 'ann' }, 401, 'MISSING_TOKEN'],
    ['a wrong service token', as(`${'A'.repeat(43)}=`, 'ann'), 401, 'INVALID_TOKEN'],
    ['no service token at all', as('x', 'ann'), 401, 'INVALID_TOKEN'],
    ['a token without end', as('x'.repeat(5000), 'ann'), 401, 'INVALID_TOKEN'],
    ['a user id too long', as(service, 'a'.repeat(201)), 400, 'INVALID_USER_ID'],
    ['a user id with a tab', as(service, 'a\tb'), 400, 'INVALID_USER_ID'],
    ['a user id in Latin', as(service, 'J\u00fcrgen'), 400, 'INVALID_USER_ID'],
    ['the token of the command line as service token', as(tokens.cli, 'local'), 401, 'INVALID_TOKEN'],
    ['the same for another user', as(tokens.cli, 'ann'), 401, 'INVALID_TOKEN'],
    ['a key as service token', as(tokens.key, 'local'), 401, 'INVALID_TOKEN'],
    ['a key as service token for another', as(tokens.key, 'ann'), 401, 'INVALID_TOKEN'],
    ['a service token as bearer', bearer(service), 401, 'INVALID_TOKEN'],
    ['a key', bearer(tokens.key), 200],
    ['the token of the command line', bearer(tokens.cli), 200],
    ['the token of a session', bearer(tokens.child), 200],
    ['a ticket', bearer(tokens.ticket), 401, 'INVALID_TOKEN'],
    ['a key that was revoked', bearer(tokens.gone), 401, 'INVALID_TOKEN'],
    ['no bearer', { authorization: `Basic ${tokens.key}` }, 401, 'INVALID_TOKEN'],
    ['a bearer without a token', { authorization: 'Bearer ' }, 401, 'INVALID_TOKEN'],
    ['two bearers', { authorization: [`Bearer ${tokens.key}`, `Bearer ${tokens.cli}`] }, 400, 'REPEATED_HEADER'],
    ['both kinds', { ...as(service, 'ann'), ...bearer(tokens.key) }, 400, 'TWO_IDENTITIES'],
    ['a user beside a bearer', { ...bearer(tokens.key), 'x-rdv-user-id': 'ann' }, 401, 'MISSING_TOKEN'],
    [
      'a user beside an assertion',
      { 'cf-access-jwt-assertion': 'a.b.c', 'x-rdv-user-id': 'ann' },
      ...([401, 'MISSING_TOKEN'] as const),
    ],
    ['two users', { ...as(service), 'x-rdv-user-id': ['ann', 'bob'] }, 400, 'REPEATED_HEADER'],
    [
      'two service tokens',
      { ...as(service, 'ann'), 'x-rdv-service-token': [service, service] },
      400,
      'REPEATED_HEADER',
    ],
    ['a header of ours nobody knows', { ...as(service, 'ann'), 'x-rdv-admin': '1' }, 400, 'UNKNOWN_HEADER'],
    ['underscores', { ...bearer(tokens.key), x_rdv_user_id: 'ann' }, 400, 'UNKNOWN_HEADER'],
    ['underscores in between', { ...bearer(tokens.key), 'x-rdv_user_id': 'ann' }, 400, 'UNKNOWN_HEADER'],
    ['an assertion where none is taken', { 'cf-access-jwt-assertion': 'a.b.c' }, 401, 'MISSING_TOKEN'],
  ];
  const heard: string[] = [];
  for (const [what, headers, status, code] of rows) {
    const answer = await bridge.ask('GET', '/api/sessions', { headers });
    heard.push(JSON.stringify(answer));
    assert.deepEqual([answer.status, answer.body.code], [status, code], what);
    if (code === 'MISSING_TOKEN' || status === 401) assert.ok(answer.body.error, what);
  }
  for (const token of Object.values(tokens)) {
    const inUrl = await bridge.ask('GET', `/api/sessions?token=${encodeURIComponent(token)}`);
    heard.push(JSON.stringify(inUrl));
    assert.deepEqual([inUrl.status, inUrl.body.code], [400, 'TOKEN_IN_URL']);
    heard.push(
      JSON.stringify(await bridge.ask('GET', `/api/${encodeURIComponent(token)}`, { headers: bearer(`${token}x`) })),
    );
  }

  await bridge.stop();
  const lines = bridge.stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.ok(lines.some(({ code, over, status }) => code === 'INVALID_TOKEN' && over === 'socket' && status === 401));
  const log = readdirSync(join(daemon.home, 'log')).map((name) => readFileSync(join(daemon.home, 'log', name), 'utf8'));
  for (const [name, token] of Object.entries(tokens))
    for (const piece of [token, token.slice(20, 44)]) {
      assert.equal(bridge.stderr.includes(piece), false, `${name} in the log of the bridge`);
      assert.equal(log.join('').includes(piece), false, `${name} in the log of the daemon`);
      if (name !== 'service')
        assert.equal(heard.slice(0, rows.length).join('').includes(piece), false, `${name} in an answer`);
    }
});

test('a service token is replaced while requests run: old and new are good, then the old one has expired', async (t) => {
  const { client, bridge } = await bridged(t, { config: '[auth]\noverlap_seconds = 2\n' });
  const old = readFileSync(bridge.paths.serviceToken, 'utf8').trim();
  const pinned = (user: string) =>
    bridge.ask('GET', '/api/sessions', { headers: { 'x-rdv-service-token': old, 'x-rdv-user-id': user } });
  let running = true;
  const statuses = new Set<number>();
  const asking = ['ann', 'bob'].map(async (user) => {
    while (running) {
      statuses.add((await bridge.as(user)('POST', '/api/folders', { name: 'x' })).status);
      statuses.add((await pinned(user)).status);
    }
  });
  const { keys } = await client.call('token/list', {});
  const { id } = keys.find(({ kind }) => kind === 'svc')!;
  await client.call('token/rotate', { id });
  assert.notEqual(readFileSync(bridge.paths.serviceToken, 'utf8').trim(), old);
  // A user whose connection is opened with the old one, within its overlap.
  assert.equal((await pinned('carol')).status, 200);
  running = false;
  await Promise.all(asking);
  assert.deepEqual([...statuses].sort(), [200, 201]);
  let answer = await pinned('ann');
  while (answer.status === 200) answer = await pinned('ann');
  assert.deepEqual([answer.status, answer.body.code], [401, 'EXPIRED_TOKEN']);
  assert.equal((await bridge.as('ann')('GET', '/api/sessions')).status, 200);
  assert.equal((await bridge.ask('GET', '/health')).status, 200);
});
