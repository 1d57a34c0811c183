/** What output looked like on the screen, as text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawnText } from '../../daemon/drawn.js';

const cases: [what: string, output: string, text: string][] = [
  ['what was typed in the midst of a line', '$ sh serv.sh\x1b[3D\x1b[1@e\r\nup\r\n', '$ sh serve.sh\nup'],
  ['a letter taken back', '$ tesst\b\x1b[K\b\x1b[Kt\r\n', '$ test'],
  ['a suggestion that was not taken', '$ npm t\x1b[2mest -- --all\x1b[0m\x1b[12D\x1b[K\r\nok\r\n', '$ npm t\nok'],
  ['a line longer than the screen', `${'x'.repeat(45)}\r\n`, 'x'.repeat(45)],
  ['more than the screen holds', 'a\r\nb\r\nc\r\nd\r\ne\r\nf\r\n', 'a\nb\nc\nd\ne\nf'],
  ['a full-screen program that was still open', '$ vim\r\n\x1b[?1049h\x1b[H\x1b[2Jtext', '$ vim'],
  ['the rest of an escape sequence, and bytes that are no text', '31mred\x1b[0m\r\n\xff\x00x', '31mred\nx'],
  ['nothing', '', ''],
];

for (const [what, output, text] of cases) {
  test(`drawn as it stood in the end: ${what}`, async () => {
    assert.equal(await drawnText({ bytes: Buffer.from(output, 'latin1'), cols: 20, rows: 4 }), text);
  });
}

test('others get their turn while much is drawn', async () => {
  let turns = 0;
  const counting = setInterval(() => turns++, 1);
  const bytes = Buffer.from(
    'ann@box:~$ \x1b[32mnpm test\x1b[0m and what it prints\r\n'.repeat(5000).slice(0, 256 * 1024),
  );
  const text = await drawnText({ bytes, cols: 80, rows: 24 });
  clearInterval(counting);
  assert.ok(text.split('\n').length >= 2000);
  assert.ok(turns > 0, 'nobody got a turn');
});
