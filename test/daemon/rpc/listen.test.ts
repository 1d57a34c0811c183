/** The socket: private from its first moment, only ever our own, with a limited number of seats and an orderly end. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { RpcError } from '#protocol';
import { SOCKET_PATH_BYTES } from '#protocol/paths';
import type { Caller } from '../../../daemon/rpc/handlers.js';
import { bindSocket } from '../../../daemon/rpc/socket.js';
import { connectRaw } from '../../support/raw.js';
import { gate, onFloor, openFloor, sessionId } from './floor.js';

test('nothing is left behind: no socket, timer, file or folder', async () => {
  const held = () =>
    process
      .getActiveResourcesInfo()
      .filter((kind) => /Pipe|Timeout|Immediate/.test(kind))
      .sort();
  const before = held();
  const { held: never, ...handlers } = holding();
  const floor = await openFloor({ handlers });
  const clients = await Promise.all(Array.from({ length: 20 }, () => floor.connect()));
  for (const client of clients.slice(0, 10)) await client.login();
  clients[0]!.send({ jsonrpc: '2.0', id: 1, method: 'session/scrollback', params: { id: sessionId } });
  clients[1]!.write('Content-Length: 50\r\n\r\n{');
  clients[2]!.write('broken\r\n\r\n');
  clients[3]!.socket.end();
  await never.started;
  await floor.close();
  await Promise.all(clients.map((client) => client.closed));
  await new Promise(setImmediate);
  never.release();
  assert.deepEqual(held(), before);
  assert.ok(!existsSync(floor.folder));
});

function holding() {
  const held = gate();
  return {
    held,
    'session/scrollback': async (_: unknown, { signal }: Caller) => {
      await held.wait(signal);
      return { content: 'done' };
    },
  };
}

test('the socket has mode 0600 whatever the umask, which is left as it was, and no other file lies beside it', async () => {
  const before = process.umask(0);
  try {
    await onFloor({}, async ({ path, folder }) => {
      assert.equal(lstatSync(path).mode & 0o777, 0o600);
      assert.deepEqual(readdirSync(folder), ['s.sock']);
    })();
  } finally {
    assert.equal(process.umask(before), 0);
  }
});

test('a path that would be cut is refused with its length, the limit and the cure; the longest one works', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rdv-rpc-'));
  const long = (bytes: number) => join(folder, 'ü'.repeat(3) + 'x'.repeat(bytes - Buffer.byteLength(folder) - 7));
  try {
    const path = long(SOCKET_PATH_BYTES + 1);
    await assert.rejects(openFloor({ path }), (error) => {
      assert.ok(error instanceof RpcError && error.kind === 'InvalidParams');
      const message = `The socket path ${path} has 104 bytes, at most 103 work; set REMOTE_DEV_DIR to a shorter path.`;
      assert.equal(error.message, message);
      return true;
    });
    assert.deepEqual(readdirSync(folder), []);
    const floor = await openFloor({ path: long(SOCKET_PATH_BYTES) });
    const client = await connectRaw(long(SOCKET_PATH_BYTES));
    assert.equal((await client.login()).result.user, 'ann');
    await client.close();
    await floor.close();
    // Its name is short, but the temporary one would not fit.
    const edge = join(folder, 'd'.repeat(SOCKET_PATH_BYTES - Buffer.byteLength(folder) - 3));
    mkdirSync(edge);
    await assert.rejects(openFloor({ path: join(edge, 's') }), { kind: 'InvalidParams' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a new daemon takes the place of a socket that is there, and the end of the old one leaves it alone', () =>
  onFloor({}, async ({ path, listener, connectAs }) => {
    const old = await connectAs();
    const next = await openFloor({ path });
    const client = await connectRaw(path);
    await client.login();
    await listener.close();
    await old.closed;
    assert.ok(existsSync(path));
    const another = await connectRaw(path);
    assert.equal((await another.login()).result.user, 'ann');
    await Promise.all([client.close(), another.close()]);
    await next.close();
    assert.ok(!existsSync(path));
  })());

test('what is no socket is not replaced, and a folder that cannot be written is an error that leaves nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rdv-rpc-'));
  const path = join(folder, 's.sock');
  writeFileSync(path, 'precious');
  await assert.rejects(openFloor({ path }), { kind: 'Conflict' });
  await assert.rejects(openFloor({ path: join(folder, 'none', 's.sock') }), { code: /EACCES|ENOENT/ });
  assert.deepEqual(readdirSync(folder), ['s.sock']);
  rmSync(folder, { recursive: true });
});

test('a socket that is not private after all is not used', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rdv-rpc-'));
  const server = createServer();
  // Somebody widens the mode between bind and check.
  server.once('listening', () => chmodSync(join(folder, readdirSync(folder)[0]!), 0o666));
  await assert.rejects(bindSocket(server, join(folder, 's.sock')), /mode 666, expected 600/);
  assert.deepEqual(readdirSync(folder), []);
  rmSync(folder, { recursive: true });
});

test('when all seats are taken the oldest stranger leaves; when all have logged in the newcomer is refused', async () => {
  await onFloor({ limits: { connections: 3 } }, async ({ connect, connectAs, listener }) => {
    const member = await connectAs();
    const [oldest, stranger] = [await connect(), await connect()];
    const newcomer = await connectAs();
    await oldest.closed;
    await stranger.login();
    const refused = await connect();
    const { id, error } = await refused.next();
    assert.deepEqual(
      [id, error.code, error.data],
      [null, 1429, { code: 'Overloaded', retryAfterMs: 1000, details: { limit: 3 } }],
    );
    await refused.closed;
    for (const client of [member, stranger, newcomer])
      assert.deepEqual((await client.call('daemon/ping')).result, { at: 1 });
    assert.equal(listener.connections(), 3);
    await member.close();
    while (listener.connections() === 3) await new Promise(setImmediate);
    assert.equal((await (await connectAs()).call('daemon/ping')).error, undefined);
  })();
});

test('idle strangers cannot lock anyone out', async () => {
  await onFloor({ limits: { connections: 8 } }, async ({ connect, connectAs, listener }) => {
    const strangers = [];
    for (let round = 0; round < 50; round++) strangers.push(await connect());
    const client = await connectAs();
    assert.deepEqual((await client.call('daemon/ping')).result, { at: 1 });
    assert.ok(listener.connections() <= 8);
  })();
});

test('stop lets no one in, says so, refuses new requests, waits for running ones, answers them, then closes all', async () => {
  const { held, ...handlers } = holding();
  await onFloor({ handlers }, async ({ connect, connectAs, listener, path }) => {
    const [busy, idle, stranger] = [await connectAs(), await connectAs(), await connect()];
    const running = busy.call('session/scrollback', { id: sessionId });
    await held.started;
    const stopped = listener.stop('restart');
    for (const client of [busy, idle]) {
      assert.deepEqual(await client.next(), {
        jsonrpc: '2.0',
        method: 'server/stopping',
        params: { reason: 'restart', restarting: false },
      });
    }
    assert.equal((await idle.call('daemon/ping')).error.data.code, 'STOPPING');
    assert.ok(!existsSync(path));
    await assert.rejects(connect(), /ENOENT/);
    held.release();
    assert.deepEqual((await running).result, { content: 'done' });
    await Promise.all([stopped, busy.closed, idle.closed, stranger.closed]);
    assert.equal(listener.connections(), 0);
    await assert.rejects(stranger.next(), 'strangers are not told');
  })();
});

test('one that hands over to another says of each request on its way that it was not begun', async () => {
  await onFloor({}, async ({ connectAs, listener }) => {
    const client = await connectAs();
    const stopped = listener.stop('restart', true);
    const { error } = await client.call('daemon/ping');
    assert.deepEqual(
      [error.code, error.message, error.data.code],
      [1503, 'The daemon is being restarted. Connect again in a moment.', 'RESTARTING'],
    );
    await stopped;
  })();
});

test('a request that does not end in time is answered with Cancelled when the daemon stops', async () => {
  const { held, ...handlers } = holding();
  await onFloor({ handlers, drainMs: () => 20 }, async ({ connectAs, listener }) => {
    const client = await connectAs();
    const running = client.call('session/scrollback', { id: sessionId });
    await held.started;
    const stopped = listener.stop('restart');
    assert.equal((await running).error.data.code, 'Cancelled');
    await held.wasAborted;
    await stopped;
    held.release();
  })();
});

test('stop does not wait for a connection that ends meanwhile', async () => {
  const { held, ...handlers } = holding();
  await onFloor({ handlers, drainMs: () => 60_000 }, async ({ connectAs, listener }) => {
    const client = await connectAs();
    client.send({ jsonrpc: '2.0', id: 1, method: 'session/scrollback', params: { id: sessionId } });
    await held.started;
    const stopped = listener.stop('restart');
    // The ping is admitted, but the connection ends before the library hands it out.
    client.send({ jsonrpc: '2.0', id: 2, method: 'daemon/ping' }, { jsonrpc: '2.0', method: 'exit' });
    await stopped;
    held.release();
  })();
});

test('stop and close may come twice and together, and a client that does not read does not hold them up for long', async () => {
  const handlers = {
    'daemon/ping': (_: unknown, { peer }: Caller) => {
      peer.tell('terminal/output', { streamId: 's', offset: 0, data: 'x'.repeat(2_000_000) });
      return { at: 1 };
    },
  };
  await onFloor({ handlers }, async ({ connectAs, listener }) => {
    const client = await connectAs();
    client.send({ jsonrpc: '2.0', id: 1, method: 'daemon/ping' });
    await once(client.socket, 'data');
    client.socket.pause();
    await Promise.all([listener.stop('a'), listener.stop('b'), listener.close(), listener.close()]);
    assert.equal(listener.connections(), 0);
  })();
});

test(
  'one token does not take all the connections: beyond its share it is Overloaded, and others get in',
  onFloor({ limits: { connectionsPerToken: 2 } }, async ({ connect, connectAs, listener }) => {
    const first = await connectAs('ann');
    await connectAs('ann');
    const third = await connect();
    const { error } = await third.login('ann');
    assert.deepEqual([error.code, error.data.retryAfterMs], [1429, 1000]);
    assert.match(error.message, /^2 connections use this token/);
    await connectAs('bob');
    await first.close();
    while (listener.connections() > 3) await new Promise(setImmediate);
    assert.equal((await third.login('ann')).result.user, 'ann');
  }),
);
