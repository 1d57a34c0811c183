/** Cancelling and waiting: a cancelled request is answered at once, and locked calls take turns. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '../../../daemon/rpc/handlers.js';
import { gate, onFloor, session, sessionId } from './floor.js';

const scrollback = (id: unknown) => ({ jsonrpc: '2.0', id, method: 'session/scrollback', params: { id: sessionId } });
const cancel = (id: unknown) => ({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id } });

test('calls with the same lock run in order over all connections; one that is cancelled while it waits never runs', async () => {
  const first = gate();
  const ran: string[] = [];
  const handlers = {
    'session/rename': async ({ name }: { name: string }, { signal }: Caller) => {
      ran.push(name);
      if (name === 'first') await first.wait(signal);
      return { ...session(), name };
    },
  };
  await onFloor({ handlers }, async ({ connectAs }) => {
    const [one, two] = [await connectAs(), await connectAs()];
    const call = one.call('session/rename', { id: sessionId, name: 'first' });
    await first.started;
    two.send({ jsonrpc: '2.0', id: 1, method: 'session/rename', params: { id: sessionId, name: 'second' } });
    two.send({ jsonrpc: '2.0', id: 2, method: 'session/rename', params: { id: sessionId, name: 'third' } });
    const other = await two.call('session/rename', { id: session(2).id, name: 'other' });
    assert.equal(other.result.name, 'other');
    two.send(cancel(1));
    assert.equal((await two.next(({ id }) => id === 1)).error.data.code, 'Cancelled');
    first.release();
    assert.equal((await call).result.name, 'first');
    assert.equal((await two.next(({ id }) => id === 2)).result.name, 'third');
    assert.deepEqual(ran, ['first', 'other', 'third']);
  })();
});

test('a cancelled request is answered at once though its handler never notices, and only once', async () => {
  const held = gate();
  const handlers = {
    'session/scrollback': async (_: unknown, { signal }: Caller) => {
      await held.wait(signal);
      return { content: 'late' };
    },
  };
  await onFloor({ handlers }, async ({ connectAs }) => {
    const client = await connectAs();
    client.send(scrollback(1));
    await held.started;
    client.send(cancel('1'), cancel(2), { jsonrpc: '2.0', id: 'ping', method: 'daemon/ping' });
    assert.equal((await client.next()).id, 'ping', 'neither id is that of the request');
    client.send(cancel(1), cancel(1));
    const { id, error } = await client.next();
    assert.deepEqual([id, error.code, error.data.code], [1, -32800, 'Cancelled']);
    await held.wasAborted;
    held.release();
    assert.equal((await client.call('daemon/ping')).error, undefined);
    client.send({ jsonrpc: '2.0', method: 'exit' });
    await client.closed;
    await assert.rejects(client.next(), 'no second answer');
  })();
});

test('a cancel in the chunk of its request works: the handler does not even begin', async () => {
  const handlers = { 'session/scrollback': () => assert.fail('began') };
  await onFloor({ handlers }, async ({ connectAs }) => {
    const client = await connectAs();
    client.send(scrollback('x'), cancel('x'));
    const { id, error } = await client.next();
    assert.deepEqual([id, error.data.code], ['x', 'Cancelled']);
  })();
});

test('a bug that shows after the cancel is logged; an AbortError is not', async () => {
  const held = gate();
  const handlers = {
    'session/scrollback': async (_: unknown, { signal }: Caller) => {
      await held.wait(signal);
      throw new Error('after the cancel');
    },
    'session/get': (_: unknown, { signal }: Caller) =>
      new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(Object.assign(new Error('aborted'), { name: 'AbortError' }))),
      ),
  };
  await onFloor({ handlers }, async ({ connectAs, log }) => {
    const client = await connectAs();
    client.send(scrollback(1), { jsonrpc: '2.0', id: 2, method: 'session/get', params: { id: sessionId } });
    await held.started;
    await client.call('daemon/ping');
    client.send(cancel(1), cancel(2));
    await Promise.all([client.next(({ id }) => id === 1), client.next(({ id }) => id === 2)]);
    held.release();
    await client.call('daemon/ping');
    const stacks = log.filter(({ level }) => level === 'error').map(({ stack }) => String(stack).split('\n')[0]);
    assert.deepEqual(stacks, ['Error: after the cancel']);
  })();
});

test('a handler that looks at its signal only after the cancel finds it aborted', async () => {
  const held = gate();
  const seen = gate();
  const handlers = {
    'session/scrollback': async (_: unknown, caller: Caller) => {
      await held.wait(new AbortController().signal);
      await seen.wait(caller.signal);
      return { content: '' };
    },
  };
  await onFloor({ handlers }, async ({ connectAs }) => {
    const client = await connectAs();
    client.send(scrollback(1));
    await held.started;
    client.send(cancel(1));
    assert.equal((await client.next()).error.data.code, 'Cancelled');
    held.release();
    await seen.wasAborted;
    seen.release();
  })();
});
