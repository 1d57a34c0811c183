/** Notifications in the user's own terminal: asked for in its words, at a place between sequences, harmless whatever they say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Notice } from '#protocol';
import { desktopSequence } from '../../../client/cli/desktop.js';
import { createGround } from '../../../client/cli/ground.js';
import { createTelling } from '../../../client/cli/telling.js';

const notice = { id: 'n1', sessionName: 'api', title: 'Asks for permission', body: 'npm test' } as Notice;

const OSC9 = '\x1b]9;rdv: api: Asks for permission: npm test\x1b\\';
const OSC777 = '\x1b]777;notify;rdv: api;Asks for permission: npm test\x1b\\';
const OSC99 = '\x1b]99;i=n1:d=0;rdv: api\x1b\\\x1b]99;i=n1:p=body;Asks for permission: npm test\x1b\\';
const BELL = '\x07';
const wrapped = (sequence: string) => `\x1bPtmux;${sequence.replaceAll('\x1b', '\x1b\x1b')}\x1b\\${BELL}`;

const terminals: [environment: Record<string, string>, expected: string][] = [
  [{ TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' }, OSC9],
  [{ TERM: 'xterm-256color', TERM_PROGRAM: 'WezTerm' }, OSC777],
  [{ TERM: 'xterm-ghostty', TERM_PROGRAM: 'ghostty' }, OSC777],
  [{ TERM: 'xterm-kitty', KITTY_WINDOW_ID: '1' }, OSC99],
  [{ TERM: 'foot' }, OSC777],
  [{ TERM: 'xterm-256color', WT_SESSION: 'x' }, OSC777 + BELL],
  [{ TERM: 'xterm-256color', VTE_VERSION: '7200' }, OSC777 + BELL],
  [{ TERM: 'xterm-256color', TERM_PROGRAM: 'vscode', VTE_VERSION: '7200' }, BELL],
  [{ TERM: 'xterm-256color', TERM_PROGRAM: 'Apple_Terminal' }, BELL],
  [{ TERM: 'linux' }, BELL],
  [{ TERM: 'xterm-256color' }, BELL],
  [{ TERM: 'tmux-256color', TERM_PROGRAM: 'tmux', TMUX: 'x', ITERM_SESSION_ID: 'x' }, wrapped(OSC9)],
  [{ TERM: 'tmux-256color', TERM_PROGRAM: 'tmux', TMUX: 'x', KITTY_WINDOW_ID: '1' }, wrapped(OSC99)],
  [{ TERM: 'tmux-256color', TERM_PROGRAM: 'tmux', TMUX: 'x' }, BELL],
  [{ TERM: 'screen', STY: 'x', KITTY_WINDOW_ID: '1' }, BELL],
];

test('each terminal is asked in the words it says it knows, and else by its bell', () => {
  for (const [environment, expected] of terminals)
    assert.equal(desktopSequence(notice, environment), expected, JSON.stringify(environment));
});

test('nothing in a notification can end its sequence or begin another, and a title holds no separator', () => {
  const hostile = fc.string({
    unit: fc.constantFrom('\x1b', '\\', '\x07', '\x9c', '\x9d', ';', '\n', ']', 'a', '\u202e'),
    maxLength: 40,
  });
  fc.assert(
    fc.property(hostile, hostile, hostile, fc.constantFrom(...terminals), (sessionName, title, body, [environment]) => {
      const sequence = desktopSequence({ ...notice, sessionName, title, body }, { ...environment, TMUX: '' });
      assert.match(sequence, /^(\x1b\][0-9]+;[^\x00-\x1f\x7f-\x9f]*\x1b\\){0,2}\x07?$/);
      assert.ok(sequence.length < 400);
    }),
  );
  const named = desktopSequence({ ...notice, sessionName: 'a;b', body: '' }, { TERM: 'foot' });
  assert.equal(named, '\x1b]777;notify;rdv: a,b;Asks for permission\x1b\\');
});

/** Whole pieces of a stream, behind each of which something else may stand. */
const whole = [
  'a',
  'é',
  '漢',
  '😀',
  '\x1b[31m',
  '\x1b[?2026h',
  '\x1b]0;title\x07',
  '\x1b]8;;x\x1b\\',
  '\x1bPq#0\x1b\\',
  '\x1b(B',
  '\x1b7',
  '\n',
];

test('a stream that is cut anywhere is known to stand between two of its pieces, or not to', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...whole), { maxLength: 12 }), fc.array(fc.nat(200)), (pieces, cuts) => {
      const bytes = Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
      let at = 0;
      const clear = new Set([0, ...pieces.map((piece) => (at += Buffer.byteLength(piece)))]);
      const ground = createGround();
      let from = 0;
      for (const to of [...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length]) {
        ground.take(bytes.subarray(from, to));
        from = to;
        assert.equal(ground.clear, clear.has(to), JSON.stringify([pieces, to]));
      }
    }),
    { numRuns: 1000 },
  );
});

test('what is told comes once a sequence is whole, not of the session that is looked at, and not where the daemon says no', () => {
  const written: string[] = [];
  const listeners: ((told: object) => void)[] = [];
  const client = {
    on: (_name: string, listener: (told: object) => void) => listeners.push(listener),
    call: async () => ({}),
  };
  const telling = createTelling({ write: (text) => void written.push(text), environment: {}, sessionId: 's1' });
  telling.hear(client as never);
  telling.hear(client as never);
  const tell = (sessionId: string, sinks = ['terminal']) =>
    listeners[0]!({ notification: { ...notice, sessionId }, sinks });
  telling.wrote('text \x1b]0;ti');
  tell('s2');
  assert.deepEqual([written, listeners.length], [[], 2], 'created and changed, once for each connection');
  telling.wrote('tle\x07');
  assert.deepEqual(written, [BELL]);
  tell('s1');
  tell('s2', []);
  tell('s2', ['webhook']);
  assert.deepEqual(written, [BELL]);
});
