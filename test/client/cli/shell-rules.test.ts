/** What a line of `rdv shell` means: words, quotes, comments, lines that go on, and what of it is kept. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { mayBeKept, openHistory } from '../../../client/cli/shell-history.js';
import { goesOn, readCommands, wordsOf } from '../../../client/cli/shell-lines.js';
import { folderFor } from '../../support/whole.js';

const lines = [
  'ls',
  '  ls   --all\t--json ',
  "send api 'npm test' --enter",
  'send api "npm test"',
  String.raw`send api "say \"hi\" \\ \n \$HOME \'"`,
  String.raw`send api 'no \ escape "here"'`,
  String.raw`a\ b \'c\' \"d\" \\e \f`,
  `a'b'"c"d`,
  `'' "" x''`,
  'a # b c',
  'a#b c',
  "'#' \\#",
  '# nothing',
  '   ',
  'a \\\nb',
  'a\\\nb',
  '"a\\\nb" "c\nd"',
  "'a\\\nb'",
  'ü 漢 "😀 x"',
];

test('words are those that sh makes of a line', () => {
  for (const line of lines) {
    const said = execFileSync('sh', ['-c', `printf '%s\\0' start ${line}\n`], { encoding: 'utf8' });
    assert.deepEqual(wordsOf(line), said.split('\0').slice(1, -1), JSON.stringify(line));
  }
});

test('what a shell would put something else for stands for itself', () => {
  const special = '$HOME *.ts ~ a|b > out ; & `x` {a,b} !1 $(x)';
  assert.deepEqual(wordsOf(special), special.split(' '));
});

test('a leading rdv is left out, an open quote is refused', () => {
  assert.deepEqual(wordsOf('rdv ls'), ['ls']);
  assert.deepEqual(wordsOf('rdv rdv'), ['rdv']);
  assert.throws(() => wordsOf('a "b'), { kind: 'InvalidParams', message: 'A quote is not closed.' });
});

test('a line goes on after a backslash and within quotes', () => {
  for (const text of ['a \\', '"a', "'a", 'a "b\\"', '\\']) assert.ok(goesOn(text), text);
  for (const text of ['a', 'a \\\\', '"a"', '# it\'s "', "'a\\'", '']) assert.ok(!goesOn(text), text);
});

test('lines are counted where they begin, however their bytes come', async () => {
  const bytes = Buffer.from('a\r\n\n# c\nb \\\n  ü\n"c\nd" e\nlast \\');
  const wanted = [
    { number: 1, text: 'a' },
    { number: 2, text: '' },
    { number: 3, text: '# c' },
    { number: 4, text: 'b \\\n  ü' },
    { number: 6, text: '"c\nd" e' },
    { number: 8, text: 'last \\' },
  ];
  for (const chunks of [[bytes], [...bytes].map((byte) => Buffer.from([byte]))]) {
    const read = [];
    for await (const given of readCommands(Readable.from(chunks))) read.push(given);
    assert.deepEqual(read, wanted);
  }
  assert.deepEqual(wordsOf('last \\'), ['last']);
});

test('a line that may hold a secret is not kept', () => {
  const kept = ['ls', 'token create ci --scopes read', 'rdv token list', 'send api "npm test"', 'message send a b'];
  const secret = [
    ' ls',
    'send api rdv_cli_0123456789ab_secret',
    'new -e API_KEY=abc',
    'new -e GITHUB_TOKEN=x -- sh',
    'send api "export PASSWORD=x"',
    'token create ci --reason password',
    'send a sk-abcdefghijklmnop',
    'send a ghp_abcdefghijklmnop',
    'send a "Authorization: Bearer x"',
  ];
  for (const line of kept) assert.ok(mayBeKept(line), line);
  for (const line of secret) assert.ok(!mayBeKept(line), line);
});

test('the history is private and bounded, and its newest lines come back first', (t) => {
  const path = join(folderFor(t), 'history');
  const history = openHistory(path);
  assert.deepEqual(history.lines, []);
  history.add('one');
  history.add('send api password');
  history.add('two');
  assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\n');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(openHistory(path).lines, ['two', 'one']);
  appendFileSync(path, `${'x'.repeat(300)}\n`.repeat(1000));
  history.add('three');
  assert.ok(statSync(path).size <= 64 * 1024 + 1, String(statSync(path).size));
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(openHistory(path).lines[0], 'three');
  writeFileSync(path, Array.from({ length: 600 }, (_, i) => `line ${i}\n`).join(''));
  assert.equal(openHistory(path).lines.length, 500);
});
