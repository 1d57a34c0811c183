/** Frames: what is written is read again, however it is cut; what breaks the rules ends the stream. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDecoder, type FrameEvent, frame, frameJson } from '#protocol/frames';

const limits = { headerBytes: 64, bodyBytes: 1000 };
const messages = [{ a: 1 }, 'grüße 😀 漢字', '', [1, [2, [3]]], { lone: '\ud800' }, 'x'.repeat(900)];

function bodies(events: readonly FrameEvent[]): unknown[] {
  return events.map((event) => (event.kind === 'body' ? JSON.parse(event.body.toString()) : event.error.kind));
}

test('a frame is the header, an empty line and the JSON, counted in bytes', () => {
  assert.equal(frame({ text: 'ü😀' }).toString(), 'Content-Length: 17\r\n\r\n{"text":"ü😀"}');
  assert.deepEqual(frameJson('"ü"'), Buffer.from('Content-Length: 4\r\n\r\n"ü"'));
  assert.deepEqual(frameJson(Buffer.from('"ü"')), frameJson('"ü"'));
});

test('frames come out the same however the stream is cut', () => {
  const stream = Buffer.concat(messages.map(frame));
  for (let size = 1; size <= stream.length; size++) {
    const decoder = createDecoder(limits);
    const events: FrameEvent[] = [];
    for (let at = 0; at < stream.length; at += size) events.push(...decoder.push(stream.subarray(at, at + size)));
    assert.deepEqual(bodies(events), messages, `cut every ${size} bytes`);
    assert.equal(decoder.partial, false);
  }
});

test('a body that came whole is not copied', () => {
  const chunk = frame('x'.repeat(900));
  const [event] = createDecoder(limits).push(chunk);
  assert.equal(event?.kind === 'body' && event.body.buffer, chunk.buffer);
});

test('a decoder knows whether it holds part of a frame', () => {
  const decoder = createDecoder(limits);
  const seen = ['Content-Le', 'ngth: 2\r\n\r', '\n', '[', ']C'].map((piece) => {
    const events = decoder.push(Buffer.from(piece));
    return [events.length, decoder.partial];
  });
  assert.deepEqual(seen, [
    [0, true],
    [0, true],
    [0, true],
    [0, true],
    [1, true],
  ]);
});

test('headers other than Content-Length are passed over', () => {
  const headers = [
    'Content-Length: 2',
    'content-length:2',
    'CONTENT-LENGTH:   2  ',
    'Content-Type: application/json\r\nContent-Length: 2',
    'Content-Length: 2\r\nX-Other: a:b',
    'Content-Length: 0000002',
  ];
  for (const header of headers) {
    assert.deepEqual(bodies(createDecoder(limits).push(Buffer.from(`${header}\r\n\r\n[]`))), [[]], header);
  }
});

test('an empty body is a frame', () => {
  const [event] = createDecoder(limits).push(Buffer.from('Content-Length: 0\r\n\r\n'));
  assert.equal(event?.kind === 'body' && event.body.length, 0);
});

const broken: [string, string, string][] = [
  ['no Content-Length', 'Content-Type: x\r\n\r\n', 'ParseError'],
  ['an empty header', '\r\n\r\n', 'ParseError'],
  ['a line without a name', ': 2\r\n\r\n', 'ParseError'],
  ['a line without a colon', 'hello\r\nContent-Length: 2\r\n\r\n', 'ParseError'],
  ['a name with a space', 'Content Length: 2\r\n\r\n', 'ParseError'],
  ['two lengths', 'Content-Length: 2\r\nContent-Length: 2\r\n\r\n', 'ParseError'],
  ['a negative length', 'Content-Length: -2\r\n\r\n', 'ParseError'],
  ['a length that is no number', 'Content-Length: two\r\n\r\n', 'ParseError'],
  ['a fraction', 'Content-Length: 2.0\r\n\r\n', 'ParseError'],
  ['a hexadecimal length', 'Content-Length: 0x2\r\n\r\n', 'ParseError'],
  ['no length at all', 'Content-Length:\r\n\r\n', 'ParseError'],
  ['a length of many digits', `Content-Length: ${'9'.repeat(30)}\r\n\r\n`, 'ParseError'],
  ['a header without end', 'x'.repeat(64), 'ParseError'],
  ['a header one byte too long', `Content-Length: 2\r\nA: ${'b'.repeat(39)}\r\n\r\n`, 'ParseError'],
  ['a body one byte too large', 'Content-Length: 1001\r\n\r\n', 'TooLarge'],
  ['a body of 4 GB', 'Content-Length: 4294967296\r\n\r\n', 'TooLarge'],
];

for (const [what, text, kind] of broken) {
  test(`${what} is a ${kind}, whole or byte by byte, after which the stream is dead`, () => {
    for (const size of [1, 7, text.length + 100]) {
      const decoder = createDecoder(limits);
      const stream = Buffer.concat([frame(1), Buffer.from(text), frame(2)]);
      const events: FrameEvent[] = [];
      for (let at = 0; at < stream.length; at += size) events.push(...decoder.push(stream.subarray(at, at + size)));
      assert.deepEqual(bodies(events), [1, kind]);
      assert.deepEqual(decoder.push(frame(3)), []);
      assert.equal(decoder.partial, false);
    }
  });
}

test('a header without end is noticed in its first chunk, not in the next', () => {
  for (const size of [64, 65, 100_000]) {
    assert.deepEqual(bodies(createDecoder(limits).push(Buffer.alloc(size, 'x'))), ['ParseError']);
  }
});

test('a header and a body exactly at the limit are read', () => {
  const header = `Content-Length: 1000\r\nA: ${'b'.repeat(64 - 29)}\r\n\r\n`;
  assert.equal(header.length, 64);
  const events = createDecoder(limits).push(Buffer.from(header + JSON.stringify('x'.repeat(998))));
  assert.deepEqual(bodies(events), ['x'.repeat(998)]);
});

test('the body limit can be changed between frames', () => {
  const decoder = createDecoder(limits);
  decoder.setBodyBytes(2000);
  assert.deepEqual(bodies(decoder.push(frame('x'.repeat(1500)))), ['x'.repeat(1500)]);
  decoder.setBodyBytes(10);
  assert.deepEqual(bodies(decoder.push(frame('x'.repeat(1500)))), ['TooLarge']);
});

test('a long header in one-byte pieces is searched once, not once a byte', () => {
  const decoder = createDecoder({ headerBytes: 1_000_000, bodyBytes: 10 });
  const byte = Buffer.from('x');
  const before = process.cpuUsage();
  for (let i = 0; i < 999_999; i++) assert.equal(decoder.push(byte).length, 0);
  assert.equal(decoder.push(byte).length, 1);
  // Searching from the start each time takes more than ten seconds.
  assert.ok(process.cpuUsage(before).user < 4_000_000);
});
