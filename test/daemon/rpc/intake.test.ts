/** The way in: what a hostile or broken client may send, and that nobody else notices. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { limits as defaults } from '#protocol';
import { frame } from '#protocol/frames';
import { createInFlight } from '../../../daemon/rpc/inflight.js';
import { createReader } from '../../../daemon/rpc/reader.js';
import type { RawClient } from '../../support/raw.js';
import { onFloor } from './floor.js';

const codes = {
  ParseError: -32700,
  InvalidRequest: -32600,
  InvalidParams: -32602,
  TooLarge: 1413,
  Timeout: 1504,
};

async function refusedAndClosed(client: RawClient, code: number): Promise<void> {
  const { id, error } = await client.next();
  assert.deepEqual([id, error.code], [null, code]);
  await client.closed;
}

const fatal: [string, string | Buffer, number][] = [
  ['a bad header', 'Content-Lenght: 2\r\n\r\n{}', codes.ParseError],
  ['HTTP', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', codes.ParseError],
  ['a declared body of 4 GB', 'Content-Length: 4294967296\r\n\r\n{', codes.TooLarge],
  ['more than 16 KiB before login', `Content-Length: ${16 * 1024 + 1}\r\n\r\n`, codes.TooLarge],
  ['what is no JSON', 'Content-Length: 2\r\n\r\n{]', codes.ParseError],
];

for (const [what, bytes, code] of fatal) {
  test(
    `${what} is answered with ${code} under id null, and the connection ends`,
    // The time for logging in must not end it first.
    onFloor({ limits: { handshakeMs: 60_000 } }, async ({ connect }) => {
      const client = await connect();
      client.write(bytes);
      await refusedAndClosed(client, code);
    }),
  );
}

test(
  'nothing after a broken frame is served',
  onFloor({}, async ({ connectAs }) => {
    const client = await connectAs();
    client.write(Buffer.concat([Buffer.from('oops\r\n\r\n'), frame({ jsonrpc: '2.0', id: 1, method: 'daemon/ping' })]));
    await refusedAndClosed(client, codes.ParseError);
    await assert.rejects(client.next());
  }),
);

test(
  'after login 4 MiB are taken, and not a byte more',
  onFloor({}, async ({ connectAs }) => {
    const client = await connectAs();
    const empty = frame({ jsonrpc: '2.0', id: 1, method: 'daemon/ping', params: { pad: '' } });
    const room = defaults.bodyBytes - (empty.length - empty.indexOf('{'));
    client.send({ jsonrpc: '2.0', id: 1, method: 'daemon/ping', params: { pad: 'x'.repeat(room) } });
    assert.deepEqual((await client.next()).result, { at: 1 });
    client.send({ jsonrpc: '2.0', id: 1, method: 'daemon/ping', params: { pad: 'x'.repeat(room + 1) } });
    await refusedAndClosed(client, codes.TooLarge);
  }),
);

test(
  '16 MB without a header are cut off at once, and another client is served meanwhile',
  onFloor({}, async ({ connect, connectAs }) => {
    const good = await connectAs();
    const bad = await connect();
    const before = process.cpuUsage();
    bad.write(Buffer.alloc(16_000_000, 'x'));
    assert.deepEqual((await good.call('daemon/ping')).result, { at: 1 });
    await bad.closed;
    assert.ok(process.cpuUsage(before).user < 1_000_000, 'the library needs 3.4 s for this');
    assert.deepEqual((await good.call('daemon/ping')).result, { at: 1 });
  }),
);

for (const [what, begin, more] of [
  ['a header', 'C', 'x'],
  ['a body', 'Content-Length: 1000\r\n\r\n', ' '],
] as const) {
  test(
    `${what} that trickles in is cut off when its time is over, though bytes keep coming`,
    onFloor({ limits: { frameMs: 120 } }, async ({ connectAs }) => {
      const client = await connectAs();
      client.write(begin);
      const trickle = setInterval(() => client.write(more), 10);
      await refusedAndClosed(client, codes.Timeout).finally(() => clearInterval(trickle));
    }),
  );
}

test(
  'the time of a frame ends with it: a slow client of whole frames is not cut off',
  onFloor({ limits: { frameMs: 100 } }, async ({ connectAs }) => {
    const client = await connectAs();
    const ping = frame({ jsonrpc: '2.0', id: 1, method: 'daemon/ping' });
    // Always in the middle of some frame, never long in the same one.
    client.write(ping.subarray(0, 10));
    for (let round = 0; round < 8; round++) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      client.write(Buffer.concat([ping.subarray(10), ping.subarray(0, 10)]));
      assert.deepEqual((await client.next()).result, { at: 1 });
    }
  }),
);

const malformed: [string, unknown, unknown][] = [
  ['a batch', [{ jsonrpc: '2.0', id: 1, method: 'daemon/ping' }], [null, codes.InvalidRequest]],
  ['id null', { jsonrpc: '2.0', id: null, method: 'daemon/ping' }, [null, codes.InvalidRequest]],
  ['a number', 5, [null, codes.InvalidRequest]],
  ['another version', { jsonrpc: '1.0', id: 3, method: 'daemon/ping' }, [3, codes.InvalidRequest]],
  ['a method that is a number', { jsonrpc: '2.0', id: 4, method: 1 }, [4, codes.InvalidRequest]],
  ['positional params', { jsonrpc: '2.0', id: 5, method: 'daemon/ping', params: [{}] }, [5, codes.InvalidParams]],
  [
    'deep nesting',
    `{"jsonrpc":"2.0","id":6,"method":"daemon/ping","params":{"a":${'['.repeat(100)}`,
    [6, codes.InvalidRequest],
  ],
  ['__proto__', '{"jsonrpc":"2.0","id":7,"method":"daemon/ping","params":{"__proto__":{}}}', [7, codes.InvalidRequest]],
];

test(
  'malformed messages are answered, and the connection goes on',
  onFloor({}, async ({ connectAs }) => {
    const client = await connectAs();
    for (const [what, message, expected] of malformed) {
      client.write(
        typeof message === 'string'
          ? Buffer.from(`Content-Length: ${message.length}\r\n\r\n${message}`)
          : frame(message),
      );
      const { id, error } = await client.next();
      assert.deepEqual([id, error.code], expected, what);
      assert.equal(typeof error.data.code, 'string');
    }
    assert.deepEqual((await client.call('daemon/ping', null)).result, { at: 1 }, 'params null is none');
  }),
);

test(
  'answers, unknown notifications and malformed cancels are not answered',
  onFloor({}, async ({ connectAs }) => {
    const client = await connectAs();
    const quiet = [
      { jsonrpc: '2.0', id: 1, result: 1 },
      { jsonrpc: '2.0', id: null, error: { code: 1, message: '' } },
      { jsonrpc: '2.0', method: 'what/ever', params: { a: 1 } },
      { jsonrpc: '2.0', method: '$/setTrace', params: { value: 'verbose' } },
      { jsonrpc: '2.0', method: 'initialized' },
      ...[undefined, null, [], [1], {}, { id: null }, { id: {} }, { id: { toString: 1 } }, { id: 99 }].map(
        (params) => ({
          jsonrpc: '2.0',
          method: '$/cancelRequest',
          params,
        }),
      ),
    ];
    client.send(...quiet, { jsonrpc: '2.0', id: 'last', method: 'daemon/ping' });
    assert.equal((await client.next()).id, 'last');
  }),
);

/** A reader without a connection, and what it hands on. */
function readerAlone() {
  const seen: unknown[] = [];
  const broken: unknown[] = [];
  const socket = new PassThrough();
  const reader = createReader({
    socket: socket as never,
    limits: defaults,
    inFlight: createInFlight(1000),
    together: (task) => task(),
    refuse: () => {},
    broken: (error) => broken.push(error),
    exit: () => {},
  });
  reader.listen((message) => seen.push(message));
  return { seen, broken, socket, reader };
}

test('no notification reaches the library, whose queue has no end', () => {
  const { seen, socket, reader } = readerAlone();
  for (const method of ['a/b', '$/cancelRequest', '$/progress', 'initialized', '$/logTrace']) {
    socket.emit('data', frame({ jsonrpc: '2.0', method, params: { id: 1 } }));
  }
  socket.emit('data', frame({ jsonrpc: '2.0', id: 1, method: 'x' }));
  assert.deepEqual(seen, [{ jsonrpc: '2.0', id: 1, method: 'x', params: undefined }]);
  reader.dispose();
});

test('of a chunk with a message that cannot be read, nothing behind it counts, not even a second such one', () => {
  const { seen, broken, socket, reader } = readerAlone();
  const bad = Buffer.from('Content-Length: 1\r\n\r\n}');
  socket.emit('data', Buffer.concat([bad, bad, frame({ jsonrpc: '2.0', id: 1, method: 'x' })]));
  assert.deepEqual([seen.length, broken.length], [0, 1]);
  reader.dispose();
});

test('a chunk of many messages is handled in turns, with reading paused and others served in between', async () => {
  const { seen, socket, reader } = readerAlone();
  const chunk = Buffer.concat(Array.from({ length: 200 }, (_, id) => frame({ jsonrpc: '2.0', id, method: 'x' })));
  const counts: [number, boolean][] = [];
  socket.emit('data', chunk);
  while (counts.at(-1)?.[0] !== 200) {
    counts.push([seen.length, socket.isPaused()]);
    await new Promise(setImmediate);
  }
  assert.deepEqual(counts.slice(0, 4), [
    [64, true],
    [128, true],
    [192, true],
    [200, false],
  ]);
  reader.dispose();
});

test(
  'a second request under an unanswered id is refused, the first is answered, then the id is free',
  onFloor({}, async ({ connectAs }) => {
    const client = await connectAs();
    const ping = (id: unknown) => ({ jsonrpc: '2.0', id, method: 'daemon/ping' });
    client.send(ping(1), ping(1), ping('1'));
    const answers = [await client.next(), await client.next(), await client.next()];
    assert.deepEqual(
      answers.map(({ id, error }) => [id, error?.code]),
      [
        [1, codes.InvalidRequest],
        ['1', codes.InvalidRequest],
        [1, undefined],
      ],
    );
    client.send(ping(1));
    assert.deepEqual((await client.next()).result, { at: 1 });
  }),
);

test(
  'answers made before a half-close still arrive',
  onFloor({}, async ({ connectAs }) => {
    const client = await connectAs();
    client.send({ jsonrpc: '2.0', id: 1, method: 'daemon/ping' });
    assert.deepEqual((await client.next()).result, { at: 1 });
    client.socket.end();
    await client.closed;
  }),
);
