/** Output frames: whole messages, whose long ends viewers share instead of having a copy each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDecoder } from '#protocol/frames';
import { createOutputFrames } from '../../../daemon/terminals/output.js';

function parsed(parts: readonly (Buffer | undefined)[]) {
  const bytes = Buffer.concat(parts.filter((part) => part !== undefined));
  const [event] = createDecoder({ headerBytes: 1024, bodyBytes: 1024 * 1024 }).push(bytes);
  assert.equal(event?.kind, 'body');
  const { method, params } = JSON.parse(event.body.toString());
  return { method, ...params, data: Buffer.from(params.data, 'base64') };
}

for (const [size, buffers] of [
  [1, 1],
  [1000, 1],
  [64 * 1024, 2],
] as const) {
  test(`a batch of ${size} bytes is a whole message in ${buffers} buffers, to each viewer its own`, () => {
    const frames = createOutputFrames();
    const data = Buffer.alloc(size, 'grün');
    for (const streamId of ['one', 'two']) {
      const frame = frames(streamId, 7, data);
      assert.equal(frame.length, buffers);
      assert.deepEqual(parsed(frame), { method: 'terminal/output', streamId, offset: 7, data });
    }
  });
}

test('viewers of one batch share the end of its frame; another batch has another', () => {
  const frames = createOutputFrames();
  const data = Buffer.alloc(64 * 1024, 'x');
  const [, one] = frames('one', 0, data);
  const [, two] = frames('two', 0, data);
  const [, shorter] = frames('two', 0, data.subarray(1));
  assert.ok(one);
  assert.equal(one, two);
  assert.notEqual(shorter, two);
});
