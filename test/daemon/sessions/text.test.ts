/** The text of a pane: what is cut from it, and that no text of a program makes this slow. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainText } from '../../../daemon/sessions/text.js';

const textOf = (history: string, screen: string) =>
  plainText({ history: Buffer.from(history), screen: Buffer.from(screen) });

test('blanks at the ends of lines, blank lines at the end and control characters are cut, all else stays', () => {
  assert.equal(textOf('one \t \n', '\n  two\u00a0\n\x1b[1mthree\x07\n \n\n'), 'one\n\n  two\u00a0\n[1mthree');
  assert.equal(textOf('', ' \n\n'), '');
});

test('a program that prints nothing but blanks before its text holds nobody up', () => {
  const started = performance.now();
  assert.equal(textOf('', `${' '.repeat(100_000)}x`).length, 100_001);
  assert.equal(textOf('\n'.repeat(100_000), 'x').length, 100_001);
  // It took many times as long.
  assert.ok(performance.now() - started < 5000);
});
