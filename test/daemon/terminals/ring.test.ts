/** The ring holds the newest bytes at their places, in whatever pieces they come. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRing } from '../../../daemon/terminals/ring.js';

test('every byte still held reads back from its place, in any length', () => {
  const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 90_000 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(
      pieces,
      fc.integer({ min: 1, max: 200_000 }),
      fc.nat(),
      fc.nat({ max: 200_000 }),
      (chunks, limit, from, length) => {
        const ring = createRing(limit);
        const all = Buffer.concat(chunks);
        for (const chunk of chunks) ring.append(Buffer.from(chunk));
        assert.equal(ring.end, all.length);
        assert.ok(ring.end - ring.start >= Math.min(limit, all.length), 'forgot too much');
        assert.ok(ring.end - ring.start < limit + 2 * 64 * 1024, 'holds too much');
        const place = ring.start + (from % (ring.end - ring.start));
        assert.deepEqual(Buffer.from(ring.read(place, length)), all.subarray(place, place + length));
      },
    ),
    { numRuns: 200 },
  );
});

test('a pane that printed little holds little', () => {
  const ring = createRing(2 * 1024 * 1024);
  ring.append(Buffer.from('hello'));
  assert.ok(ring.read(0, 5).buffer.byteLength <= 1024);
});
