/** Pen, charsets, modes and what is unfinished at a cut: a fresh terminal goes on as the first one would have. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Modes } from '../../../daemon/backend/index.js';
import { createMarkReader } from '../../../daemon/backend/marks.js';
import { penAfter } from '../../../daemon/terminals/pen.js';
import { unfinished } from '../../../daemon/terminals/sequences.js';
import { drawSnapshot } from '../../../daemon/terminals/snapshot.js';
import { seenOf } from '../../support/reference.js';

const size = { cols: 20, rows: 4 };
const RUNS = 400;

const plain = ['', '0', '1', '2', '3', '4', '5', '7', '8', '9', '22', '23', '24', '25', '27', '28', '29', '39', '49'];
const colours = ['31', '42', '97', '103', '38;5;0', '38;5;9', '48;2;0;1;0', '38:2::1:2:3'];
/** The reference terminal forgets to restore these with the cursor. */
const lines = ['21', '53', '55', '58;5;0', '4:3', '59'];
const sgrOf = (...parameters: string[]) =>
  fc.array(fc.constantFrom(...parameters), { maxLength: 4 }).map((all) => `\x1b[${all.join(';')}m`);
const texts = ['text', 'é漢😀', '\r', '\x1b[H', '\x1b[2;2H', '\x1b]0;title \x1b\\', '\x1bP+q544e\x1b\\'];
const strange = ['\x1b[>4;2m', '\x1b[?1m', '\x1b[3\r1m', '\x1b[31\x18m', '\x1b[4 q', '\x1b[ q', '\x1bc', '\x1b[!p'];
const paste = ['\x1b[?2004h', '\x1b[?2004l', '\x1b[?1004;45h', '\x1b[?45l'];
const mouse = ['\x1b[?9h', '\x1b[?9l', '\x1b[?1000h\x1b[?1000l'];
const other = fc.constantFrom(...texts, ...strange, ...paste, ...mouse);
const piece = fc.oneof(sgrOf(...plain, ...colours, ...lines), other);
const savable = fc.oneof(sgrOf(...plain, ...colours), other);
const charset = fc.constantFrom('\x1b(B', '\x1b(0', '\x1b)0', '\x1b)B', '\x0e', '\x0f');
const saved = fc.constantFrom('\x1b7', '\x1b8', '\x1b[s', '\x1b[u');
const many = (one: fc.Arbitrary<string>) => fc.array(one, { maxLength: 20 }).map((all) => all.join(''));

/** Output before a cut, and after it; where the cursor was saved, and with which charset, no terminal tells. */
const cutProgram = fc
  .tuple(
    fc.oneof(
      many(fc.oneof({ weight: 4, arbitrary: piece }, charset)),
      many(fc.oneof({ weight: 4, arbitrary: savable }, saved)),
    ),
    fc.oneof(piece, charset),
    fc.double({ min: 0, max: 1, noNaN: true }),
    many(fc.oneof({ weight: 4, arbitrary: piece }, charset)),
  )
  .map(([before, torn, where, after]) => {
    const at = Math.floor(where * Buffer.byteLength(torn));
    const middle = Buffer.from(torn);
    return [
      Buffer.concat([Buffer.from(before), middle.subarray(0, at)]),
      Buffer.concat([middle.subarray(at), Buffer.from(after)]),
    ];
  });
const program = fc.array(fc.oneof(piece, charset), { maxLength: 25 });

/** The look of a letter printed at the end, and the modes. */
async function lookAtEnd(...parts: (Buffer | string)[]) {
  const { text, styles, modes, hidden } = await seenOf(size, ...parts, '\x1b[H\x1b[2Jq');
  return { text: text[0], style: styles.find((_, at) => text[at] !== ''), modes, shape: hidden.shape };
}

test('after a cut anywhere the next character looks as it would have without', async () => {
  await fc.assert(
    fc.asyncProperty(cutProgram, async ([before, after]) => {
      const reader = createMarkReader();
      reader.read(before!);
      const drawn = drawSnapshot(captureWith(reader.marks), {
        pen: penAfter(before!).text,
        unfinished: unfinished(before!),
      });
      assert.deepEqual(await lookAtEnd(drawn, after!), await lookAtEnd(before!, after!));
    }),
    { numRuns: RUNS },
  );
});

test('marks are the same however the output is cut', () => {
  fc.assert(
    fc.property(program, fc.array(fc.nat(200)), (pieces, cuts) => {
      const bytes = Buffer.from(pieces.join(''));
      const [whole, parts] = [createMarkReader(), createMarkReader()];
      whole.read(bytes);
      let from = 0;
      for (const to of [...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]) {
        parts.read(bytes.subarray(from, to));
        from = to;
      }
      assert.deepEqual(parts.marks, whole.marks);
    }),
    { numRuns: RUNS },
  );
});

test('what is unfinished is found, and the end of what is finished', () => {
  const of = (text: string, before = '') =>
    unfinished(Buffer.from(text, 'latin1'), Buffer.from(before)).toString('latin1');
  const cases: [text: string, expected: string][] = [
    ['plain', ''],
    ['a\x1b', '\x1b'],
    ['a\x1b[', '\x1b['],
    ['a\x1b[38;5', '\x1b[38;5'],
    ['a\x1b[3\r8', '\x1b[38'],
    ['a\x1b[31mred', ''],
    ['\x1b]0;title', '\x1b]0;title'],
    ['\x1b]0;title\x1b', '\x1b'],
    ['\x1b]0;title\x07', ''],
    ['\x1bPq\x07more', '\x1bPq\x07more'],
    ['\x1b(', '\x1b('],
    ['\x1b[31\x18', ''],
    ['\x1b[m\xe6\xbc', '\xe6\xbc'],
    ['\x1b[m\xe6\xbc\xa2', ''],
    ['\xf0\x9f\x98', '\xf0\x9f\x98'],
    ['\xbc\xa2', ''],
  ];
  assert.deepEqual(
    cases.map(([text]) => of(text)),
    cases.map(([, expected]) => expected),
  );
  assert.equal(of('title', '\x1b]0;'), '\x1b]0;');
  assert.equal(of('\xe6', ''), '\xe6');
});

test('a pen that is never reset is told in one short sequence, however long ago its parts were set', () => {
  const flood = Buffer.from(`\x1b[1;4m${'\x1b[32mgreen\x1b[39m plain\r\n'.repeat(50_000)}\x1b[48;5;7m`);
  assert.deepEqual(penAfter(flood), { text: '\x1b[0;1;4;48;5;7m', sure: false });
});

function captureWith(marks: object) {
  const none = Buffer.alloc(0);
  const modes = { ...size, cursorX: 0, cursorY: 0, wrap: 1, cursorShown: 1, scrollTop: 0, scrollBottom: 3, ...marks };
  const parts = { history: none, screen: none, hidden: none, cursorRow: none, pending: none };
  return { modes: modes as Modes, ...parts, tabs: undefined };
}
