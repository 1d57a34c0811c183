/** What streams of events may cost: pages that do not read, and too many of them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { createEvents } from '../../../bridge-http/events/endpoint.js';
import { callerWith } from '../../../bridge-http/identity/caller.js';
import { createPool } from '../../../bridge-http/identity/pool.js';
import { bridged } from '../../support/bridged.js';
import { served } from '../../support/served.js';
import { folderNames, frontEnd, makeFolder, pageOf } from '../../support/sse.js';
import { startStub } from '../../support/stub-daemon.js';

test('a page that does not read is told nothing more until it does, then resync, and others are not held up', async (t) => {
  const { bridge } = await bridged(t, { config: '[limits]\nwrite_per_second = 0\n' });
  const lazy = await pageOf(t, bridge);
  const brisk = await pageOf(t, bridge);
  await lazy.until(({ lastId }) => lastId !== undefined);
  lazy.response.pause();
  const ann = bridge.as('ann');
  const { body } = await ann('POST', '/api/folders', { name: 'x'.repeat(90) });
  const change = (n: number) => ann('PATCH', `/api/folders/${body.id}`, { path: `/tmp/${'long/'.repeat(700)}${n}` });
  let sent = 0;
  for (; sent < 320; sent += 20) {
    const all = Array.from({ length: 20 }, (_, i) => change(sent + i));
    assert.ok((await Promise.all(all)).every(({ status }) => status === 200));
  }
  await brisk.until(({ told }) => told.length > sent);
  lazy.response.resume();
  await lazy.until(({ told }) => told.some(({ event }) => event === 'resync'));
  await makeFolder(bridge, 'last');
  await lazy.until((each) => folderNames(each).includes('last'));
  assert.ok(lazy.told.length < brisk.told.length / 2 + 10, `${lazy.told.length} of ${brisk.told.length}`);
  assert.equal(lazy.told.at(-2)!.event, 'resync');
});

test('a bridge that stops waits neither for a page that does not read nor for a connection that says nothing', async (t) => {
  const { bridge } = await bridged(t, { config: '[limits]\nwrite_per_second = 0\n' });
  const lazy = await pageOf(t, bridge);
  await lazy.until(({ lastId }) => lastId !== undefined);
  lazy.response.pause();
  const silent = connect({ path: bridge.paths.bridgeSocket });
  t.after(() => silent.destroy());
  await once(silent, 'connect');
  const ann = bridge.as('ann');
  const { body } = await ann('POST', '/api/folders', { name: 'a' });
  for (let n = 0; n < 150; n++) {
    await ann('PATCH', `/api/folders/${body.id}`, { path: `/tmp/${'long/'.repeat(700)}${n}` });
  }
  const since = performance.now();
  await bridge.stop();
  assert.ok(performance.now() - since < 10_000);
});

test('a caller has at most 64 streams, and a page that left makes room', async (t) => {
  const { bridge } = await bridged(t);
  const pages = await Promise.all(Array.from({ length: 64 }, () => pageOf(t, bridge)));
  const one = await bridge.ask('GET', '/api/events', { headers: frontEnd(bridge) });
  assert.deepEqual([one.status, one.body.code], [429, 'TOO_MANY_STREAMS']);
  await pageOf(t, bridge, { user: 'bob' });
  pages[0]!.leave();
  for (;;) {
    const asked = request({
      socketPath: bridge.paths.bridgeSocket,
      path: '/api/events',
      agent: false,
      headers: { host: 'localhost', ...frontEnd(bridge) },
    }).end();
    const [response] = await once(asked, 'response');
    response.destroy();
    if (response.statusCode === 200) break;
  }
});

test('a stream ends when the word of who let its page in does', async (t) => {
  const stub = await startStub({
    'event/subscribe': () => ({ seq: 0, complete: true }),
    'event/unsubscribe': () => ({ success: true }),
  });
  const pool = createPool({ socketPath: stub.socketPath, version: '0' });
  const caller = { ...callerWith('service', 'x', 'ann'), until: Date.now() + 300 };
  const events = createEvents({ pool, callers: { of: async () => caller, ofService: () => caller } });
  t.after(async () => {
    events.close();
    pool.close();
    await stub.stop();
  });
  const { exchange } = await served(t, events.endpoint);
  assert.match(
    await exchange('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
    /still here.*\r\n0\r\n\r\n$/s,
  );
});
