/** A terminal stream as its consumer sees it: in order, without holes, acknowledged, and with an end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '#client';
import { openTerminal, type Terminal, type TerminalEvent } from '../../client/terminal.js';
import { type StubDaemon, startStub } from '../support/stub-daemon.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const opened = { streamId: 's', epoch: 'e1', offset: 10, resumed: false, cols: 80, rows: 24 };
const snapshot = { data: base64('screen'), cols: 80, rows: 24 };
const done = () => ({ success: true });
const answers = {
  'terminal/open': () => ({ ...opened, snapshot }),
  'terminal/ack': done,
  'terminal/close': done,
  'terminal/input': done,
};

type Body = (terminal: Terminal, stub: StubDaemon) => Promise<void>;

async function check(body: Body, more: Parameters<typeof startStub>[0] = {}): Promise<void> {
  const stub = await startStub({ ...answers, ...more });
  const client = await connect(stub);
  try {
    await body(await openTerminal(client, { sessionId: 'x', cols: 80, rows: 24 }), stub);
  } finally {
    client.close();
    await stub.stop();
  }
}

const tell = (stub: StubDaemon, name: string, params: object) =>
  stub.tell(`terminal/${name}`, { streamId: 's', ...params });
const output = (stub: StubDaemon, offset: number, text: string) => tell(stub, 'output', { offset, data: base64(text) });

/** Events with their bytes as text. */
async function readAll(terminal: Terminal): Promise<object[]> {
  const events: object[] = [];
  for await (const event of terminal) events.push(legible(event));
  return events;
}
const legible = (event: TerminalEvent) =>
  'data' in event ? { ...event, data: Buffer.from(event.data).toString() } : event;

test('the snapshot comes first, then every byte, then the exit', () =>
  check(async (terminal, stub) => {
    output(stub, 10, 'ab');
    stub.tell('terminal/output', { streamId: 'other', offset: 99, data: '' });
    output(stub, 12, 'c');
    tell(stub, 'resized', { cols: 100, rows: 30, owner: false });
    tell(stub, 'exit', { code: 3 });
    assert.deepEqual(await readAll(terminal), [
      { type: 'snapshot', reset: false, epoch: 'e1', offset: 10, data: 'screen', cols: 80, rows: 24 },
      { type: 'data', offset: 10, data: 'ab' },
      { type: 'data', offset: 12, data: 'c' },
      { type: 'resized', cols: 100, rows: 30, owner: false },
      { type: 'exit', code: 3 },
    ]);
    const { epoch, offset, cols, rows } = terminal;
    assert.deepEqual({ epoch, offset, cols, rows }, { epoch: 'e1', offset: 13, cols: 100, rows: 30 });
    assert.equal((await stub.heardOf('terminal/close')).length, 1);
  }));

test('output told before the answer of open is not lost', () =>
  check(
    async (terminal, stub) => {
      tell(stub, 'exit', { code: null });
      assert.deepEqual((await readAll(terminal)).slice(1), [
        { type: 'data', offset: 10, data: 'early' },
        { type: 'exit', code: null },
      ]);
    },
    {
      'terminal/open': (_, stub) => {
        output(stub, 10, 'early');
        return { ...opened, snapshot };
      },
    },
  ));

test('output is acknowledged at least each 5,000 bytes, once it is consumed', () =>
  check(async (terminal, stub) => {
    for (const [i, size] of [4000, 999, 1, 12_000, 10].entries())
      output(stub, [10, 4010, 5009, 5010, 17_010][i]!, 'x'.repeat(size));
    const events = terminal[Symbol.asyncIterator]();
    for (let taken = 0; taken < 6; taken++) await events.next();
    void events.next();
    const acks = await stub.heardOf('terminal/ack', 2);
    assert.deepEqual(
      acks.map(({ params }) => params),
      [5010, 17_020].map((offset) => ({ streamId: 's', offset })),
    );
  }));

test('one acknowledgement is under way at a time, and what the daemon had no time for is told again', () => {
  const full = { code: 1429, message: 'full', data: { code: 'Overloaded', retryAfterMs: 1 } };
  const asked: number[] = [];
  return check(
    async (terminal, stub) => {
      for (const offset of [10, 6010, 12_010]) output(stub, offset, 'x'.repeat(6000));
      const events = terminal[Symbol.asyncIterator]();
      for (let taken = 0; taken < 4; taken++) await events.next();
      void events.next();
      await stub.heardOf('terminal/ack', 2);
      assert.deepEqual(asked, [6010, 18_010]);
    },
    { 'terminal/ack': ({ offset }) => (asked.push(offset) === 1 ? { error: full } : { success: true }) },
  );
});

test('a consumer that waits acknowledges nothing', () =>
  check(async (terminal, stub) => {
    const events = terminal[Symbol.asyncIterator]();
    await events.next();
    output(stub, 10, 'x'.repeat(6000));
    output(stub, 6010, 'y');
    await events.next();
    await terminal.write('probe');
    assert.deepEqual(stub.heard.filter(({ method }) => method === 'terminal/ack').length, 0);
    await events.next();
    await stub.heardOf('terminal/ack');
  }));

for (const [name, offset] of Object.entries({ 'a hole': 11, 'bytes that come twice': 9 })) {
  test(`${name} in the output is an error`, () =>
    check(async (terminal, stub) => {
      output(stub, offset, 'x');
      await assert.rejects(readAll(terminal), {
        data: { code: 'STREAM_HOLE' },
        message: `Expected the stream to go on at byte 10, got ${offset}.`,
      });
    }));
}

test('after a gap the snapshot says to begin afresh, in its own epoch', () =>
  check(async (terminal, stub) => {
    tell(stub, 'gap', { from: 10, to: 500, epoch: 'e2' });
    tell(stub, 'snapshot', { epoch: 'e2', offset: 7, data: base64('again'), cols: 90, rows: 20 });
    output(stub, 7, 'on');
    tell(stub, 'exit', { code: 0 });
    assert.deepEqual((await readAll(terminal)).slice(1), [
      { type: 'gap', from: 10, to: 500 },
      { type: 'snapshot', reset: true, epoch: 'e2', offset: 7, data: 'again', cols: 90, rows: 20 },
      { type: 'data', offset: 7, data: 'on' },
      { type: 'exit', code: 0 },
    ]);
    assert.deepEqual([terminal.epoch, terminal.offset, terminal.cols], ['e2', 9, 90]);
    assert.deepEqual((await stub.heardOf('terminal/ack'))[0]?.params, { streamId: 's', offset: 7 });
  }));

test('output between a gap and its snapshot is an error', () =>
  check(async (terminal, stub) => {
    tell(stub, 'gap', { from: 10, to: 20, epoch: 'e1' });
    output(stub, 10, 'x');
    await assert.rejects(readAll(terminal), { data: { code: 'STREAM_HOLE' } });
  }));

test('when the connection ends, what has come is told, then that it is lost', () =>
  check(async (terminal, stub) => {
    const events = terminal[Symbol.asyncIterator]();
    await events.next();
    output(stub, 10, 'last');
    assert.deepEqual(legible((await events.next()).value), { type: 'data', offset: 10, data: 'last' });
    stub.hangUp();
    assert.deepEqual((await events.next()).value, { type: 'closed', reason: 'lost' });
    assert.equal((await events.next()).done, true);
  }));

test('leaving the loop closes the stream once, and nothing more comes', () =>
  check(async (terminal, stub) => {
    for await (const _ of terminal) break;
    await terminal.close();
    assert.equal((await stub.heardOf('terminal/close')).length, 1);
    assert.deepEqual(await readAll(terminal), []);
  }));

test('closing ends a loop that waits', () =>
  check(async (terminal) => {
    const events = terminal[Symbol.asyncIterator]();
    await events.next();
    const waiting = events.next();
    await terminal.close();
    assert.equal((await waiting).done, true);
  }));

test('typing keeps its order, one call at a time, merged while one is under way', async () => {
  let inFlight = 0;
  const input = async () => {
    assert.equal(++inFlight, 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    inFlight--;
    return done();
  };
  await check(
    async (terminal, stub) => {
      const all = ['a', 'b', 'c', 'ü'].map((text) => terminal.write(text));
      assert.equal(terminal.unsentBytes, 5);
      await Promise.all(all);
      assert.equal(terminal.unsentBytes, 0);
      const sent = stub.heard
        .filter(({ method }) => method === 'terminal/input')
        .map(({ params }) => Buffer.from(params.data, 'base64').toString());
      assert.deepEqual(sent, ['a', 'bcü']);
    },
    { 'terminal/input': input },
  );
});

test('a viewer can take the size', () =>
  check(
    async (terminal, stub) => {
      await terminal.focus();
      assert.deepEqual((await stub.heardOf('terminal/focus'))[0]?.params, { streamId: 's' });
    },
    { 'terminal/focus': () => ({ cols: 80, rows: 24, owner: true }) },
  ));

test('a refused write reaches its writer', () =>
  check(
    async (terminal) => {
      await assert.rejects(terminal.write('x'), { kind: 'Forbidden' });
      assert.equal(terminal.unsentBytes, 0);
    },
    { 'terminal/input': () => ({ error: { code: 1403, message: 'Read-only.' } }) },
  ));
