/** Connections to a daemon that hangs up: what may be asked again is, and nothing else. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { callerWith } from '../../../bridge-http/identity/caller.js';
import { createPool } from '../../../bridge-http/identity/pool.js';
import { refused } from '../../support/refused.js';
import { login, type StubDaemon, startStub } from '../../support/stub-daemon.js';

const ann = callerWith('service', 'x', 'ann');

/** Hangs up at the first message of the method, and answers the next. */
async function start(t: TestContext, method: string) {
  let first = true;
  const answers = { initialize: login(), 'session/list': { sessions: [] }, 'session/close': { success: true } };
  const scripts = Object.entries(answers).map(([name, answer]) => [
    name,
    (_: unknown, stub: StubDaemon) => {
      if (name !== method || !first) return answer;
      first = false;
      stub.hangUp();
      return undefined;
    },
  ]);
  const stub = await startStub(Object.fromEntries(scripts));
  const pool = createPool({ socketPath: stub.socketPath, version: '0' });
  t.after(async () => {
    pool.close();
    await stub.stop();
  });
  return { pool, heard: (name: string) => stub.heard.filter((message) => message.method === name).length };
}

test('a login and a read that were cut off are made again, what changes something is not', async (t) => {
  const cutLogin = await start(t, 'initialize');
  assert.deepEqual(await cutLogin.pool.call(ann, 'session/close', { id: 'x' }), { success: true });
  assert.deepEqual([cutLogin.heard('initialize'), cutLogin.heard('session/close')], [2, 1]);
  const cutRead = await start(t, 'session/list');
  assert.deepEqual(await cutRead.pool.call(ann, 'session/list', {}), { sessions: [] });
  assert.deepEqual([cutRead.heard('session/list'), cutRead.pool.pending], [2, 0]);
  const { pool, heard } = await start(t, 'session/close');
  await assert.rejects(
    pool.call(ann, 'session/close', { id: 'x' }),
    refused('Unavailable', /before the answer/, 'CONNECTION_LOST'),
  );
  assert.deepEqual([heard('session/close'), pool.pending], [1, 0]);
});

test('more callers than there are connections are answered one after another, and the probe besides', async (t) => {
  let give = (_: object) => {};
  const given = new Promise<object>((resolve) => (give = resolve));
  const stub = await startStub({ 'session/list': () => given, 'daemon/health': () => ({}) });
  const pool = createPool({ socketPath: stub.socketPath, version: '0' });
  t.after(async () => {
    pool.close();
    await stub.stop();
  });
  const all = Array.from({ length: 200 }, (_, i) =>
    pool.call(callerWith('service', 'x', `user ${i}`), 'session/list', {}),
  );
  await stub.heardOf('session/list', 112);
  assert.deepEqual(await pool.call(callerWith('service', 'x', ''), 'daemon/health', {}), {});
  give({ sessions: [] });
  assert.equal((await Promise.all(all)).length, 200);
});

test('who waits for his turn is told that it takes too long when it does', async (t) => {
  const stub = await startStub();
  const pool = createPool({ socketPath: stub.socketPath, version: '0', answerMs: 300 });
  t.after(async () => {
    pool.close();
    await stub.stop();
  });
  const since = performance.now();
  const all = await Promise.allSettled(Array.from({ length: 150 }, () => pool.call(ann, 'session/list', {})));
  assert.ok(performance.now() - since < 900);
  assert.ok(all.every((each) => each.status === 'rejected' && each.reason.kind === 'Timeout'));
  assert.equal(pool.pending, 0);
});
