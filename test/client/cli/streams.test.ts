/** What attach and demo do to streams of bytes, cut anywhere: the detach chord, questions taken out, plain text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import xterm from '@xterm/headless';
import { createChord } from '../../../client/cli/chord.js';
import { FRESH, freshKeeping, RESTORE } from '../../../client/cli/modes.js';
import { createPlain } from '../../../client/cli/plain.js';
import { createQueryFilter } from '../../../client/cli/queries.js';
import { createResizer } from '../../../client/cli/size.js';

/** Feeds the text whole, then byte by byte: both must come to the same. */
function bothWays<T>(text: string, start: () => (chunk: Buffer) => T, join: (parts: T[]) => unknown): unknown {
  const bytes = Buffer.from(text);
  const whole = join([start()(bytes)]);
  const feed = start();
  const parts: T[] = [];
  for (const byte of bytes) parts.push(feed(Buffer.from([byte])));
  assert.deepEqual(join(parts), whole);
  return whole;
}

test('the chord detaches, its first key twice is sent once, anything else goes through', () => {
  const cases: [keys: string, typed: string, pass: string, detach: boolean][] = [
    ['ctrl-],d', 'hello ü', 'hello ü', false],
    ['ctrl-],d', 'a\x1dd', 'a', true],
    ['ctrl-],d', 'a\x1d\x1db', 'a\x1db', false],
    ['ctrl-],d', '\x1dx\x1d\x1dd', '\x1dx\x1dd', false],
    ['ctrl-],d', '\x1d\x1d\x1dd', '\x1d', true],
    ['ctrl-p,ctrl-q', '\x10\x11', '', true],
    ['^a,^a', '\x01\x01', '', true],
    ['C-]', 'x\x1d', 'x', true],
  ];
  for (const [keys, typed, pass, detach] of cases) {
    const start = () => {
      const chord = createChord(keys);
      let over = false;
      return (chunk: Buffer) => {
        if (over) return { pass: '', detach: false };
        const result = chord(chunk);
        over = result.detach;
        return { pass: result.pass.toString('latin1'), detach: result.detach };
      };
    };
    const join = (parts: { pass: string; detach: boolean }[]) => [
      Buffer.from(parts.map((p) => p.pass).join(''), 'latin1').toString(),
      parts.some((p) => p.detach),
    ];
    assert.deepEqual(bothWays(typed, start, join), [pass, detach], JSON.stringify(typed));
  }
});

test('the chord is known in the forms of other keyboard protocols', () => {
  for (const typed of ['\x1b[93;5u\x1b[100u', '\x1b[93;5:1u\x1b[93;5:3u\x1b[100;1:1u', '\x1b[27;5;93~d']) {
    assert.deepEqual(
      createChord('ctrl-],d')(Buffer.from(typed)),
      { pass: Buffer.alloc(0), detach: true },
      JSON.stringify(typed),
    );
  }
});

test('every byte but the chord goes through as it is', () => {
  const every = Buffer.from(Array.from({ length: 256 }, (_, i) => i).filter((i) => i !== 0x1d));
  assert.deepEqual(createChord('ctrl-],d')(every), { pass: every, detach: false });
});

test('keys that are none are refused', () => {
  for (const keys of ['', 'ctrl-', 'ctrl-],', 'dd', 'ctrl-1'])
    assert.throws(() => createChord(keys), { kind: 'InvalidParams' }, keys);
});

const asText = (parts: Uint8Array[]) => Buffer.concat(parts).toString();

test('questions to the terminal are taken out', () => {
  const questions = [
    '\x1b[c',
    '\x1b[>c',
    '\x1b[=0c',
    '\x1b[6n',
    '\x1b[?996n',
    '\x1b[?2026$p',
    '\x1b[4$p',
    '\x1b[>q',
    '\x1b[>0q',
    '\x1b[?u',
    '\x1b[?4m',
    '\x1b[18t',
    '\x1b[14;2t',
    '\x1b[21t',
  ];
  const strings = [
    '\x1b]11;?\x07',
    '\x1b]10;?\x1b\\',
    '\x1b]4;1;?\x07',
    '\x1b]52;c;?\x07',
    '\x1bP+q544e\x1b\\',
    '\x1bP$qm\x1b\\',
    '\x1b_Gi=1,a=q;AAAA\x1b\\',
    '\x05',
    '\x1bZ',
  ];
  for (const question of [...questions, ...strings]) {
    assert.equal(bothWays(`a${question}b`, createQueryFilter, asText), 'ab', JSON.stringify(question));
  }
});

test('everything else reaches the terminal', () => {
  const rest = [
    '\x1b[31mü日\x1b[0m',
    '\x1b[2;3H\x1b[?25l\x1b[>4;2m',
    '\x1b]0;title?\x07',
    '\x1b]11;#fff\x07',
    '\x1b[22;0t\x1b[8;24;80t',
    '\x1b[>1u\x1b[<u',
    '\x1b7\x1b8\x1bc',
    '\x1b[!p\x1b[1 q',
    '\x1bPq#0\x1b\\',
  ];
  for (const text of rest)
    assert.equal(bothWays(`${text}.`, createQueryFilter, asText), `${text}.`, JSON.stringify(text));
});

test('plain text keeps words and, if wanted, colours', () => {
  const text = 'a\x1b[1;31mü\x1b[0m\x1b[2J\x1b]0;t\x07\r\n日\x1b(B\x1b[?25l\x9bz';
  const join = (parts: string[]) => parts.join('');
  assert.equal(
    bothWays(text, () => createPlain(false), join),
    'aü\n日z',
  );
  assert.equal(
    bothWays(text, () => createPlain(true), join),
    'a\x1b[1;31mü\x1b[0m\n日z',
  );
});

/** A reference terminal after these bytes. */
async function terminalAfter(...texts: string[]) {
  const terminal = new xterm.Terminal({ cols: 40, rows: 6, allowProposedApi: true });
  for (const text of texts) await new Promise<void>((resolve) => terminal.write(text, resolve));
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, i) => active.getLine(i)?.translateToString(true) ?? '');
  const state = { kind: active.type, x: active.cursorX, y: active.cursorY, lines, modes: { ...modesOf(terminal) } };
  terminal.dispose();
  return state;
}
const modesOf = ({ modes }: { modes: object }) =>
  Object.fromEntries(
    [
      'applicationCursorKeysMode',
      'applicationKeypadMode',
      'bracketedPasteMode',
      'insertMode',
      'mouseTrackingMode',
      'originMode',
      'sendFocusMode',
      'wraparoundMode',
    ].map((name) => [name, (modes as Record<string, unknown>)[name]]),
  );

test('the restore sequence ends every mode and leaves cursor and text alone', async () => {
  const before = await terminalAfter('one\r\ntwo ');
  const wild = '\x1b[?1h\x1b=\x1b[?2004h\x1b[4h\x1b[?1003h\x1b[?1004h\x1b[?7l';
  assert.notDeepEqual((await terminalAfter('one\r\ntwo ', wild)).modes, before.modes);
  assert.deepEqual(await terminalAfter('one\r\ntwo ', wild, RESTORE), before);
  assert.deepEqual(await terminalAfter('one\r\ntwo ', '\x1b[?1049h\x1b[3;3Hvim\x1b[2;4r', wild, RESTORE), before);
  assert.deepEqual((await terminalAfter('one\r\ntwo ', '\x1b[?6h', RESTORE)).modes, before.modes);
  assert.deepEqual(await terminalAfter('one\r\ntwo ', '\x1b]0;unfinished', RESTORE), before);
});

test('a fresh screen is empty, and the first one keeps what stood there in the history', async () => {
  const fresh = await terminalAfter('one\r\ntwo', '\x1b[?1049hx', FRESH);
  assert.deepEqual([fresh.kind, fresh.x, fresh.y, fresh.lines.join('')], ['normal', 0, 0, '']);
  const kept = await terminalAfter('one\r\ntwo', freshKeeping(6));
  assert.deepEqual([kept.x, kept.y, kept.lines.filter(Boolean)], [0, 0, ['one', 'two']]);
});

test('resizes that come while one is under way become one, the latest', async () => {
  const set: number[] = [];
  const resize = createResizer(async (cols) => {
    set.push(cols);
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
  await Promise.all([20, 30, 40].map((cols) => resize({ cols, rows: 10 })));
  await resize({ cols: 50, rows: 10 });
  assert.deepEqual(set, [20, 40, 50]);
});
