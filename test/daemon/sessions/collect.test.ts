/** What a command wrote, found again in its terminal's bytes, however they are cut. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { createCollector } from '../../../daemon/sessions/collect.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
/** Bytes in use, without garbage. */
function memory(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const ID = '7c1e';
/** What the terminal makes of it, with the launcher's mark at the end. */
const inTerminal = (written: Buffer, code: number) =>
  Buffer.concat([
    Buffer.from(written.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'),
    Buffer.from(`\x1b]7717;${ID};${code}\x07`),
  ]);

/** Pieces that look like line ends and like the beginning of the mark are frequent. */
const piece = fc.oneof(
  fc.constantFrom('\n', '\r', '\r\n', '\r\r\n', '\x1b', '\x1b]7717;', `\x1b]7717;${ID}`, `\x1b]7717;${ID};`, 'ü', 'x'),
  fc.string(),
);
const written = fc
  .array(piece, { maxLength: 30 })
  .map((pieces) => Buffer.from(pieces.join('')))
  // The mark itself cannot be foreseen by a program.
  .filter((bytes) => !/\x1b\]7717;7c1e;\d{1,3}\x07/.test(bytes.toString('latin1')));

test('the bytes are those the program wrote, wherever the stream is cut, and so is the exit code', () => {
  fc.assert(
    fc.property(
      written,
      fc.integer({ min: 0, max: 255 }),
      fc.array(fc.nat(400), { maxLength: 20 }),
      (bytes, code, cuts) => {
        const stream = inTerminal(bytes, code);
        const collector = createCollector(ID, 10_000);
        const places = [0, ...cuts.map((cut) => cut % stream.length).sort((a, b) => a - b), stream.length];
        for (const [i, from] of places.slice(0, -1).entries()) collector.take(stream.subarray(from, places[i + 1]));
        collector.end();
        assert.deepEqual(
          [collector.exitCode, collector.bytes, collector.from(0).toString('latin1')],
          [code, bytes.length, bytes.toString('latin1')],
        );
      },
    ),
    { numRuns: 2000 },
  );
});

test('of much the newest is kept, and where it begins is known', () => {
  const collector = createCollector(ID, 1000);
  for (let i = 0; i < 500; i++) collector.take(Buffer.from(`${String(i).padStart(998, '.')}\r\n`));
  collector.take(Buffer.from('end'));
  assert.deepEqual([collector.bytes, collector.start], [499_503, 498_503]);
  assert.equal(collector.from(collector.start).length, 1000);
  assert.match(collector.from(collector.start).toString(), /499\nend$/);
});

test('what was held back for a mark is output when none comes', () => {
  const collector = createCollector(ID, 1000);
  collector.take(Buffer.from('half \x1b]7717;7c'));
  assert.equal(collector.from(0).toString(), 'half ');
  collector.end();
  assert.deepEqual([collector.exitCode, collector.from(0).toString()], [undefined, 'half \x1b]7717;7c']);
});

test('a flood of carriage returns is neither held back nor looked at again and again', () => {
  const collector = createCollector(ID, 1000);
  const started = performance.now();
  for (let i = 0; i < 1000; i++) collector.take(Buffer.alloc(16 * 1024, '\r'));
  // The last one may be the beginning of a line's end.
  assert.equal(collector.bytes, 1000 * 16 * 1024 - 1);
  // It took many times as long.
  assert.ok(performance.now() - started < 2000);
});

test('what is printed letter by letter is kept as it is, and costs little more than its bytes', () => {
  const collector = createCollector(ID, 400_000);
  const letters = Buffer.from(Array.from({ length: 500_000 }, (_, at) => 97 + (at % 23)));
  const before = memory();
  for (let at = 0; at < letters.length; at++) collector.take(letters.subarray(at, at + 1));
  assert.ok(memory() - before < 8_000_000);
  assert.deepEqual(collector.from(collector.start), letters.subarray(100_000));
});
