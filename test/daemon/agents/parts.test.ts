/** The small parts: sequences in the output, options of dialogs, ends of limits, which agent runs, when a look is due. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { isShell, startsAnother } from '../../../daemon/agents/foreground.js';
import { limitEnd } from '../../../daemon/agents/limit.js';
import { builtIn } from '../../../daemon/agents/manifests/index.js';
import { findOptions } from '../../../daemon/agents/options.js';
import { agentIn, chooseProvider, type Signs } from '../../../daemon/agents/provider.js';
import { createSequenceReader } from '../../../daemon/agents/sequences.js';
import { createWatch } from '../../../daemon/agents/watch.js';
import { drawScreen } from '../../support/screens.js';

const manifests = Object.values(builtIn);

test('titles, progress, marks and notifications are read off the output, however it is cut', () => {
  const output = Buffer.from(
    'a\x1b]0;✳ Fix ü\x07b\x1b[31m\x1b]9;4;3;0\x1b\\\x1b]133;C\x07\x1b]9;hello\x07\x1b]777;notify;Title;Körper\x1b\\\x1b]8;;x\x07c\x1b]0;⠂ More\x07',
  );
  const expected = { title: '⠂ More', progress: '3', mark: 'C', notice: 'Title;Körper' };
  fc.assert(
    fc.property(fc.array(fc.nat({ max: output.length }), { maxLength: 10 }), (cuts) => {
      const reader = createSequenceReader();
      const places = [0, ...cuts.sort((a, b) => a - b), output.length];
      for (let at = 1; at < places.length; at++) reader.read(output.subarray(places[at - 1], places[at]));
      assert.deepEqual(reader.told, expected);
    }),
  );
  const endless = createSequenceReader();
  for (let i = 0; i < 50; i++) endless.read(Buffer.from(i === 0 ? '\x1b]0;' : 'x'.repeat(1000)));
  endless.read(Buffer.from('\x07\x1b]0;after\x07'));
  assert.equal(endless.told.title, 'after');
});

test('a grid joins rows that wrap, knows no-break spaces, and what is faint or reverse; wide characters keep places', async () => {
  const { grid } = await drawScreen(`${'x'.repeat(45)} y\n❯\u00a0\x1b[7mT\x1b[27m\x1b[2mry this\x1b[22m\n漢字 ok`, {
    cols: 40,
    rows: 10,
  });
  assert.deepEqual(grid.lines.slice(0, 3), [`${'x'.repeat(45)} y`, '❯ Try this', '漢字 ok']);
  assert.equal(grid.vivid[1]?.trimEnd(), '❯');
  assert.equal(grid.reverse[1]?.trim(), 'T');
  assert.deepEqual(grid.cursor, { line: 2, column: 5, shown: true });
});

test('options are found with the keys that choose them; what only text can answer has none', () => {
  const find = (provider: 'claude' | 'opencode', lines: string[], reverse: string[] = []) =>
    findOptions(builtIn[provider].options, { lines, reverse, cols: 80 }).options.map(({ label, keys }) => [
      label,
      ...keys,
    ]);
  assert.deepEqual(find('claude', ['Which?', '❯ 1. One', '  2. Two', '  3. Type something.', '', 'Esc to cancel']), [
    ['One', '1'],
    ['Two', '2'],
    ['Type something.'],
  ]);
  assert.deepEqual(find('claude', ['1. a step', '2. another', 'Go on?', '❯ 1. Yes', '  2. No']), [
    ['Yes', '1'],
    ['No', '2'],
  ]);
  const many = Array.from({ length: 11 }, (_, at) => `${at === 1 ? '❯' : ' '} ${at + 1}. o${at + 1}`);
  assert.deepEqual(find('claude', many).at(-1), ['o11', ...Array(9).fill('Down'), 'Enter']);
  const row = '┃   Allow once   Allow always   Reject ';
  assert.deepEqual(find('opencode', [row], ['                Allow always']), [
    ['Allow once', 'Left', 'Enter'],
    ['Allow always', 'Enter'],
    ['Reject', 'Right', 'Enter'],
  ]);
  assert.deepEqual(find('opencode', [row]), [['Allow once'], ['Allow always'], ['Reject']]);
});

test('the end of a limit is read in any of the usual words', () => {
  const now = Date.UTC(2025, 9, 6, 9, 30);
  const hours = (count: number) => now + count * 3_600_000;
  const cases: [string, number | undefined][] = [
    ['resets 7pm (UTC)', Date.UTC(2025, 9, 6, 19)],
    ['resets 4am (UTC)', Date.UTC(2025, 9, 7, 4)],
    ['Your limit will reset at 3:15pm (Europe/Berlin).', Date.UTC(2025, 9, 6, 13, 15)],
    ['resets Oct 9 at 5pm (America/New_York)', Date.UTC(2025, 9, 9, 21)],
    ['resets Oct 9,\n5pm (UTC)', Date.UTC(2025, 9, 9, 17)],
    ['retry in 2h', hours(2)],
    ['try again in 1 day 2 hours 30 minutes', hours(26.5)],
    ['Please retry in 45s.', now + 45_000],
    ['resets Jan 1, 2031 at 5pm (UTC)', undefined],
    ['usage limit reached', undefined],
    ['try again in 900 days', undefined],
  ];
  for (const [text, end] of cases) assert.equal(limitEnd(text, now), end, text);
});

test('what is in front tells which agent runs, else what the session was made for, its command, or a hook', () => {
  const signs: Signs = { declared: null, command: null, hooked: undefined, front: undefined, shellInFront: false };
  const choose = (more: Partial<Signs>) => chooseProvider({ ...signs, ...more }, manifests);
  assert.equal(choose({}), 'shell');
  assert.equal(choose({ declared: 'claude' }), 'claude');
  assert.equal(choose({ declared: 'none', hooked: 'gemini' }), 'gemini');
  assert.equal(choose({ command: ['/usr/bin/codex', '--yolo'] }), 'codex');
  assert.equal(choose({ declared: 'claude', front: ['node', '--no-warnings', '/usr/bin/gemini'] }), 'gemini');
  assert.equal(choose({ declared: 'claude', front: ['bash'], shellInFront: true }), 'shell');
  assert.equal(choose({ declared: 'claude', front: ['vim', 'a'] }), 'claude');
  assert.equal(agentIn(['vim', 'claude'], manifests), undefined);
  for (const shell of [['-bash'], ['/bin/zsh', '-l'], ['fish'], ['bash', '--rcfile', 'x'], ['bash', '-o', 'vi']])
    assert.ok(isShell(shell), shell.join(' '));
  for (const script of [
    ['sh', '-c', 'x'],
    ['bash', '-lc', 'x'],
    ['bash', 'run.sh'],
  ])
    assert.ok(startsAnother(script) && !isShell(script), script.join(' '));
});

test('looks: soon after silence, once the output is whole, now and then while it flows, when due, and not otherwise', async () => {
  const looks: number[] = [];
  const begun = performance.now();
  const watch = createWatch({
    working: () => false,
    look: async () => void looks.push(performance.now() - begun),
    failed: assert.ifError,
    now: () => Date.now(),
  });
  const flow = setInterval(watch.printed, 20);
  watch.printed();
  await sleep(1300);
  clearInterval(flow);
  await sleep(400);
  const gaps = looks.slice(1).map((at, i) => at - looks[i]!);
  assert.ok(looks[0]! < 300, `the first after ${looks[0]} ms`);
  assert.ok(looks.length >= 3 && gaps.slice(0, -1).every((gap) => gap >= 350), `gaps ${gaps}`);
  const quiet = looks.length;
  await sleep(500);
  assert.equal(looks.length, quiet);
  watch.due(Date.now() + 50);
  await sleep(250);
  assert.equal(looks.length, quiet + 1);
  watch.printed();
  watch.close();
  await sleep(250);
  assert.equal(looks.length, quiet + 1);
});
