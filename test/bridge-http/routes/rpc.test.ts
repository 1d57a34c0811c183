/** Any method over `POST /api/rpc`: for its caller, as the daemon has it, and nothing that belongs to a connection. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { test } from 'node:test';
import { allMethods } from '#protocol';
import { bridged } from '../../support/bridged.js';

test('a call is made for its caller, with times as integers, and its errors are answers', async (t) => {
  const { bridge } = await bridged(t);
  const call = async (method: string, params?: unknown, user = 'ann') =>
    bridge.as(user)('POST', '/api/rpc', { jsonrpc: '2.0', id: 'x', method, ...(params !== undefined && { params }) });
  const made = await call('folder/create', { name: 'one' });
  assert.deepEqual([made.status, made.body.jsonrpc, made.body.id], [200, '2.0', 'x']);
  const folder = made.body.result;
  assert.equal(Number.isInteger(folder.createdAt), true);
  assert.deepEqual((await call('folder/get', { id: folder.id })).body.result, folder);
  const others = await call('folder/get', { id: folder.id }, 'bob');
  assert.deepEqual(
    [others.status, others.body.error.code, others.body.error.data.code],
    [200, 1404, 'FOLDER_NOT_FOUND'],
  );
  assert.equal((await call('folder/get', { id: 7 })).body.error.code, -32602);
  assert.equal((await call('folder/get', [folder.id])).body.error.code, -32602);
  assert.match((await call('rpc.discover')).body.result.openrpc, /^1\.3/);
  assert.equal((await call('nothing/here')).body.error.code, -32601);
});

test('what belongs to a connection is refused, and why', async (t) => {
  const { bridge } = await bridged(t);
  const connected = allMethods
    .map(([name]) => name)
    .filter((name) => /^(initialize|shutdown|auth\/|event\/.*sub|terminal\/(?!read|search))/.test(name));
  assert.ok(connected.includes('terminal/open') && connected.includes('event/subscribe'));
  for (const method of [...connected, 'exit', '$/cancelRequest']) {
    const { status, body } = await bridge.as('ann')('POST', '/api/rpc', { jsonrpc: '2.0', id: 1, method, params: {} });
    assert.deepEqual([status, body.error.code, body.id], [200, -32601, 1], method);
    assert.match(body.error.message, /belongs to a connection/);
  }
});

test('what is no call is refused with 400, and who is not let in as everywhere', async (t) => {
  const { bridge, daemon } = await bridged(t);
  const ann = bridge.as('ann');
  const call = { jsonrpc: '2.0', id: 1, method: 'daemon/ping' };
  const cases: [unknown, number, unknown][] = [
    [[call], -32600, null],
    ['{', -32700, null],
    [{ ...call, jsonrpc: '1.0' }, -32600, 1],
    [{ ...call, method: 7 }, -32600, 1],
    [{ ...call, id: null }, -32600, null],
    [{ ...call, id: {} }, -32600, null],
    [{ jsonrpc: '2.0', method: 'daemon/ping' }, -32600, null],
    ['7', -32600, null],
    [undefined, -32600, null],
  ];
  for (const [body, code, id] of cases) {
    const answer = await ann('POST', '/api/rpc', body);
    assert.deepEqual([answer.status, answer.body.error.code, answer.body.id], [400, code, id], JSON.stringify(body));
  }
  const { status, body } = await bridge.ask('POST', '/api/rpc', {
    body: call,
    headers: { authorization: 'Bearer rdv_x' },
  });
  assert.deepEqual([status, body.code], [401, 'INVALID_TOKEN']);
  assert.equal((await ann('GET', '/api/rpc')).status, 405);
  await daemon.terminate();
  const away = await ann('POST', '/api/rpc', call);
  assert.deepEqual([away.status, away.body.code], [503, 'RDV_UNAVAILABLE']);
});

test('a read is cancelled when its caller goes away', async (t) => {
  const { bridge, client } = await bridged(t);
  const { body: session } = await bridge.as('ann')('POST', '/api/sessions', { name: 'one', project_path: '/tmp' });
  const body = JSON.stringify({
    ...{ jsonrpc: '2.0', id: 1, method: 'session/wait' },
    params: { id: session.id, until: 'exit', timeoutMs: 20_000 },
  });
  const token = readFileSync(bridge.paths.serviceToken, 'utf8').trim();
  const asked = request({
    ...{ socketPath: bridge.paths.bridgeSocket, path: '/api/rpc', method: 'POST' },
    headers: {
      ...{ host: 'localhost', 'x-rdv-service-token': token, 'x-rdv-user-id': 'ann' },
      ...{ 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    },
  });
  const broken = once(asked, 'error');
  asked.end(body);
  const pending = async () => (await bridge.ask('GET', '/health')).body.metrics.pending_requests;
  while ((await pending()) !== 1) await client.call('daemon/ping', {});
  asked.destroy(new Error('gone'));
  await broken;
  const since = performance.now();
  while ((await pending()) !== 0) await client.call('daemon/ping', {});
  assert.ok(performance.now() - since < 5000);
});
