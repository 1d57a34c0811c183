/** Random and mutated frames: the daemon survives them, and another connection is served all along. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDecoder, frame } from '#protocol/frames';
import { randomFrom } from '../../support/random.js';
import type { RawClient } from '../../support/raw.js';
import { onFloor, sessionId } from './floor.js';

const FRAMES = Number(process.env.RDV_FUZZ_FRAMES ?? 20_000);
const SEED = Number(process.env.RDV_FUZZ_SEED ?? 20_261_123);

const values: unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  '',
  'x',
  [],
  {},
  [[]],
  'grün 😀',
  { toString: 1 },
  JSON.parse('{"__proto__":1}'),
  1e308,
];
const words = [
  'initialize',
  'daemon/ping',
  'session/list',
  'session/scrollback',
  '$/cancelRequest',
  'shutdown',
  'exit',
  '__proto__',
  '',
];
const bytes = [
  '\r\n\r\n',
  'Content-Length: 5\r\n\r\n',
  '{"',
  '\0',
  '\xff',
  '\\u0000',
  '[[[[',
  '":{"__proto__":',
  '99999999999',
];

function messages(random: (below: number) => number): Buffer {
  const pick = <T>(list: readonly T[]) => list[random(list.length)]!;
  const message: Record<string, unknown> = { jsonrpc: '2.0', id: random(8), method: pick(words), params: {} };
  for (const key of ['jsonrpc', 'id', 'method', 'params']) {
    const dice = random(12);
    if (dice === 0) delete message[key];
    else if (dice === 1) message[key] = pick(values);
  }
  if (random(3) === 0)
    message.params = { id: pick([sessionId, ...values]), token: pick(['good', 'bad']), progressToken: pick(values) };
  return frame(random(20) === 0 ? pick([[message], ...values]) : message);
}

function mutate(bytesOf: Buffer, random: (below: number) => number): Buffer {
  const at = random(bytesOf.length + 1);
  const part = bytesOf.subarray(at, at + random(12));
  const piece = Buffer.from(bytes[random(bytes.length)]!, 'latin1');
  const ways = [
    () => Buffer.concat([bytesOf.subarray(0, at), piece, bytesOf.subarray(at)]),
    () => Buffer.concat([bytesOf.subarray(0, at), bytesOf.subarray(at + part.length)]),
    () => Buffer.concat([bytesOf.subarray(0, at), part, bytesOf.subarray(at)]),
    () => bytesOf.map((byte, i) => (i === at ? random(256) : byte)) as Buffer,
    () => Buffer.from(Array.from({ length: random(60) + 1 }, () => random(256))),
  ];
  return Buffer.from(ways[random(ways.length)]!());
}

test(`${FRAMES} random and mutated frames (seed ${SEED}): the daemon lives, others are served`, async () => {
  const random = randomFrom(SEED);
  let running = 0;
  let most = 0;
  const handlers = {
    'session/scrollback': async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      return { content: '' };
    },
  };
  await onFloor({ handlers, limits: { requestsInFlight: 8 } }, async ({ connect, connectAs, log }) => {
    const good = await connectAs();
    let slowest = 0;
    let bad: RawClient | undefined;
    let alive = false;
    for (let sent = 0; sent < FRAMES; ) {
      if (!bad || !alive) {
        bad = await connect();
        alive = true;
        bad.socket.once('close', () => (alive = false));
        if (random(2)) bad.send({ jsonrpc: '2.0', id: 'login', method: 'initialize', params: { token: 'good' } });
      }
      for (let burst = random(12); burst >= 0; burst--, sent++) {
        const message = messages(random);
        // A mutation mostly ends the connection, and what follows it is not read.
        const chunk = random(10) === 0 ? mutate(message, random) : message;
        const cut = random(chunk.length + 1);
        bad.write(chunk.subarray(0, cut));
        bad.write(chunk.subarray(cut));
      }
      const at = performance.now();
      assert.deepEqual((await good.call('daemon/ping')).result, { at: 1 });
      slowest = Math.max(slowest, performance.now() - at);
      if (random(4) === 0) await bad.close();
    }
    await bad?.close();
    assert.deepEqual((await good.call('daemon/ping')).result, { at: 1 });
    assert.ok(most <= 8, `${most} handlers at once`);
    assert.ok(slowest < 1000, `${slowest} ms`);
    const bugs = log.filter(({ level, method }) => level === 'error' && method !== 'session/list');
    assert.deepEqual(bugs, []);
  })();
});

test(`the decoder alone: 100,000 random chunks (seed ${SEED}) never throw and never hold more than their limits`, () => {
  const random = randomFrom(SEED);
  for (let round = 0; round < 1000; round++) {
    const decoder = createDecoder({ headerBytes: 64, bodyBytes: 200 });
    for (let chunk = 0; chunk < 100; chunk++) {
      const message = messages(random);
      for (const event of decoder.push(random(8) === 0 ? mutate(message, random) : message)) {
        assert.ok(event.kind === 'error' || event.body.length <= 200);
      }
    }
  }
});
