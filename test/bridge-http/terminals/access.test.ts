/** Who opens a terminal: tickets, headers, and how each refusal is told. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { bridged } from '../../support/bridged.js';
import { asService, openPage, pageOf, V2 } from '../../support/pages.js';

const ABSENT = '00000000-0000-4000-8000-000000000000';

async function setUp(t: TestContext, config = '') {
  const all = await bridged(t, { config });
  const ann = all.bridge.as('ann');
  const { id, tmuxSessionName } = (await ann('POST', '/api/sessions', { name: 'one', project_path: '/tmp' })).body;
  const ticket = async () => (await ann('GET', `/api/sessions/${id}/token`)).body.token as string;
  const { terminalSocket } = all.bridge.paths;
  const open = (path: string, options = {}) => openPage(t, terminalSocket, path, options);
  return { ...all, ann, id, tmuxSessionName, ticket, open, headers: asService(all.bridge.paths, 'ann') };
}

test('a ticket opens the terminal it is for, once, in either spelling and on every listener', async (t) => {
  const { bridge, id, tmuxSessionName, ticket, open } = await setUp(t, '[bridge]\ntcp = true\n');
  const names = { sessionId: id, tmuxSessionName };
  const first = await ticket();
  const query = `token=${first}&sessionId=${id}&tmuxSession=${tmuxSessionName}&cols=90&rows=30`;
  const page = open(`/ws?${query}`);
  await page.until('ready');
  assert.deepEqual(page.heard.slice(0, 2), [
    { type: 'session_attached', ...names },
    { type: 'ready', ...names },
  ]);
  assert.equal((await bridge.ask('GET', '/health')).body.metrics.websocket_connections, 1);
  await open(`/ws/terminal/${id}?token=${await ticket()}`).until('ready');
  await openPage(t, bridge.paths.bridgeSocket, `/ws?token=${await ticket()}&sessionId=${id}`).until('ready');
  await pageOf(t, `ws://127.0.0.1:${bridge.port}/ws?token=${await ticket()}&sessionId=${id}`).until('ready');
  const again = open(`/ws?${query}`);
  assert.deepEqual(await again.closed, { code: 4002, reason: 'Invalid or expired token' });
  assert.match(again.heard[0]?.message, /Invalid or expired token/);
  assert.ok(!bridge.stderr.includes(first));
});

test('the front end names its user in a header, a program brings a token of its own', async (t) => {
  const { daemon, client, id, open, headers } = await setUp(t);
  await open(`/ws/terminal/${id}`, { headers }).until('ready');
  const { id: own } = await client.call('session/create', {});
  const authorization = { authorization: `Bearer ${daemon.token}` };
  await open(`/ws/terminal/${own}`, { headers: authorization }).until('ready');
  const strange = open(`/ws/terminal/${id}`, { headers: authorization });
  assert.equal((await strange.closed).code, 4004);
});

test('each refusal is told in an error frame and by its close code', async (t) => {
  const { id, tmuxSessionName, open, headers } = await setUp(t);
  const missing = { code: 4001, reason: 'Authentication required' };
  const bad = { code: 4002, reason: 'Invalid or expired token' };
  const name = { code: 4003, reason: 'Invalid session name' };
  const none = { code: 4004, reason: 'No session' };
  const { 'x-rdv-service-token': token } = headers;
  const cases = [
    ['/ws', {}, missing],
    [`/ws/terminal/${id}`, {}, missing],
    [`/ws/terminal/${id}`, { 'x-rdv-service-token': token! }, missing],
    [`/ws/terminal/${id}`, { authorization: 'Bearer wrong' }, bad],
    [`/ws/terminal/${id}`, { 'x-rdv-service-token': 'wrong', 'x-rdv-user-id': 'ann' }, bad],
    [`/ws?token=wrong&sessionId=${id}`, {}, bad],
    [`/ws?token=${token}&sessionId=${id}`, {}, bad],
    ['/ws', headers, name],
    ['/ws/terminal/nothing', headers, name],
    [`/ws/terminal/${id}?tmuxSession=main;ls`, headers, name],
    [`/ws/terminal/${id}?tmuxSession=${tmuxSessionName}x`, headers, name],
    [`/ws/terminal/${ABSENT}`, headers, none],
    [`/ws/terminal/${id}`, { ...headers, 'x-rdv-user-id': 'bob' }, none],
  ] as const;
  for (const [path, given, expected] of cases) {
    const page = open(path, { headers: given });
    assert.deepEqual(await page.closed, expected, path);
    assert.deepEqual(
      page.heard.map(({ type }) => type),
      ['error'],
    );
    if (expected.code <= 4003) assert.equal(page.heard[0]?.message, expected.reason);
  }
  const second = open(`/ws/terminal/${ABSENT}`, { headers, protocol: V2 });
  second.socket.on('open', () => second.say({ type: 'hello', cols: 80, rows: 24, flow: true, mode: 'rw' }));
  assert.deepEqual(await second.closed, none);
  assert.deepEqual(second.heard[0], {
    type: 'error',
    code: 'SESSION_NOT_FOUND',
    message: `No session ${ABSENT}. List them with session/list.`,
    retryable: false,
  });
});

test('a ticket for another session or origin is refused, one to read lets nobody type', async (t) => {
  const { ann, id, ticket, open } = await setUp(t);
  const other = (await ann('POST', '/api/sessions', { name: 'two', project_path: '/tmp' })).body.id;
  assert.equal((await open(`/ws?token=${await ticket()}&sessionId=${other}`).closed).code, 4002);
  const origin = 'http://localhost';
  const bound = async () =>
    (await ann('GET', `/api/sessions/${id}/token`, undefined, { origin, host: 'localhost' })).body.token;
  assert.equal((await open(`/ws?token=${await bound()}&sessionId=${id}`).closed).code, 4002);
  await open(`/ws?token=${await bound()}&sessionId=${id}`, { origin }).until('ready');
  const ro = (await ann('GET', `/api/sessions/${id}/token?mode=ro`)).body.token;
  const page = open(`/ws?token=${ro}&sessionId=${id}`);
  await page.until('ready');
  page.say({ type: 'input', data: 'x' });
  assert.equal((await page.until('error')).code, 'Forbidden');
  page.say({ type: 'ping' });
  await page.until('pong');
});

test('pages of another origin or host name, and other paths, are refused before there is a WebSocket', async (t) => {
  const { bridge, id, headers } = await setUp(t);
  const cases = [
    [`/ws/terminal/${id}`, { origin: 'http://evil.example' }, 403],
    [`/ws/terminal/${id}`, { host: 'evil.example' }, 403],
    ['/ws/terminal/', {}, 404],
    ['/ws/other', {}, 404],
  ] as const;
  for (const [path, more, status] of cases) {
    const url = `ws+unix:${bridge.paths.terminalSocket}:${path}`;
    const socket = new WebSocket(url, { headers: { host: 'localhost', ...headers, ...more } });
    const [, response] = await once(socket, 'unexpected-response');
    assert.equal(response.statusCode, status, path);
    response.resume();
    socket.on('error', () => {});
    socket.terminate();
  }
});

test('while the daemon is away a page is told to try again later', async (t) => {
  const { daemon, id, open, headers } = await setUp(t);
  await daemon.terminate();
  const page = open(`/ws/terminal/${id}`, { headers });
  assert.deepEqual(await page.closed, { code: 1013, reason: 'Try again later' });
  assert.equal(page.heard[0]?.type, 'error');
});

test('a token that is revoked ends its terminals within a second', async (t) => {
  const { client, open } = await setUp(t);
  const { id } = await client.call('session/create', {});
  const made = await client.call('token/create', { name: 'page' });
  const page = open(`/ws/terminal/${id}`, { headers: { authorization: `Bearer ${made.key}` } });
  await page.until('ready');
  const since = performance.now();
  await client.call('token/revoke', { id: made.id });
  assert.equal((await page.closed).code, 4002);
  assert.ok(performance.now() - since < 2500, `${performance.now() - since} ms`);
});
