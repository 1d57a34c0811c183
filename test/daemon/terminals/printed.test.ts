/** What was printed, as text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { printedText, wholeBytes } from '../../../daemon/terminals/printed.js';

const cases: Record<string, [printed: string, text: string]> = {
  'lines as they are': ['one\r\ntwo  \r\n\tthree', 'one\ntwo\n\tthree'],
  'colours and titles are gone': [
    '\x1b[1;31mred\x1b[0m \x1b]0;title\x07x\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\',
    'red xlink',
  ],
  'a progress bar is as it was in the end': ['10%\r50%\r100%\r\ndone', '100%\ndone'],
  'a shorter text overwrites only its own part': ['abcdef\rxy', 'xycdef'],
  'backspace takes back': ['abd\bc', 'abc'],
  'text at another place is another line': ['top\x1b[5;1Hmiddle\x1b[2Jafter', 'top\nmiddle\nafter'],
  'control characters are gone': ['a\x07b\x00c\x9bd', 'abcd'],
};

for (const [name, [printed, text]] of Object.entries(cases)) {
  test(name, () => assert.equal(printedText(Buffer.from(printed)), text));
}

test('a sequence or a character that is not whole waits for its rest', () => {
  const unfinished = [
    '\x1b',
    '\x1b[',
    '\x1b[38;5',
    '\x1b]0;tit',

    '\x1b(',
    '\u00fc',
    '\u6f22',
    '\u{1f600}',
  ];
  for (const rest of unfinished) {
    const bytes = Buffer.concat([Buffer.from('text'), Buffer.from(rest).subarray(0, rest > '\x7f' ? -1 : undefined)]);
    assert.equal(wholeBytes(bytes), 4, JSON.stringify(rest));
  }
  for (const whole of ['text', 'text\x1b[m', 'tü', 't漢', 't😀', 't\x1b]0;title\x07', 't\x1b(B']) {
    assert.equal(wholeBytes(Buffer.from(whole)), Buffer.byteLength(whole), JSON.stringify(whole));
  }
});

test('read in pieces, cut anywhere, no sequence leaks into the text', () => {
  const stream = Buffer.from('\x1b[31mé\x1b[0m漢\x1b]0;t\x07字\x1b[1m\x1b(B😀');
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 8 }), (cuts) => {
      let text = '';
      let from = 0;
      for (const to of [...cuts.sort((a, b) => a - b), stream.length]) {
        const bytes = stream.subarray(from, Math.max(from, to));
        const whole = wholeBytes(bytes);
        text += printedText(bytes.subarray(0, whole));
        from += whole;
      }
      assert.equal(text, 'é漢字😀');
    }),
  );
});

test('a program that prints nothing but carriage returns before its text holds nobody up', () => {
  const started = performance.now();
  assert.equal(printedText(Buffer.from(`${'\r'.repeat(100_000)}x`)), 'x');
  // It took twice as long.
  assert.ok(performance.now() - started < 5000);
});
