/** The client's promises: typed calls that always end, and notifications for everyone who listens. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, connect } from '#client';
import { RpcError } from '#protocol';
import { cureOf } from '../../client/failure.js';
import { type StubDaemon, startStub } from '../support/stub-daemon.js';

type Answers = Parameters<typeof startStub>[0];

async function check(answers: Answers, body: (client: Client, stub: StubDaemon) => Promise<void>): Promise<void> {
  const stub = await startStub(answers);
  try {
    const client = await connect(stub);
    await body(client, stub);
    client.close();
  } finally {
    await stub.stop();
  }
}

const rejects = (promise: Promise<unknown>, expected: object) =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof RpcError, String(error));
    assert.deepEqual({ ...error, message: error.message }, { name: 'RpcError', ...expected });
    return true;
  });

// Whatever goes wrong below must reach a caller, never the process.
const loose: unknown[] = [];
process.on('unhandledRejection', (error) => loose.push(error));
after(async () => {
  await delay(0);
  assert.deepEqual(loose, []);
});

test('connecting logs in with the token and tells who it is', () =>
  check({}, async (client, stub) => {
    assert.deepEqual(stub.heard[0]?.params, { protocolVersion: 1, token: 'secret' });
    assert.equal((await stub.heardOf('initialized')).length, 1);
    const { user, connectionId, serverInfo } = client;
    assert.deepEqual(
      { user, connectionId, serverInfo },
      { user: 'ann', connectionId: 'c1', serverInfo: { name: 'stub', version: '0' } },
    );
  }));

test("a call gets its result, or the daemon's error with kind and data", () =>
  check(
    {
      'daemon/ping': () => ({ at: 5 }),
      'daemon/stop': () => ({ error: { code: 1409, message: 'Busy.', data: { code: 'TMUX_BUSY', retryAfterMs: 7 } } }),
    },
    async (client) => {
      assert.deepEqual(await client.call('daemon/ping', {}), { at: 5 });
      const data = { code: 'TMUX_BUSY', retryAfterMs: 7 };
      await rejects(client.call('daemon/stop', {}), { kind: 'Conflict', message: 'Busy.', data });
    },
  ));

test('aborting a call cancels it at the daemon and fails it at once', () =>
  check({}, async (client, stub) => {
    const abort = new AbortController();
    const call = client.call('daemon/health', {}, { signal: abort.signal });
    const [request] = await stub.heardOf('daemon/health');
    abort.abort();
    await rejects(call, { kind: 'Cancelled', message: 'daemon/health was cancelled.', data: { code: 'Cancelled' } });
    const [cancel] = await stub.heardOf('$/cancelRequest');
    assert.equal(cancel?.params.id, request?.id);
    await assert.rejects(client.call('daemon/health', {}, { signal: abort.signal }), { kind: 'Cancelled' });
  }));

test('a call without an answer in time fails with Timeout and is cancelled', () =>
  check({}, async (client, stub) => {
    await assert.rejects(client.call('daemon/health', {}, { timeoutMs: 20 }), { kind: 'Timeout' });
    await stub.heardOf('$/cancelRequest');
  }));

const endings: Record<string, (stub: StubDaemon) => void> = {
  'the daemon hangs up': (stub) => stub.hangUp(),
  'the daemon breaks the framing': (stub) => stub.raw('Content-Length: many\r\n\r\n'),
  'the daemon sends no JSON': (stub) => stub.raw('Content-Length: 1\r\n\r\n{'),
};
for (const [name, end] of Object.entries(endings)) {
  test(`when ${name}, waiting and later calls fail with Unavailable`, () =>
    check({}, async (client, stub) => {
      const closed = new Promise<void>((resolve) => void client.onClose(resolve));
      const calls = [client.call('daemon/ping', {}), client.call('daemon/health', {})];
      const failures = calls.map((call) => assert.rejects(call, { kind: 'Unavailable' }));
      await stub.heardOf('daemon/health');
      end(stub);
      await Promise.all([closed, ...failures]);
      await assert.rejects(client.call('daemon/ping', {}), { kind: 'Unavailable' });
      await new Promise<void>((resolve) => void client.onClose(resolve));
    }));
}

test('closing fails what is under way and tells so once', () =>
  check({}, async (client) => {
    let told = 0;
    client.onClose(() => told++);
    const call = assert.rejects(client.call('daemon/ping', {}), { kind: 'Unavailable' });
    client.close();
    client.close();
    await call;
    assert.equal(told, 1);
  }));

test('everyone who listens hears a notification until he leaves', () =>
  check({ 'daemon/ping': () => ({ at: 1 }) }, async (client, stub) => {
    const heard: string[] = [];
    client.on('server/stopping', ({ reason }) => heard.push(`a ${reason}`));
    const leave = client.on('server/stopping', ({ reason }) => heard.push(`b ${reason}`));
    client.on('$/progress', ({ value }) => heard.push(`progress ${value}`));
    stub.tell('server/stopping', { reason: 'one' });
    stub.tell('$/progress', { token: 1, value: 'half' });
    await client.call('daemon/ping', {});
    leave();
    stub.tell('server/stopping', { reason: 'two' });
    await client.call('daemon/ping', {});
    assert.deepEqual(heard, ['a one', 'b one', 'progress half', 'a two']);
  }));

test('what a listener throws is a bug of its own, not lost', () =>
  check({}, async (client, stub) => {
    client.on('server/stopping', () => {
      throw new Error('listener bug');
    });
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const bug = once(process, 'uncaughtException');
    stub.tell('server/stopping', { reason: 'x' });
    assert.equal((await bug)[0].message, 'listener bug');
    for (const listener of listeners) process.on('uncaughtException', listener);
  }));

test('connecting says why it failed', async () => {
  const stub = await startStub({ initialize: () => ({ error: { code: 1401, message: 'Wrong token.' } }) });
  await assert.rejects(connect(stub), { kind: 'Unauthorized', message: 'Wrong token.' });
  await stub.stop();
  const gone = connect({ socketPath: '/nonexistent/api.sock', token: '' });
  await rejects(gone, {
    kind: 'Unavailable',
    message: 'No daemon answers at /nonexistent/api.sock.',
    data: { code: 'ENOENT' },
  });
  const wrong: readonly [path: string, code: string, cure: RegExp][] = [
    [`/tmp/${'x'.repeat(100)}`, 'ENAMETOOLONG', /shorter path/],
    ['/etc/passwd/run/api.sock', 'ENOTDIR', /Move that file away/],
  ];
  for (const [socketPath, code, cure] of wrong)
    await assert.rejects(connect({ socketPath, token: '' }), (error: RpcError) => {
      assert.deepEqual([error.kind, error.data.code], ['Unavailable', code]);
      assert.match(cureOf(error) ?? '', cure);
      return true;
    });
  await assert.rejects(connect({ socketPath: '/tmp/x', token: '', signal: AbortSignal.abort() }), {
    kind: 'Cancelled',
  });
});

test('a daemon of a protocol that this client no longer understands is told as that', async () => {
  const welcome = { user: 'ann', scopes: [], connectionId: 'c1', serverInfo: { name: 'stub', version: '0' } };
  const stub = await startStub({ initialize: () => ({ protocolVersion: 0, ...welcome }) });
  const error: RpcError = await connect(stub).catch((failed) => failed);
  assert.equal(error.kind, 'UnsupportedVersion');
  assert.equal(error.message, 'The daemon is too old: it speaks protocol 0, and this client 1 or newer.');
  await stub.stop();
});

test('a daemon that never answers the login is given up', async () => {
  const stub = await startStub({ initialize: () => undefined });
  await assert.rejects(connect({ ...stub, timeoutMs: 20 }), {
    kind: 'Timeout',
    message: 'The daemon does not answer: it took the connection and said nothing for 20 ms.',
  });
  await stub.stop();
});

test('what arrives just before the connection ends is still told, the answer included', () =>
  check(
    {
      'daemon/ping'(_params, stub) {
        for (let at = 0; at < 50; at++) stub.tell('server/stopping', { reason: String(at) });
        queueMicrotask(() => setImmediate(() => stub.hangUp()));
        return { at: 1 };
      },
    },
    async (client) => {
      const reasons: string[] = [];
      client.on('server/stopping', ({ reason }) => reasons.push(reason));
      const closed = new Promise<void>((resolve) => client.onClose(resolve));
      assert.deepEqual(await client.call('daemon/ping', {}), { at: 1 });
      await closed;
      assert.equal(reasons.length, 50);
    },
  ));
