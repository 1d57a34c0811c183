/** The command line's pure rules: clean text, times, which session is meant, which command lines are light. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from '#protocol';
import { parseLight } from '../../../client/cli/light.js';
import { statusOf } from '../../../client/cli/sessions.js';
import { spoken } from '../../../client/cli/spoken.js';
import { formatTable } from '../../../client/cli/table.js';
import { ago, clean, cleanLines, toJson } from '../../../client/cli/text.js';
import { sessions } from '../../../client/meant.js';
import { pick, shortIds } from '../../../client/pick.js';

test('no control character survives', () => {
  const every = String.fromCharCode(...Array.from({ length: 0xa0 }, (_, i) => i));
  const shown = ' !"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~';
  assert.equal(clean(every), `  ${shown}`);
  assert.equal(cleanLines(every), `\t\n${shown}`);
  assert.equal(clean('a\x1b[31mb\x9b2Jc\nd'), 'a[31mb2Jc d');
  assert.equal(toJson({ a: '\x1b\x7f\x9b' }), '{"a":"\\u001b\\u007f\\u009b"}');
  assert.deepEqual(JSON.parse(toJson({ a: '\x7f\x9bü' })), { a: '\x7f\x9bü' });
});

test('methods are told as the commands a person types', () => {
  const cases = {
    'List them with folder/list.': 'List them with `rdv folder list`.',
    'See tmux/killOrphaned, or agent/send': 'See `rdv tmux kill-orphaned`, or `rdv agent send`',
    'session/wait was not answered': '`rdv session wait` was not answered',
    'Nobody types terminal/input; and/or /tmp/folder/list src/app':
      'Nobody types terminal/input; and/or /tmp/folder/list src/app',
    'See `rdv folder list`.': 'See `rdv folder list`.',
  };
  for (const [text, told] of Object.entries(cases)) assert.equal(spoken(text), told);
});

test('times are told in their largest unit', () => {
  const cases: [number, string][] = [
    [-5000, 'now'],
    [999, 'now'],
    [1000, '1s ago'],
    [59_999, '59s ago'],
    [60_000, '1m ago'],
    [3_600_000, '1h ago'],
    [86_399_999, '23h ago'],
    [86_400_000, '1d ago'],
  ];
  for (const [past, text] of cases) assert.equal(ago(1e12 - past, 1e12), text);
});

const rows = [
  { id: 'aaaa1111-0000-0000-0000-000000000001', name: 'build', status: 'active' },
  { id: 'aaaa2222-0000-0000-0000-000000000002', name: 'web', status: 'suspended' },
  { id: 'bbbb3333-0000-0000-0000-000000000003', name: 'web', status: 'closed' },
  { id: 'cccc4444-0000-0000-0000-000000000004', name: 'aaaa2', status: 'active' },
  { id: 'dddd5555-0000-0000-0000-000000000005', name: 'old', status: 'closed' },
  { id: 'eeee6666-0000-0000-0000-000000000006', name: 'old', status: 'closed' },
  { id: 'ffff7777-0000-0000-0000-000000000007', name: 'cccc4444', status: 'active' },
] as unknown as Session[];

test('a session is meant by its name or else the beginning of its id, open ones first', () => {
  const meant = { build: 0, aaaa1: 0, AAAA1: 0, web: 1, bbbb: 2, c: 3, aaaa2: 3, [rows[4]!.id]: 4 };
  for (const [given, i] of Object.entries(meant)) assert.equal(pick(rows, given, sessions), rows[i], given);
});

test('a doubtful or unknown session is refused with what helps', () => {
  const cases: [given: string, kind: string, message: RegExp, cure: RegExp][] = [
    [
      'aaaa',
      'InvalidParams',
      /"aaaa" fits 2 sessions: aaaa1111 \(build, active\), aaaa2222 \(web, suspended\)\./,
      /by its id/,
    ],
    ['cccc4444', 'InvalidParams', /fits 2 sessions/, /by its id/],
    ['old', 'InvalidParams', /fits 2 sessions: dddd5555 \(old, closed\), eeee6666/, /by its id/],
    ['biuld', 'NotFound', /No session "biuld"/, /Did you mean "build"\?/],
    ['zzzzzzzz', 'NotFound', /No session "zzzzzzzz"/, /^`rdv ls --all`/],
    ['', 'NotFound', /No session ""/, /rdv ls/],
  ];
  for (const [given, kind, message, cure] of cases) {
    assert.throws(
      () => pick(rows, given, sessions),
      (error: any) => {
        assert.equal(error.kind, kind);
        assert.match(error.message, message);
        assert.match(error.data.details.cure, cure);
        return true;
      },
    );
  }
});

test('short ids have eight characters, or as many as it takes', () => {
  assert.equal(shortIds(rows)(rows[0]!.id), 'aaaa1111');
  const near = [{ id: 'aaaa1111-0000-1' }, { id: 'aaaa1111-0000-2' }];
  assert.equal(shortIds(near)(near[1]!.id), 'aaaa1111-0000-2');
});

test('the end of the program is part of the status', () => {
  const at = 0;
  assert.equal(statusOf({ status: 'active', exit: null }), 'active');
  assert.equal(statusOf({ status: 'active', exit: { code: 3, signal: null, at } }), 'exited 3');
  assert.equal(statusOf({ status: 'suspended', exit: { code: null, signal: 9, at } }), 'killed 9');
  assert.equal(statusOf({ status: 'closed', exit: { code: 0, signal: null, at } }), 'closed');
});

test('a table lines up wide characters and gives way to a narrow terminal; programs get tabs and no header', async () => {
  const cells = [
    ['日本', 'a long directory name'],
    ['x', 'y'],
  ];
  assert.equal(await formatTable(['N', 'D'], cells, [1], {}), '日本\ta long directory name\nx\ty\n');
  assert.equal(await formatTable(['N', 'D'], cells, [1], { columns: 16 }), 'N     D\n日本  a long di…\nx     y\n');
  assert.equal(await formatTable(['N', 'D'], cells, [1], { columns: 11 }), 'N     D\n日本  a lo…\nx     y\n');
});

test('plain lines of the hot commands are light, everything else is left to the full program', () => {
  const light = [
    'ls',
    'ls --all --json',
    'session list --status active,closed',
    'send x hello world --enter',
    'send x --keys Enter',
    'screen x --lines 5',
  ];
  const full = [
    '',
    'ls --help',
    'ls x',
    'ls -a',
    'ls --socket x',
    'ls --debug',
    'ls --status',
    'session',
    'session get x',
    'send',
    'send x -- -y',
    'send x -y',
  ];
  for (const line of light) assert.ok(parseLight(line.split(' ')), line);
  for (const line of [...full, 'screen', 'screen a b', 'screen a --lines', 'constructor', 'new'])
    assert.equal(parseLight(line.split(' ')), undefined, line);
});
