/** The rules of terminals: what a frame is, what a URL asks, titles and bells in pieces, credit, waiting. */
import assert from 'node:assert/strict';
import { StringDecoder } from 'node:string_decoder';
import { test } from 'node:test';
import fc from 'fast-check';
import { askedOf } from '../../../bridge-http/terminals/asked.js';
import { createFlow, PIECE_BYTES, piecesOf } from '../../../bridge-http/terminals/flow.js';
import { controlOf } from '../../../bridge-http/terminals/frames.js';
import { createRoom } from '../../../bridge-http/terminals/room.js';
import { createSizes, type Size } from '../../../bridge-http/terminals/sizes.js';
import { incompleteTail } from '../../../bridge-http/terminals/tail.js';
import { createWatcher } from '../../../bridge-http/terminals/title.js';

const ID = '3f2a7c1e-0000-4000-8000-000000000001';

test('both spellings of the URL ask the same, and nothing else is a terminal', () => {
  const asked = (url: string) => {
    const [path, query] = url.split('?');
    return askedOf(path!, new URLSearchParams(query));
  };
  const all = { sessionId: ID, tmuxSessionName: 'rdv-x', ticket: 't', size: { cols: 80, rows: 24 } };
  assert.deepEqual(asked(`/ws?token=t&sessionId=${ID}&tmuxSession=rdv-x&cols=80&rows=24`), all);
  assert.deepEqual(asked(`/ws/terminal/${ID}?token=t&tmuxSession=rdv-x&cols=80&rows=24`), all);
  for (const size of ['', '&cols=80', '&cols=9&rows=24', '&cols=80&rows=2', '&cols=NaN&rows=24', '&cols=80.5&rows=24'])
    assert.equal(asked(`/ws?sessionId=${ID}${size}`)!.size, undefined);
  assert.equal(asked('/ws?sessionId=../x')!.sessionId, undefined);
  for (const path of ['/ws/', '/ws/terminal', '/ws/terminal/', `/ws/terminal/${ID}/x`, '/ws/mcp', '/'])
    assert.equal(asked(path), undefined, path);
});

test('a frame is control, typed, or neither', () => {
  assert.deepEqual(controlOf('{"type":"resize","cols":80,"rows":24}'), { type: 'resize', cols: 80, rows: 24 });
  for (const typed of ['x', '5', '"q"', '[1]', 'null', '', '{"type":"input"', '\x1b[A'])
    assert.equal(controlOf(typed), 'typed');
  for (const neither of [
    '{}',
    ' {"type":"input"}',
    '{"type":"input","data":5}',
    '{"type":"resize","cols":null,"rows":3}',
  ])
    assert.equal(controlOf(neither), undefined);
});

test('titles and bells are found however their bytes are cut, and nothing in a string rings', () => {
  const bytes = Buffer.from(
    'a\x1b]0;one\x07\x1b]2;zwölf\x1b\\b\x1b]8;;http://x\x07\x1bPq\x07r\x07\x1b\\\x1b[31m\x1b_x\x07\x1b\\',
    'utf8',
  );
  const look = (pieces: readonly Uint8Array[]) => {
    const watcher = createWatcher();
    const seen = pieces.map((piece) => watcher.look(piece));
    return { titles: seen.flatMap(({ title }) => title ?? []), rings: seen.filter(({ bell }) => bell).length };
  };
  assert.deepEqual(look([...bytes].map((byte) => Uint8Array.of(byte))), { titles: ['one', 'zwölf'], rings: 0 });
  assert.deepEqual(look([bytes]), { titles: ['zwölf'], rings: 0 });
  assert.deepEqual(look([Buffer.from('\x07a\x07')]), { titles: [], rings: 1 });
  assert.deepEqual(look([Buffer.from(`\x1b]0;${'x'.repeat(5000)}\x07ok\x07`)]), { titles: [], rings: 1 });
  assert.deepEqual(look([Buffer.from('\x1b]0;a\x1b[m\x07')]), { titles: [], rings: 1 });
  assert.deepEqual(look([Buffer.from('\x1b]2;a\u0085b\x01\x07')]), { titles: ['ab'], rings: 0 });
  fc.assert(fc.property(fc.array(fc.uint8Array()), (pieces) => void look(pieces)));
});

test('what is unacknowledged is never more than the high water and one piece', () => {
  const sizes = fc.array(fc.tuple(fc.integer({ min: 1, max: 70_000 }), fc.double({ min: 0, max: 1.2, noNaN: true })));
  fc.assert(
    fc.property(sizes, (steps) => {
      const flow = createFlow(7);
      let at = 7;
      for (const [bytes, share] of steps) {
        for (const piece of piecesOf(new Uint8Array(bytes))) {
          if (flow.free) flow.sent((at += piece.length));
          assert.ok(flow.unacknowledged <= 100_000 + PIECE_BYTES);
        }
        const told = 7 + Math.floor((at - 7) * share);
        assert.equal(flow.ack(told) && told > at, false);
        assert.ok(flow.unacknowledged >= 0);
      }
    }),
  );
});

test('who waits for room goes on when there is some, is slow when nothing moves, and stops when it is over', async () => {
  let free = false;
  const room = createRoom(30);
  const first = room.until(() => free);
  free = true;
  room.moved();
  assert.equal(await first, 'free');
  free = false;
  assert.equal(await room.until(() => free), 'slow');
  const last = room.until(() => free);
  room.end();
  assert.deepEqual([await last, await room.until(() => true)], ['over', 'over']);
});

test('of sizes within a span only the latest is passed on', async () => {
  const passed: Size[] = [];
  await new Promise<void>((resolve) => {
    const sizes = createSizes((size) => {
      passed.push(size);
      if (size.cols === 100) resolve();
      else setImmediate(() => sizes.add({ cols: 100, rows: 30 }));
    }, 10);
    for (const cols of [9, 80, 90.7, Number.NaN, Number.POSITIVE_INFINITY]) sizes.add({ cols, rows: 24 });
  });
  assert.deepEqual(passed, [
    { cols: 90, rows: 24 },
    { cols: 100, rows: 30 },
  ]);
});

test('at the end of bytes only what begins a character and goes on behind them is incomplete', () => {
  for (const text of ['', 'a', 'ä', '€', '😀', 'a😀'])
    for (let cut = 0; cut <= Buffer.byteLength(text); cut++) {
      const bytes = Buffer.from(text).subarray(0, cut);
      const whole = new StringDecoder('utf8').write(bytes);
      assert.equal(incompleteTail(bytes), cut - Buffer.byteLength(whole), `${text} cut at ${cut}`);
    }
  // What is no UTF-8 at all waits for nothing.
  for (const bytes of [[0xff], [0x80, 0x80, 0x80, 0x80], [0xf8], [0xe2, 0x41]]) {
    assert.equal(incompleteTail(Uint8Array.from(bytes)), 0);
  }
});
