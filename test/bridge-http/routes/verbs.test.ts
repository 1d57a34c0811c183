/** What a request may be besides a route and its verb: HEAD, OPTIONS, unknown paths, odd queries, too many; all of it JSON. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { test } from 'node:test';
import { connect } from '#client';
import { type BridgeProcess, bridged } from '../../support/bridged.js';

/** Whatever the body is, even none. */
async function rawly(bridge: BridgeProcess, method: string, path: string) {
  const token = readFileSync(bridge.paths.serviceToken, 'utf8').trim();
  const headers = { host: 'localhost', 'x-rdv-service-token': token, 'x-rdv-user-id': 'ann' };
  const sent = request({ socketPath: bridge.paths.bridgeSocket, agent: false, method, path, headers }).end();
  const [response] = await once(sent, 'response');
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return { status: response.statusCode, headers: response.headers, body };
}

test('an unknown path is 404, a wrong verb 405 with those there are, HEAD a GET without its body, OPTIONS tells the verbs', async (t) => {
  const { bridge } = await bridged(t);
  const ask = bridge.as('ann');
  for (const path of ['/', '/api', '/api/none', '/api/sessions/', '/api/sessions/%ff', '/api/sessions//suspend']) {
    const { status, body } = await ask('GET', path);
    assert.deepEqual([status, body.code], [404, 'NOT_FOUND'], path);
  }
  for (const [verb, path, allow] of [
    ['PUT', '/api/sessions', 'GET, HEAD, OPTIONS, POST'],
    ['GET', '/api/sessions/reorder', 'OPTIONS, POST'],
    ['POST', '/health', 'GET, HEAD, OPTIONS'],
    ['TRACE', '/api/folders/x', 'DELETE, GET, HEAD, OPTIONS, PATCH'],
    ['HEAD', '/api/sessions/reorder', 'OPTIONS, POST'],
  ] as const) {
    const { status, headers, body } = await rawly(bridge, verb, path);
    assert.deepEqual([status, headers.allow], [405, allow], `${verb} ${path}`);
    if (verb !== 'HEAD') assert.equal(JSON.parse(body).code, 'METHOD_NOT_ALLOWED');
  }
  for (const path of ['/api/sessions', '/health', '/api/none', '/api/sessions/x']) {
    const [head, get] = [await rawly(bridge, 'HEAD', path), await rawly(bridge, 'GET', path)];
    assert.deepEqual([head.status, head.body], [get.status, ''], path);
    assert.equal(head.headers['content-type'], get.headers['content-type']);
  }
  const options = await rawly(bridge, 'OPTIONS', '/api/sessions');
  assert.deepEqual([options.status, JSON.parse(options.body)], [200, { methods: ['GET', 'HEAD', 'OPTIONS', 'POST'] }]);
  assert.equal(options.headers['access-control-allow-origin'], undefined);
  assert.equal((await rawly(bridge, 'OPTIONS', '/api/none')).status, 404);
});

test('a query that came twice is taken once; of a body that is none it is said what is wrong with it', async (t) => {
  const { bridge } = await bridged(t);
  const ask = bridge.as('ann');
  const folder = (await ask('POST', '/api/folders', { name: 'src' })).body;
  const { id } = (await ask('POST', '/api/sessions', { projectPath: '/tmp', folder_id: folder.id })).body;
  await ask('POST', '/api/sessions', { projectPath: '/tmp' });
  const twice = `folder_id=${folder.id}?folder_id=${folder.id}`;
  const { sessions } = (await ask('GET', `/api/sessions?${twice}`)).body;
  assert.deepEqual(
    sessions.map((each: any) => each.id),
    [id],
  );
  assert.equal((await ask('DELETE', `/api/sessions/${id}?trash=true?trash=true`)).body.success, true);
  for (const [body, code] of [
    ['{', 'INVALID_JSON'],
    ['[]', 'INVALID_PARAMS'],
    ['"x"', 'INVALID_PARAMS'],
    ['{"name": 5, "parentId": "x"}', 'INVALID_PARAMS'],
  ] as const) {
    const { status, body: said } = await ask('POST', '/api/folders', body);
    assert.deepEqual([status, said.code], [400, code], body);
  }
  const { details } = (await ask('POST', '/api/folders', { name: 5, parentId: 'x' })).body;
  assert.deepEqual(
    details.map(({ path }: any) => path),
    ['name', 'parentId'],
  );
});

test('too many calls of one user are 429 with when to come back, and another user is served', async (t) => {
  const { bridge } = await bridged(t, { config: '[limits]\nread_per_second = 1\n' });
  const [ann, bob] = [bridge.as('ann'), bridge.as('bob')];
  const limited = async () => {
    for (let at = 0; at < 100; at++) {
      const answer = await ann('GET', '/api/folders');
      if (answer.status !== 200) return answer;
    }
    throw new Error('nothing was refused');
  };
  const { status, headers, body } = await limited();
  assert.deepEqual([status, body.code], [429, 'RATE_LIMITED']);
  assert.match(headers['retry-after']!, /^[1-9]\d*$/);
  assert.deepEqual([headers['x-ratelimit-limit'], headers['x-ratelimit-remaining']], ['60', '0']);
  assert.ok(Math.abs(Number(headers['x-ratelimit-reset']) - Date.now()) < 10_000);
  assert.equal((await bob('GET', '/api/folders')).status, 200);
});

test('a key that has expired is told so, and one that was revoked is no key', async (t) => {
  const { daemon, bridge } = await bridged(t);
  const made = (await bridge.as('ann')('POST', '/api/keys', { name: 'short', expires_at: Date.now() + 1500 })).body;
  const bearer = (token: string) =>
    bridge.ask('GET', '/api/folders', { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await bearer(made.key)).status, 200);
  const other = (await bridge.as('ann')('POST', '/api/keys', { name: 'other' })).body;
  assert.equal((await bearer(other.key)).status, 200);
  await bridge.as('ann')('DELETE', `/api/keys/${other.id}`);
  const closed = await connect({ socketPath: daemon.socket, token: made.key });
  // Its connections end when it does.
  await new Promise<void>((resolve) => closed.onClose(() => resolve()));
  const said = async (key: string) => {
    const { status, body } = await bearer(key);
    return [status, body.code];
  };
  assert.deepEqual(await said(made.key), [401, 'EXPIRED_TOKEN']);
  assert.deepEqual(await said(other.key), [401, 'INVALID_TOKEN']);
});
