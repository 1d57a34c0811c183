/** Text for a program: whatever it holds, no control character and no escape sequence is left, and all else is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sanitise } from '../../../daemon/injection/sanitise.js';
import { hostileText } from '../../support/hostile-text.js';

/** Text, what is left of it, and what was taken out. */
const cases: readonly [text: string, left: string, ...removed: string[]][] = [
  ['plain; text with\ttabs\nand lines\n', 'plain; text with\ttabs\nand lines\n'],
  ['é 😀 漢字 \u200d \ufeff \u2028', 'é 😀 漢字 \u200d \ufeff \u2028'],
  ['[201~ and ]0;x and \\x1b', '[201~ and ]0;x and \\x1b'],
  ['a\x1b[201~rm -rf /\r', 'arm -rf /\n', 'escape sequence 1', 'carriage return 1'],
  ['a\x9b201~b', 'ab', 'escape sequence 1'],
  ['\x1b[20\x1b[201~1~x', '1~x', 'escape sequence 2'],
  ['\x1b\x1b[201~[201~x', '[201~x', 'escape sequence 2'],
  ['\x1b[201', '', 'escape sequence 1'],
  ['\x1b[2\x000\x001~x', '0' + '1~x', 'escape sequence 1', 'control character 2'],
  ['\x1b', '', 'escape sequence 1'],
  ['\x1b\nb', '\nb', 'escape sequence 1'],
  ['\x1b[31;1mred\x1b[0m', 'red', 'escape sequence 2'],
  ['\x1b]0;title\x07a\x1b]8;;http://x\x1b\\link', 'alink', 'escape sequence 2'],
  ['\x1b]52;c;never ended\nnext', '\nnext', 'escape sequence 1'],
  ['\x1b]0;cut by\x1b[201~x', 'x', 'escape sequence 2'],
  ['\x1bPtmux;\x1b\x1b[201~\x1b\\x', 'x', 'escape sequence 4'],
  ['\x1bOAup \x1bM\x1b(0q\x1b#8', 'up q', 'escape sequence 4'],
  ['\x90dcs\x9cx\x9d0;t\x07y', 'xy', 'escape sequence 2'],
  ['a\x00\x01\x03\x04\x08\x0b\x0c\x15\x1a\x1c\x7f\x80\x85\x9fb', 'a', 'escape sequence 1', 'control character 13'],
  ['one\r\ntwo\rthree\n\r', 'one\ntwo\nthree\n\n', 'carriage return 3'],
  ['\ud800a\udc00 😀', 'a 😀', 'half a character 2'],
];

for (const [text, left, ...removed] of cases) {
  test(`of ${JSON.stringify(text)} is left ${JSON.stringify(left)}`, () => {
    const { text: clean, removed: told } = sanitise(text);
    assert.deepEqual([clean, ...told.map(({ what, count }) => `${what} ${count}`)], [left, ...removed]);
  });
}

test('whatever is put together, nothing of a terminal is left in it, and a second time changes nothing', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const { text: clean, removed } = sanitise(text);
      assert.doesNotMatch(clean, /[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
      assert.doesNotMatch(clean, /\p{Surrogate}/u);
      assert.deepEqual(sanitise(clean), { text: clean, removed: [] });
      assert.equal(removed.length === 0, clean === text);
    }),
    { numRuns: 5000 },
  );
});

test('what is plain stays as it is, also the longest in a moment', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const plain = text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');
      assert.deepEqual(sanitise(plain), { text: plain, removed: [] });
    }),
  );
  const started = performance.now();
  for (const part of ['\x1b', '\x1b]x', '\x9b1', '\x1b[', 'x']) sanitise(part.repeat((256 * 1024) / part.length));
  assert.ok(performance.now() - started < 2000);
});
