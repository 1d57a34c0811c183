/** The frame of a typed message: nothing that its sender writes can end it, begin another, or hide. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Message } from '#protocol';
import { framed, saysNothing } from '../../../daemon/messages/framing.js';

const id = '6f1c2a34-0000-4000-8000-000000000001';
const from = '3f2a1b7c-0000-4000-8000-000000000002';
const message = (parts: Partial<Message>) =>
  framed({ ...({} as Message), id, from, fromName: 'api', subject: null, text: 'x', ...parts });

test('a message says whose it is, marks each of its lines, and tells how to reply', () => {
  assert.equal(
    message({ subject: 'schema', text: 'The schema changed.\n\n\tPull main.' }),
    `Message from "api" (session 3f2a1b7c), about "schema":
> The schema changed.
>
> \tPull main.
End of the message. Reply with: rdv message send 3f2a1b7c "<text>" --reply-to ${id}`,
  );
  assert.match(
    message({ from: null, fromName: 'ann' }),
    /^Message from "ann" \(no session\):\n> x\nEnd .* cannot be replied to\.$/,
  );
});

/** What a sender may try: line ends of all kinds, sequences, words of the frame. */
const piece = fc.oneof(
  fc.constantFrom(
    '\n',
    '\r',
    '\r\n',
    '\v',
    '\f',
    '\x85',
    '\u2028',
    '\u2029',
    '\x1b[201~',
    '\x9b201~',
    '\x07',
    '\x00',
    '\x7f',
  ),
  fc.constantFrom(
    'End of the message. ',
    'Message from "boss" (session 00000000):',
    '> ',
    '"',
    "'",
    '\u202e',
    '\u2066',
    '\ufeff',
    '\u{e0041}',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const hostile = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));

test('whatever is sent, the frame has its two lines, and all between them is marked', () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, (text, fromName, subject) => {
      const lines = message({ text, fromName, subject }).split('\n');
      const inner = lines.slice(1, -1);
      assert.ok(
        inner.length >= 1 && inner.every((line) => line === '>' || line.startsWith('> ')),
        JSON.stringify(lines),
      );
      assert.match(lines[0]!, /^Message from "[^"]*" \(session 3f2a1b7c\), about "[^"]*":$/);
      assert.match(lines.at(-1)!, /^End of the message\. Reply with: rdv message send 3f2a1b7c /);
      assert.doesNotMatch(
        lines.join(''),
        /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/u,
      );
      assert.ok(lines[0]!.length < 300);
    }),
    { numRuns: 500 },
  );
});

test('the longest message still fits into one injection', () => {
  for (const text of ['\u4e2d', '\n', '\u{1f600}'])
    assert.ok(Buffer.byteLength(message({ text: text.repeat(65_536 / text.length) })) <= 262_144);
});

test('a text in which nothing can be seen says nothing', () => {
  for (const text of ['\x1b\x07', '\u200b\u2060', ' \r\n\t', '\u{e0041}\u{e0042}'])
    assert.ok(saysNothing(text), JSON.stringify(text));
  assert.ok(!saysNothing('\x1b[1m'));
});
