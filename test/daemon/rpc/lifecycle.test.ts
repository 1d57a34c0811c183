/** A connection's life: initialize first and once, log in or leave, shut down, exit. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allMethods, allNotifications, limits, RpcError } from '#protocol';
import type { Caller } from '../../../daemon/rpc/handlers.js';
import { identityOf } from '../../support/identity.js';
import { gate, onFloor, sessionId } from './floor.js';

test(
  'initialize answers who serves, what can be called, and for whom',
  onFloor({}, async ({ connect }) => {
    const client = await connect();
    const { result } = await client.call('initialize', {
      token: 'good',
      user: 'ann',
      clientInfo: { name: 'test' },
      capabilities: { x: 1 },
    });
    const { connectionId, ...rest } = result;
    assert.match(connectionId, /^[0-9a-f-]{36}$/);
    assert.deepEqual(rest, {
      serverInfo: { name: 'rdv', version: '1.2.3' },
      protocolVersion: 1,
      capabilities: {
        methods: allMethods.map(([name]) => name),
        notifications: allNotifications.map(([name]) => name),
        limits: {
          bodyBytes: limits.bodyBytes,
          requestsInFlight: limits.requestsInFlight,
          outboundSoftBytes: limits.outboundSoftBytes,
          outboundHardBytes: limits.outboundHardBytes,
        },
      },
      user: 'ann',
      sessionId: null,
      scopes: ['admin', 'destroy', 'write', 'read', 'terminal:write', 'terminal:read'],
    });
  }),
);

test(
  'before initialize nothing else is served',
  onFloor({}, async ({ connect }) => {
    const client = await connect();
    for (const [method, params] of [
      ['daemon/ping'],
      ['rpc.discover'],
      ['shutdown'],
      ['session/get', { id: sessionId }],
    ] as const) {
      const { error } = await client.call(method, params);
      assert.deepEqual([error.code, error.data.code], [1400, 'NotInitialized'], method);
    }
    assert.equal((await client.call('no/method')).error.code, -32601);
    assert.equal((await client.login()).result.user, 'ann');
    assert.deepEqual((await client.call('daemon/ping')).result, { at: 1 });
  }),
);

test(
  'a second initialize is refused, and the connection goes on',
  onFloor({}, async ({ connectAs }) => {
    const client = await connectAs();
    assert.equal((await client.login('bob')).error.code, -32600);
    assert.deepEqual((await client.call('daemon/ping')).result, { at: 1 });
  }),
);

test('while a login runs, requests and another initialize are refused', async () => {
  const held = gate();
  const login = async () => {
    await held.wait(new AbortController().signal);
    return identityOf('ann');
  };
  await onFloor({ login }, async ({ connect }) => {
    const client = await connect();
    const first = client.login();
    await held.started;
    assert.equal((await client.login()).error.code, -32600);
    assert.equal((await client.call('daemon/ping')).error.code, 1400);
    held.release();
    assert.equal((await first).result.user, 'ann');
  })();
});

test(
  'a request right behind initialize is served when the login needs no waiting',
  onFloor({}, async ({ connect }) => {
    const client = await connect();
    const [answer, pong] = [client.login(), client.call('daemon/ping')];
    assert.equal((await answer).result.user, 'ann');
    assert.deepEqual((await pong).result, { at: 1 });
  }),
);

test(
  'a newer client gets our version, an older one is told which are served and may try again',
  onFloor({}, async ({ connect }) => {
    const client = await connect();
    const old = await client.call('initialize', { protocolVersion: 0, token: 'good' });
    assert.equal(old.error.code, 1426);
    assert.deepEqual(old.error.data, { code: 'UnsupportedVersion', details: { supported: [1] } });
    const newer = await client.call('initialize', { protocolVersion: 9, token: 'good', novelty: true });
    assert.equal(newer.result.protocolVersion, 1);
  }),
);

test(
  'a failed login is answered and may be tried again; the third one ends the connection after its answer',
  onFloor({ limits: { handshakeMs: 60_000 } }, async ({ connect }) => {
    const lucky = await connect();
    for (const token of ['bad', undefined]) assert.equal((await lucky.call('initialize', { token })).error.code, 1401);
    assert.equal((await lucky.login()).result.user, 'ann');

    const unlucky = await connect();
    for (let attempt = 0; attempt < 3; attempt++) {
      const { error } = await unlucky.call('initialize', { token: 'bad' });
      assert.deepEqual([error.code, error.message], [1401, 'This token is not known.']);
    }
    await unlucky.closed;
  }),
);

test('a login that breaks is Internal, not a way in', () =>
  onFloor(
    {
      login() {
        throw new Error('database gone');
      },
    },
    async ({ connect, log }) => {
      const client = await connect();
      const { error } = await client.login();
      assert.deepEqual([error.code, error.message], [-32603, 'Internal error; see the daemon log.']);
      assert.equal((await client.call('daemon/ping')).error.code, 1400);
      assert.equal(log.filter(({ message }) => message === 'A request failed by a bug.').length, 1);
    },
  )());

test('a connection that does not log in ends in time, one that does stays', async () => {
  await onFloor({ limits: { handshakeMs: 100 } }, async ({ connect, connectAs }) => {
    const [good, silent, busy] = [await connectAs(), await connect(), await connect()];
    const chatter = setInterval(() => busy.send({ jsonrpc: '2.0', id: 1, method: 'daemon/ping' }), 10);
    const told = await silent.next();
    assert.deepEqual([told.id, told.error.code], [null, 1504]);
    await Promise.all([silent.closed, busy.closed]).finally(() => clearInterval(chatter));
    assert.deepEqual((await good.call('daemon/ping')).result, { at: 1 });
  })();
});

test('shutdown cancels what runs; then every request is refused, notifications are not answered, exit closes', async () => {
  const held = gate();
  const handlers = {
    'session/scrollback': async (_: unknown, { signal }: Caller) => {
      await held.wait(signal);
      return { content: '' };
    },
  };
  await onFloor({ handlers }, async ({ connectAs, listener }) => {
    const [client, other] = [await connectAs(), await connectAs()];
    const running = client.call('session/scrollback', { id: sessionId });
    await held.started;
    assert.deepEqual((await client.call('shutdown')).result, { success: true });
    assert.equal((await running).error.data.code, 'Cancelled');
    await held.wasAborted;
    client.send({ jsonrpc: '2.0', method: 'initialized' });
    for (const method of ['daemon/ping', 'initialize', 'shutdown', 'rpc.discover']) {
      assert.equal((await client.call(method)).error.code, -32600, method);
    }
    assert.equal((await client.call('no/method')).error.code, -32601);
    client.send({ jsonrpc: '2.0', method: 'exit' });
    await client.closed;
    assert.deepEqual((await other.call('daemon/ping')).result, { at: 1 }, 'the daemon lives on');
    assert.equal(listener.connections(), 1);
    held.release();
  })();
});

test(
  "'exit' closes a connection at any time, also before login",
  onFloor({}, async ({ connect, connectAs }) => {
    for (const client of [await connect(), await connectAs()]) {
      client.send({ jsonrpc: '2.0', method: 'exit' });
      await client.closed;
    }
  }),
);

test("'rpc.discover' answers the document, asked for once", async () => {
  let asked = 0;
  const discover = () => {
    asked++;
    return { openrpc: '1.3.2', info: { title: 'rdv' }, methods: [{ name: 'daemon/ping' }] };
  };
  await onFloor({ discover }, async ({ connectAs }) => {
    for (const client of [await connectAs(), await connectAs()]) {
      const { result } = await client.call('rpc.discover');
      assert.deepEqual(result, { openrpc: '1.3.2', info: { title: 'rdv' }, methods: [{ name: 'daemon/ping' }] });
    }
    assert.equal(asked, 1);
  })();
});

test('every method of the table is served: none answers MethodNotFound', async () => {
  await onFloor({}, async ({ connectAs }) => {
    const client = await connectAs();
    for (const [name] of allMethods) {
      if (name === 'shutdown') continue;
      assert.notEqual((await client.call(name)).error?.code, -32601, name);
    }
  })();
});

test('the login sees the token and the user as given', async () => {
  const seen: unknown[] = [];
  const login = (given: unknown) => {
    seen.push(given);
    throw new RpcError('Unauthorized', 'No.');
  };
  await onFloor({ login }, async ({ connect }) => {
    const client = await connect();
    await client.call('initialize', { token: 't', user: 'u' });
    await client.call('initialize');
    assert.deepEqual(seen, [
      { token: 't', user: 'u' },
      { token: undefined, user: undefined },
    ]);
  })();
});
