/** A terminal that lasts: where its output goes on when the connection or the daemon was lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, createShared, followTerminal } from '#client';
import { RpcError } from '#protocol';
import { createBackoff } from '../../client/backoff.js';
import { answersFor, away, check, connectingOnce, createGate, screen } from '../support/followed.js';
import { startStub } from '../support/stub-daemon.js';

test('when the connection ends the stream is opened again after the last byte, and goes on there', () =>
  check(async ({ stub, next, print }) => {
    assert.deepEqual(await next(), { ...screen, reset: false, data: 'screen 1' });
    print('s1', 100, 'abc');
    assert.deepEqual(await next(), { type: 'data', offset: 100, data: 'abc' });
    stub.hangUp();
    const [, again] = await stub.heardOf('terminal/open', 2);
    const resume = { epoch: 'e1', offset: 103 };
    assert.deepEqual(again?.params, { sessionId: 'x', mode: 'rw', cols: 80, rows: 24, resume });
    assert.deepEqual(await next(), away);
    assert.deepEqual(await next(), { type: 'back', resumed: true });
    print('s2', 103, 'd');
    assert.deepEqual(await next(), { type: 'data', offset: 103, data: 'd' });
  }));

test('what came before the connection ended is read first, and not asked for again', () =>
  check(async ({ terminal, stub, next, print }) => {
    await next();
    print('s1', 100, 'abc');
    print('s1', 103, 'def');
    await terminal.write('after those');
    stub.hangUp();
    assert.deepEqual((await stub.heardOf('terminal/open', 2))[1]?.params.resume, { epoch: 'e1', offset: 106 });
    print('s2', 106, 'g');
    const all = [await next(), await next(), await next(), await next(), await next()];
    assert.deepEqual(all, [
      { type: 'data', offset: 100, data: 'abc' },
      { type: 'data', offset: 103, data: 'def' },
      away,
      { type: 'back', resumed: true },
      { type: 'data', offset: 106, data: 'g' },
    ]);
  }));

test('a daemon that has forgotten the place is followed by one gap and one snapshot with reset', () =>
  check(
    async ({ stub, next, print }) => {
      await next();
      stub.hangUp();
      await stub.heardOf('terminal/open', 2);
      print('s2', 200, 'on');
      const all = [await next(), await next(), await next(), await next(), await next()];
      assert.deepEqual(all, [
        away,
        { type: 'back', resumed: false },
        { type: 'gap', from: 100, to: 200 },
        { ...screen, reset: true, data: 'screen 2' },
        { type: 'data', offset: 200, data: 'on' },
      ]);
    },
    { answers: answersFor(['e1', 'e2']) },
  ));

test('a gap whose snapshot was lost with the connection is not told again, and nothing is resumed', () =>
  check(async ({ stub, next }) => {
    await next();
    stub.tell('terminal/gap', { streamId: 's1', from: 100, to: 500, epoch: 'e1' });
    assert.deepEqual(await next(), { type: 'gap', from: 100, to: 500 });
    stub.hangUp();
    assert.equal((await stub.heardOf('terminal/open', 2))[1]?.params.resume, undefined);
    assert.deepEqual(
      [await next(), await next(), await next()],
      [away, { type: 'back', resumed: false }, { ...screen, reset: true, data: 'screen 2' }],
    );
  }));

test('a stream lost before anybody read of it leaves no trace', () => {
  const gate = createGate();
  return check(
    async ({ terminal, stub, next, print }) => {
      await next();
      stub.hangUp();
      await stub.heardOf('terminal/open', 2);
      print('s2', 100, 'unread');
      await terminal.write('after that');
      gate.shut();
      stub.hangUp();
      assert.deepEqual((await stub.heardOf('terminal/open', 3))[2]?.params.resume, { epoch: 'e1', offset: 100 });
      const all = [next(), next(), next(), next()];
      gate.open();
      await terminal.write('after that too');
      print('s3', 100, 'unread');
      print('s3', 106, 'more');
      assert.deepEqual(await Promise.all(all), [
        away,
        { type: 'back', resumed: true },
        { type: 'data', offset: 100, data: 'unread' },
        { type: 'data', offset: 106, data: 'more' },
      ]);
    },
    { answers: { 'terminal/open': gate.guard(answersFor()['terminal/open']) } },
  );
});

test('output that is not consumed is not acknowledged', () =>
  check(async ({ terminal, stub, next, print }) => {
    await next();
    print('s1', 100, 'x'.repeat(6000));
    await next();
    await terminal.write('probe');
    assert.equal(stub.heard.filter(({ method }) => method === 'terminal/ack').length, 0);
    void next();
    assert.deepEqual((await stub.heardOf('terminal/ack'))[0]?.params, { streamId: 's1', offset: 6100 });
  }));

test('the waits before each attempt double from 25 ms up to 2 s, each by chance less', async () => {
  const chances = [0, 0.5, 0.999];
  const backoff = createBackoff({ firstMs: 25, mostMs: 2000, random: () => chances[0]! });
  for (const bound of [25, 50, 100, 200, 400, 800, 1600, 2000, 2000]) {
    assert.equal(backoff.next(), chances[0]! * bound);
    chances.push(chances.shift()!);
  }
  backoff.reset();
  assert.ok(backoff.next() < 25);
});

test('attempts are not made at once, but after those waits', async () => {
  const attempts: number[] = [];
  const refuse = () => {
    attempts.push(performance.now());
    return Promise.reject(new RpcError('Unavailable', 'Not now.'));
  };
  await check(
    async ({ stub, next }) => {
      await next();
      stub.hangUp();
      attempts.push(performance.now());
      assert.deepEqual([await next(), (await next()) !== undefined], [away, true]);
      const waits = attempts.slice(1).map((at, i) => at - attempts[i]!);
      assert.ok(waits.length > 1 && waits.length <= 4, `${waits}`);
      for (const [i, wait] of waits.entries()) assert.ok(wait >= 23 * 2 ** i, `${waits}`);
    },
    { random: () => 0.999, giveUpMs: 300, connecting: connectingOnce(refuse) },
  );
});

test('the daemon that stops is waited for until its connection has ended', () =>
  check(
    async ({ stub, next }) => {
      await next();
      stub.tell('terminal/closed', { streamId: 's1', reason: 'stopping' });
      assert.deepEqual(await next(), { type: 'away', reason: 'stopping' });
      const other = await connect(stub);
      for (let calls = 0; calls < 20; calls++) await other.call('daemon/ping', {});
      assert.equal(stub.heard.filter(({ method }) => method === 'terminal/open').length, 1);
      stub.hangUp();
      assert.deepEqual(await next(), { type: 'back', resumed: true });
    },
    { answers: { 'daemon/ping': () => ({ at: 1 }) } },
  ));

test('whoever connects is told what was lost', async () => {
  const told: unknown[] = [];
  const stub = await startStub(answersFor());
  const terminal = followTerminal({
    connect: (loss) => {
      told.push(loss);
      return connect(stub);
    },
    sessionId: 'x',
  });
  const events = terminal[Symbol.asyncIterator]();
  await events.next();
  stub.hangUp();
  await stub.heardOf('terminal/open', 2);
  await events.next();
  await events.next();
  stub.tell('terminal/closed', { streamId: 's2', reason: 'stopping' });
  assert.deepEqual((await events.next()).value, { type: 'away', reason: 'stopping' });
  stub.hangUp();
  await stub.heardOf('terminal/open', 3);
  assert.deepEqual(told, [undefined, 'lost', 'stopping']);
  stub.hangUp();
  await terminal.close();
  await stub.stop();
});

test('several terminals share one connection, also after a loss', async () => {
  const stub = await startStub(answersFor(['e', 'e', 'e', 'e']));
  const shared = createShared(() => connect(stub));
  const options = { connect: () => shared.client(), random: () => 0 };
  const terminals = ['x', 'y'].map((sessionId) => followTerminal({ ...options, sessionId }));
  const readers = terminals.map((terminal) => terminal[Symbol.asyncIterator]());
  for (const reader of readers) await reader.next();
  stub.hangUp();
  for (const reader of readers) await reader.next();
  for (const reader of readers) assert.deepEqual((await reader.next()).value, { type: 'back', resumed: true });
  assert.equal((await stub.heardOf('initialize')).length, 2);
  for (const terminal of terminals) await terminal.close();
  shared.close();
  await stub.stop();
});

test('as bytes: the screen, output, and each further screen after a reset', () =>
  check(
    async ({ terminal, stub, print }) => {
      const chunks: string[] = [];
      const bytes = terminal.bytes();
      const read = async () => void chunks.push(Buffer.from((await bytes.next()).value!).toString());
      await read();
      print('s1', 100, 'a');
      await read();
      stub.hangUp();
      await read();
      print('s2', 200, 'b');
      await read();
      stub.tell('terminal/exit', { streamId: 's2', code: 0 });
      assert.equal((await bytes.next()).done, true);
      assert.deepEqual(chunks, ['screen 1', 'a', '\x1b\\\x1bcscreen 2', 'b']);
      assert.deepEqual(terminal.end, { type: 'exit', code: 0 });
    },
    { answers: answersFor(['e1', 'e2']) },
  ));

test('the first stream too goes on where a viewer stopped before, or begins with a gap and the screen', async () => {
  const resume = { epoch: 'e1', offset: 7 };
  await check(
    async ({ terminal, next, print }) => {
      const { epoch, offset, resumed } = await terminal.opened;
      assert.deepEqual({ epoch, offset, resumed }, { ...resume, resumed: true });
      print('s1', 7, 'on');
      assert.deepEqual(await next(), { type: 'data', offset: 7, data: 'on' });
    },
    { resume },
  );
  await check(
    async ({ terminal, next }) => {
      assert.equal((await terminal.opened).resumed, false);
      assert.deepEqual(await next(), { type: 'gap', from: 7, to: 100 });
      assert.deepEqual(await next(), { ...screen, reset: true, data: 'screen 1' });
    },
    { resume: { ...resume, epoch: 'e0' } },
  );
});
