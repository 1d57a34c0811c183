/** The dashboard's rules: which rows come first, what keys do, how it looks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { type Desk, emptyDesk, press } from '../../../client/cli/desk.js';
import { createKeyReader, type Key } from '../../../client/cli/keypress.js';
import { rowsOf } from '../../../client/cli/roster.js';
import { tame, wrapped } from '../../../client/cli/text.js';
import { frameOf, windowOf } from '../../../client/cli/watch-view.js';
import { afterEvents, nothingWatched, type Watched } from '../../../client/cli/watched.js';
import { agent, at, blocked, event, folder, lists, notice, question, receipt, session, uuid } from './watched.js';

const everything = { filter: '', attention: false };
const namesIn = (watched: Watched, wanted = everything) => rowsOf(watched, wanted).map(({ session: { name } }) => name);

const states = ['idle', 'blocked', 'working', 'blocked', 'limited', 'working'] as const;
const mixed = lists({
  sessions: states.map((_, i) => session(i, { tabOrder: 10 - i, worktreeBranch: i === 0 ? 'fix/login' : null })),
  agents: states.map((state, i) =>
    state === 'blocked'
      ? blocked(i, { blocked: { ...question, options: [], since: at - i * 1000 } })
      : agent(i, { state, health: i === 5 ? 'hung' : 'ok' }),
  ),
});

test('those that wait for a person come first, the longest before; then the stuck ones; the rest in tab order', () => {
  assert.deepEqual(namesIn(mixed), ['s3', 's1', 's5', 's4', 's2', 's0']);
  assert.deepEqual(namesIn(mixed, { filter: '', attention: true }), ['s3', 's1', 's5', 's4']);
  assert.deepEqual(namesIn(mixed, { filter: 'FIX claude', attention: false }), ['s0']);
  assert.deepEqual(namesIn(mixed, { filter: 'working', attention: false }), ['s5', 's2']);
  assert.deepEqual(namesIn(mixed, { filter: 'nothing', attention: false }), []);
});

const keysOf = (...chunks: string[]): Key[] => {
  const reader = createKeyReader();
  return [...chunks.flatMap((chunk) => reader.read(Buffer.from(chunk, 'latin1'))), ...reader.flush()];
};
const names = (keys: Key[]) => keys.map((key) => ('text' in key ? `${key.name}:${key.text}` : key.name));

test('keys are read however their bytes are cut', () => {
  const typed = 'j\x1b[A\x1bOB\x1b[1;5A\x1b[5~\r\x7f\x03\xc3\xbc\x1b[200~x\ny\x1b[201~q\x1b[15~\x1bz';
  const expected = 'text:j up down up pageUp enter backspace interrupt text:ü paste:x\ny text:q'.split(' ');
  assert.deepEqual(names(keysOf(typed)), expected);
  assert.deepEqual(names(keysOf(...typed)), expected);
  assert.deepEqual(names(keysOf('\x1b')), ['escape']);
});

/** The desk and the deeds after these keys. */
function after(watched: Watched, typed: string, desk: Desk = emptyDesk) {
  const deeds: unknown[] = [];
  for (const key of keysOf(typed)) {
    const step = press(desk, rowsOf(watched, desk), key);
    desk = step.desk;
    if (step.deed) deeds.push(step.deed);
  }
  return { desk, deeds };
}

test('each key does what the help says', () => {
  const id = uuid(3);
  const cases: [typed: string, deeds: object[]][] = [
    ['q', [{ name: 'quit' }]],
    ['\x03', [{ name: 'quit' }]],
    ['\r', [{ name: 'attach', id }]],
    ['jja', [{ name: 'attach', id: uuid(5) }]],
    ['Gkka', [{ name: 'attach', id: uuid(4) }]],
    ['kkkka', [{ name: 'attach', id }]],
    ['shello w\x7fyou\r', [{ name: 'send', id, text: 'hello you' }]],
    ['shello\x1b', []],
    ['s  \r', []],
    ['s\x1b[200~a\r\nb\x1b[201~\r', [{ name: 'send', id, text: 'a\nb' }]],
    ['u', [{ name: 'suspend', id }]],
    ['xy', [{ name: 'close', id }]],
    ['xn', []],
    ['x\r', []],
    ['N', [{ name: 'read', ids: [] }]],
    ['n', []],
    // Pasted by mistake.
    ['\x1b[200~xyq\x1b[201~', []],
    ['/s4\ra', [{ name: 'attach', id: uuid(4) }]],
    ['?q', []],
    ['s\x03', [{ name: 'quit' }]],
  ];
  for (const [typed, deeds] of cases) assert.deepEqual(after(mixed, typed).deeds, deeds, JSON.stringify(typed));
  assert.equal(after(mixed, '/s4\r\x1b').desk.filter, '');
});

test('an answer goes to the dialog that was shown, whatever stands there by then', () => {
  const asking = lists({ sessions: [session(1)], agents: [blocked(1)] });
  const { desk } = after(asking, 'r');
  const other = afterEvents(asking, [
    event('agent/changed', { agent: blocked(1, { blocked: { ...question, options: [], interactionId: 'dialog-2' } }) }),
  ]);
  const answer = { name: 'respond', id: uuid(1), interactionId: 'dialog-1', optionId: 'no' };
  assert.deepEqual(after(other, '2', desk).deeds, [answer]);
  assert.deepEqual(after(asking, 'r3\x1b').deeds, []);
  assert.match(JSON.stringify(after(other, 'r').desk.note), /does not tell how to answer/);
  assert.match(JSON.stringify(after(mixed, 'Gr').desk.note), /asks nothing/);
});

test('the selected session stays selected when rows come and go', () => {
  const { desk } = after(mixed, 'jj');
  const without = afterEvents(mixed, [event('session/changed', { session: session(3, { status: 'closed' }) })]);
  assert.deepEqual(after(without, 'a', desk).deeds, [{ name: 'attach', id: uuid(5) }]);
});

interface Size {
  cols: number;
  height: number;
}

function shown(watched: Watched, { cols, height }: Size, desk: Desk = emptyDesk, now = at, away = false) {
  const view = { cols, height, now, width: stringWidth, unicode: true };
  const { lines, nextMs, cursor } = frameOf({ watched, desk, rows: rowsOf(watched, desk), away }, view);
  const text = lines.map((cells) =>
    cells.reduce((line, cell) => line + ' '.repeat(Math.max(0, cell.at - stringWidth(line))) + cell.text, ''),
  );
  return { lines, text, nextMs, cursor };
}

test('it tells on every width who is blocked and what it asks', () => {
  const watched = lists({
    sessions: [session(1, { folderId: uuid(900), worktreeBranch: 'fix/login' }), session(2)],
    agents: [agent(2, { health: 'stalled', cause: 'long_tool', since: at - 5000 }), blocked(1)],
    folders: [folder(900, 'work')],
    notices: [notice(500)],
  });
  const wide = shown(watched, { cols: 120, height: 20 }).text;
  assert.equal(wide[0], 'rdv  2 sessions  1 unread');
  assert.match(wide[1]!, /^ {2}STATE +HEALTH +NAME +FOLDER +BRANCH +PROGRAM +FOR +NEWS$/);
  assert.match(wide[2]!, /^▸ ! blocked +s1 +work +fix\/login +claude +1m +1$/);
  assert.equal(wide[3], '    permission:  Do you want to run npm test?  [1] Yes  [2] No');
  assert.match(wide[4]!, /^ {2}✗ working +stalled: long tool +s2 +claude +5s$/);
  const narrow = shown(watched, { cols: 40, height: 20 }).text;
  assert.match(narrow[2]!, /^▸ ! blocked +s1 +1m$/);
  assert.match(narrow[3]!, /^ {4}permission: {2}Do you want to/);
  assert.match(narrow[4]!, /^ {2}✗ stalled +s2 +5s$/);
  assert.match(narrow.at(-1)!, /\? help {2}q quit$/);
});

test('what is typed, asked, done and explained stands where it is looked for', () => {
  const watched = lists({ sessions: [session(1)], agents: [blocked(1)] });
  const size = { cols: 60, height: 18 };
  const send = shown(watched, size, after(watched, 'srun it').desk);
  assert.deepEqual([send.text.at(-1), send.cursor], ['send to s1: run it', { x: 18, y: 17 }]);
  const answers = shown(watched, size, after(watched, 'r').desk).text;
  assert.deepEqual(answers.slice(1, 6), [' permission', ' Do you want to run npm test?', '', '   1  Yes', '   2  No']);
  const close = shown(watched, size, after(watched, 'x').desk).text;
  assert.equal(close.at(-1), 'close s1 and end its programs? y/n');
  assert.match(shown(watched, size, after(watched, '?').desk).text.join('\n'), /Ctrl-\] d comes back/);
  const note = { receiptId: uuid(1), to: 's1' };
  const states = { queued: 'waits until it is idle', submitted: 'typed, submitted', refused: 'refused: no' };
  for (const [state, words] of Object.entries(states)) {
    const told = afterEvents(watched, [
      event('injection/changed', { receipt: receipt(1, { state: state as never, reason: 'no' }) }),
    ]);
    assert.equal(shown(told, size, { ...emptyDesk, note }).text.at(-1), `to s1: ${words}`);
  }
  assert.match(shown(watched, size, emptyDesk, at, true).text[0]!, /^rdv {2}reconnecting/);
  assert.match(shown(nothingWatched, size).text.join('\n'), /No sessions/);
});

test('the clock is asked only while a span that is shown changes, and then when it does', () => {
  const one = (since: number) => lists({ sessions: [session(1)], agents: [agent(1, { since })] });
  const size = { cols: 80, height: 10 };
  assert.equal(shown(nothingWatched, size).nextMs, undefined);
  assert.equal(shown(one(at - 2300), size).nextMs, 700);
  assert.equal(shown(one(at - 90_000), size).nextMs, 30_000);
  assert.equal(shown(one(at - 7_200_000), size).nextMs, 3_600_000);
});

test('the selected row is always among those shown, with as many others as fit', () => {
  const many = lists({
    sessions: Array.from({ length: 500 }, (_, i) => session(i)),
    agents: Array.from({ length: 500 }, (_, i) => (i % 7 ? agent(i) : blocked(i))),
  });
  const rows = rowsOf(many, everything);
  for (const [at, height] of [
    [0, 10],
    [499, 10],
    [250, 11],
    [71, 4],
    [72, 1],
    [3, 2000],
  ] as const) {
    const window = windowOf(rows, at, height);
    const used = window.reduce((sum, row) => sum + (row.blocked ? 2 : 1), 0);
    assert.ok(window.includes(rows[at]!), `${at}`);
    assert.ok(used >= Math.min(height - 1, 500) && (used <= height || window.length === 1), `${at} ${used}`);
  }
});

test('the rule tells how many sessions there is no room for', () => {
  const many = lists({ sessions: Array.from({ length: 20 }, (_, i) => session(i)) });
  const ruleOf = (height: number, desk?: Desk) =>
    shown(many, { cols: 40, height }, desk).text.find((line) => line.startsWith('──'));
  assert.equal(ruleOf(24), `${'─'.repeat(29)} 3 below ──`);
  assert.equal(ruleOf(24, after(many, 'G').desk), `${'─'.repeat(29)} 3 above ──`);
  assert.equal(ruleOf(40), '─'.repeat(40));
  assert.equal(ruleOf(24, after(many, '?').desk), '─'.repeat(40));
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '\x1b[2J\x9b31m',
    '\u202eabc\u2066',
    '👨‍👩‍👧‍👦👩🏽‍🚀🇩🇪',
    '漢字'.repeat(30),
    'a\u0300'.repeat(50),
    '\ud800x',
    'שלום',
    '\t\r\nx',
  ),
);

test('whatever is in names, questions and sizes: every line fits, and nothing in it drives the terminal', () => {
  fc.assert(
    fc.property(
      hostile,
      hostile,
      fc.integer({ min: 1, max: 220 }),
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      (name, text, cols, height, help) => {
        const options = [{ id: '1', label: text }];
        const watched = lists({
          sessions: [session(1, { name, worktreeBranch: text, projectPath: name }), session(2, { name })],
          agents: [blocked(1, { blocked: { ...question, text, options } }), agent(2)],
          folders: [folder(900, name)],
          notices: [notice(1, { title: text, sessionId: uuid(2) })],
        });
        for (const typed of [help ? '?' : 'j', 'r', 'x', 's', '/']) {
          const { lines, cursor } = shown(watched, { cols, height }, after(watched, typed).desk);
          assert.ok(lines.length <= height);
          if (cursor) assert.ok(cursor.x < cols && cursor.y < height);
          for (const cells of lines) {
            let end = 0;
            for (const cell of cells) {
              assert.ok(cell.at >= end, JSON.stringify(cells));
              end = cell.at + stringWidth(cell.text);
              assert.equal(tame(cell.text), cell.text);
            }
            assert.ok(end <= cols, `${end} > ${cols}: ${JSON.stringify(cells)}`);
          }
        }
      },
    ),
    { numRuns: 25 },
  );
});

test('text is wrapped between words, and within those that are too long', () => {
  assert.deepEqual(wrapped('one two  three', 7, stringWidth), ['one two', 'three']);
  assert.deepEqual(wrapped('漢字漢字 x', 5, stringWidth), ['漢字', '漢字', 'x']);
  assert.deepEqual(wrapped('', 5, stringWidth), ['']);
});
