/** The way out: what a client that does not read costs, and what a peer can see of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frame } from '#protocol/frames';
import type { Caller, Peer } from '../../../daemon/rpc/handlers.js';
import { createHub } from '../../../daemon/rpc/hub.js';
import { onFloor, session } from './floor.js';

/** Handlers that give the test the peer of whoever pings. */
function peers() {
  const seen: Peer[] = [];
  return {
    seen,
    'daemon/ping': (_: unknown, { peer }: Caller) => {
      seen.push(peer);
      return { at: 1 };
    },
  };
}

const output = (bytes: number) => ({ streamId: 's', offset: 0, data: 'x'.repeat(bytes) });

test('a client that does not read is ended at the hard limit; what it was owed is let go and others are served', async () => {
  const { seen, ...handlers } = peers();
  await onFloor({ handlers, limits: { outboundHardBytes: 2_000_000 } }, async ({ connectAs, log, listener }) => {
    const [slow, good] = [await connectAs(), await connectAs()];
    await slow.call('daemon/ping');
    slow.socket.pause();
    const peer = seen[0]!;
    let most = 0;
    const ended = new Promise<void>((resolve) => peer.onClose(resolve));
    for (let sent = 0; sent < 100; sent++) {
      peer.tell('terminal/output', output(100_000));
      most = Math.max(most, peer.unsent);
    }
    await ended;
    assert.ok(most > 1_500_000 && most <= 2_000_000, `${most}`);
    assert.equal(peer.unsent, 0);
    assert.deepEqual((await good.call('daemon/ping')).result, { at: 1 });
    assert.equal(log.filter(({ level }) => level === 'warn').length, 1);
    assert.equal(listener.connections(), 1);
    peer.tell('terminal/output', output(1));
    peer.send(frame({}));
    slow.socket.resume();
    await slow.closed;
  })();
});

test('a flood whose answers are not read ends at the hard limit too', async () => {
  await onFloor({ limits: { outboundHardBytes: 300_000 } }, async ({ connectAs }) => {
    const client = await connectAs();
    client.socket.pause();
    const flood = Buffer.concat(
      Array.from({ length: 1000 }, (_, id) => frame({ jsonrpc: '2.0', id, method: 'daemon/ping' })),
    );
    const pump = setInterval(() => client.write(flood), 1);
    // The reset shows itself to the writing side, also while nothing is read.
    await client.closed.finally(() => clearInterval(pump));
  })();
});

test('a peer counts its unsent bytes, tells when they are gone, and every byte arrives in order', async () => {
  const { seen, ...handlers } = peers();
  await onFloor({ handlers }, async ({ connectAs }) => {
    const client = await connectAs();
    await client.call('daemon/ping');
    const peer = seen[0]!;
    assert.equal(peer.unsent, 0);
    client.socket.pause();
    let drains = 0;
    const drained = new Promise<void>((resolve) =>
      peer.onDrain(() => {
        drains++;
        assert.equal(peer.unsent, 0);
        resolve();
      }),
    );
    peer.onDrain(() => assert.fail('left already'))();
    for (let offset = 0; offset < 20; offset++) peer.tell('terminal/output', { ...output(100_000), offset });
    peer.send(frame({ jsonrpc: '2.0', method: 'terminal/closed', params: { streamId: 'ü' } }));
    assert.ok(peer.unsent > 1_000_000);
    client.socket.resume();
    await drained;
    for (let offset = 0; offset < 20; offset++) assert.equal((await client.next()).params.offset, offset);
    assert.deepEqual((await client.next()).params, { streamId: 'ü' });
    assert.equal(drains, 1);
  })();
});

test('a frame in two buffers leaves whole and in order, and both count as unsent and against the hard limit', async () => {
  const { seen, ...handlers } = peers();
  await onFloor({ handlers, limits: { outboundHardBytes: 2_000_000 } }, async ({ connectAs }) => {
    const client = await connectAs();
    await client.call('daemon/ping');
    const peer = seen[0]!;
    client.socket.pause();
    const whole = frame({ jsonrpc: '2.0', method: 'terminal/output', params: output(500_000) });
    const send = () => peer.send(whole.subarray(0, 100), whole.subarray(100));
    const drained = new Promise<void>((resolve) => peer.onDrain(resolve));
    for (let sent = 0; sent < 3; sent++) send();
    assert.ok(peer.unsent > 1_000_000 && peer.unsent <= 3 * whole.length, `${peer.unsent}`);
    client.socket.resume();
    await drained;
    for (let got = 0; got < 3; got++) assert.deepEqual((await client.next()).params, output(500_000));
    client.socket.pause();
    const ended = new Promise<void>((resolve) => peer.onClose(resolve));
    let most = 0;
    for (let sent = 0; sent < 10; sent++) {
      send();
      most = Math.max(most, peer.unsent);
    }
    await ended;
    assert.ok(most > 1_400_000 && most <= 2_000_000, `${most}`);
    client.socket.resume();
  })();
});

test('answers and sealed answers keep their order with notifications around them, in bytes and in text', async () => {
  const handlers = {
    'session/scrollback': (_: unknown, { peer }: Caller) => {
      peer.tell('terminal/output', output(3));
      return { content: 'grün 😀' };
    },
  };
  await onFloor({ handlers }, async ({ connectAs }) => {
    const client = await connectAs();
    client.send({ jsonrpc: '2.0', id: 'schlüssel "1"', method: 'session/scrollback', params: { id: session().id } });
    assert.equal((await client.next()).method, 'terminal/output');
    assert.deepEqual(await client.next(), { jsonrpc: '2.0', id: 'schlüssel "1"', result: { content: 'grün 😀' } });
  })();
});

test('who asks for the end of a peer hears it once, late askers too, leavers not', async () => {
  const { seen, ...handlers } = peers();
  await onFloor({ handlers }, async ({ connectAs }) => {
    const client = await connectAs();
    await client.call('daemon/ping');
    const peer = seen[0]!;
    let heard = 0;
    peer.onClose(() => assert.fail('left already'))();
    const closed = new Promise<void>((resolve) =>
      peer.onClose(() => {
        heard++;
        resolve();
      }),
    );
    await client.close();
    await closed;
    await new Promise<void>((resolve) => peer.onClose(resolve));
    assert.equal(heard, 1);
  })();
});

test('events of the hub reach subscribers over the wire, and a subscriber that is gone is dropped', async () => {
  const hub = createHub();
  const { seen, ...handlers } = peers();
  await onFloor({ handlers }, async ({ connectAs }) => {
    const [ann, bob] = [await connectAs('ann'), await connectAs('bob')];
    for (const client of [ann, bob]) await client.call('daemon/ping');
    for (const peer of seen) hub.subscribe(peer);
    hub.tell('ann', 'session/created', { seq: 1, at: 1, session: session() });
    hub.tell('bob', 'session/exited', { seq: 2, at: 1, session: session() });
    assert.equal((await ann.next()).method, 'session/created');
    assert.equal((await bob.next()).method, 'session/exited');
    const gone = new Promise<void>((resolve) => seen[0]!.onClose(resolve));
    await ann.close();
    await gone;
    hub.tellAll('server/stopping', { reason: 'x', restarting: false });
    assert.equal((await bob.next()).method, 'server/stopping');
  })();
});
