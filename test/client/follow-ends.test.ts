/** How a terminal that lasts ends: by the daemon's word, by ours, and when nobody comes back. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import type { Client, FollowedTerminal } from '#client';
import { RpcError } from '#protocol';
import { answersFor, away, check, connectingOnce } from '../support/followed.js';

for (const reason of ['suspended', 'closed', 'gone', 'slow'] as const) {
  test(`a stream the daemon ends because it is ${reason} is not opened again`, () =>
    check(async ({ terminal, stub, next }) => {
      await next();
      stub.tell('terminal/closed', { streamId: 's1', reason });
      assert.deepEqual(await next(), { type: 'closed', reason });
      assert.equal(await next(), undefined);
      assert.deepEqual(terminal.end, { type: 'closed', reason });
      await assert.rejects(terminal.write('x'), { kind: 'Gone' });
      assert.equal((await stub.heardOf('terminal/open')).length, 1);
    }));
}

test('the end of the program is the end', () =>
  check(async ({ terminal, stub, next }) => {
    await next();
    stub.tell('terminal/exit', { streamId: 's1', code: 3 });
    assert.deepEqual([await next(), await next()], [{ type: 'exit', code: 3 }, undefined]);
    await assert.rejects(terminal.write('x'), { kind: 'Gone', message: /its program has ended/ });
  }));

for (const [kind, code] of Object.entries({ NotFound: 1404, Conflict: 1409, Gone: 1410, Forbidden: 1403 })) {
  test(`${kind} on the way back is the end, for readers and for writers`, () => {
    const { 'terminal/open': open } = answersFor();
    return check(
      async ({ terminal, stub, next }) => {
        await next();
        stub.hangUp();
        assert.deepEqual(await next(), away);
        await assert.rejects(next(), { kind });
        await assert.rejects(terminal.write('x'), { kind });
      },
      {
        answers: { 'terminal/open': (params) => (params.resume ? { error: { code, message: 'No.' } } : open(params)) },
      },
    );
  });
}

test('a hole in the stream is an error', () =>
  check(async ({ next, print }) => {
    await next();
    print('s1', 101, 'x');
    await assert.rejects(next(), { data: { code: 'STREAM_HOLE' } });
  }));

test('away for longer than it was told to wait, it ends and says why it could not come back', async () => {
  const refused = new RpcError('Unavailable', 'Nobody there.');
  await check(
    async ({ terminal, stub, next }) => {
      await next();
      stub.hangUp();
      const end = { type: 'closed', reason: 'lost', cause: refused };
      assert.deepEqual(await next(), away);
      const refusal = {
        kind: 'Unavailable',
        message: 'The daemon did not come back within 150 ms; this was not sent.',
      };
      const waiting = assert.rejects(terminal.write('x'), refusal);
      assert.deepEqual([await next(), await next()], [end, undefined]);
      assert.deepEqual(terminal.end, end);
      await waiting;
      await assert.rejects(terminal.write('x'), refusal);
    },
    { giveUpMs: 150, random: () => 0.5, connecting: connectingOnce(() => Promise.reject(refused)) },
  );
});

test('a daemon that stops and does not come to an end is given up too', () =>
  check(
    async ({ stub, next }) => {
      await next();
      stub.tell('terminal/closed', { streamId: 's1', reason: 'stopping' });
      const all = [await next(), await next(), await next()];
      const end = { type: 'closed', reason: 'stopping', cause: undefined };
      assert.deepEqual(all, [{ type: 'away', reason: 'stopping' }, end, undefined]);
    },
    { giveUpMs: 100 },
  ));

test('what the first opening fails with is told at once', () =>
  check(
    async ({ stub, next }) => {
      await assert.rejects(next(), { kind: 'Unavailable', message: 'tmux is away.' });
      assert.equal((await stub.heardOf('terminal/open')).length, 1);
    },
    { answers: { 'terminal/open': () => ({ error: { code: 1503, message: 'tmux is away.' } }) } },
  ));

test('a failure no further attempt can change is the end at once', async () => {
  const refused = new RpcError('Unauthorized', 'Wrong token.');
  await check(
    async ({ stub, next }) => {
      await next();
      stub.hangUp();
      await next();
      await assert.rejects(next(), refused);
    },
    { connecting: connectingOnce(() => Promise.reject(refused)) },
  );
});

const leaving: Record<string, (terminal: FollowedTerminal, abort: AbortController) => unknown> = {
  'close()': (terminal) => terminal.close(),
  'its signal': (_, abort) => abort.abort(),
};
for (const [name, leave] of Object.entries(leaving)) {
  test(`${name} ends a reader that waits, the stream and what waits to be typed`, () => {
    const abort = new AbortController();
    return check(
      async ({ terminal, stub, next }) => {
        await next();
        const waiting = next();
        leave(terminal, abort);
        assert.equal(await waiting, undefined);
        await stub.heardOf('terminal/close');
        await assert.rejects(terminal.write('x'), { kind: 'Cancelled' });
        await terminal.close();
        assert.equal((await stub.heardOf('terminal/close')).length, 1);
      },
      { signal: abort.signal },
    );
  });

  test(`${name} while away ends the way back and what waits to be typed`, () => {
    const abort = new AbortController();
    const events = new EventEmitter();
    const asked = once(events, 'asked');
    const never = (signal: AbortSignal) => new Promise<Client>(() => void events.emit('asked', signal));
    return check(
      async ({ terminal, stub, next }) => {
        await next();
        stub.hangUp();
        await next();
        const waiting = next();
        const [wanted] = await asked;
        const write = assert.rejects(terminal.write('x'), { kind: 'Cancelled' });
        leave(terminal, abort);
        assert.equal(await waiting, undefined);
        await write;
        assert.equal(wanted.aborted, true);
      },
      { signal: abort.signal, connecting: connectingOnce(never) },
    );
  });
}

test('leaving the loop closes the stream', () =>
  check(async ({ terminal, stub }) => {
    for await (const _ of terminal) break;
    assert.equal((await stub.heardOf('terminal/close')).length, 1);
  }));
