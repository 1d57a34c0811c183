/** What makes two items the same, how sure one gets, and what a folder lets go. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Added, likeness, surer, surplus } from '../../../daemon/knowledge/knowledge.js';
import { item } from './known.js';

const convention = (description: string, category = 'c') =>
  ({ kind: 'convention', fields: { description, category, examples: [] }, confidence: 0.5 }) as Added;
const pattern = (type: string, description: string) =>
  ({ kind: 'pattern', fields: { type, description, context: null }, confidence: 0.5 }) as Added;
const skill = (name: string, command: string) =>
  ({ kind: 'skill', fields: { name, command, description: null, steps: [], triggers: [] }, confidence: 0.5 }) as Added;
const tool = (name: string, description: string) => {
  const { id, confidence, createdAt, updatedAt, ...fields } = item('tool', { name, description })
    .item as never as Added['fields'] & Record<string, unknown>;
  return { kind: 'tool', fields, confidence: 0.5 } as Added;
};

const cases: [what: string, a: Added, b: Added, same: boolean][] = [
  ['blanks, case and full stops', convention('Use  tabs.'), convention('use TABS!', 'other'), true],
  ['letters in another form', convention('ﬁnd it'), convention('find it'), true],
  ['other words', convention('Use tabs'), convention('Use blanks'), false],
  [
    'numbers in what is otherwise the same',
    pattern('gotcha', 'port 3000 at 0xff is taken'),
    pattern('Gotcha', 'Port 8080 at 0x0a is taken'),
    true,
  ],
  ['patterns of another type', pattern('gotcha', 'x'), pattern('dependency', 'x'), false],
  ['skills by command', skill('test', 'npm  test'), skill('check', 'npm test'), true],
  ['commands in other letters', skill('test', 'make -j'), skill('test', 'make -J'), false],
  ['tools by name', tool('Deploy', 'a'), tool('deploy', 'b'), true],
  ['tools of other names', tool('deploy', 'a'), tool('release', 'a'), false],
];

for (const [what, a, b, same] of cases) {
  test(`${same ? 'the same' : 'not the same'}: ${what}`, () => {
    assert.equal(likeness(a) === likeness(b), same, `${likeness(a)} and ${likeness(b)}`);
  });
}

test('what is added again is surer than before, and never more than sure', () => {
  assert.deepEqual(
    [surer(0.5, 0.5), surer(0.9, 0.2), surer(0.2, 0.9), surer(1, 1), surer(0, 0)],
    [0.55, 0.91, 0.91, 1, 0.1],
  );
  const sureness = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(sureness, sureness, (known, added) => {
      const now = surer(known, added);
      assert.ok(now <= 1 && now >= known - 1e-4 && now >= added - 1e-4);
    }),
  );
});

test('of too much the last go, but for the one that stays anyhow', () => {
  const items = Array.from({ length: 5 }, (_, i) => ({ id: `${i}`, bytes: 10 }));
  assert.deepEqual(surplus(items, '4', { items: 5, bytes: 50 }), []);
  assert.deepEqual(surplus(items, '4', { items: 3, bytes: 50 }), ['2', '3']);
  assert.deepEqual(surplus(items, '0', { items: 5, bytes: 25 }), ['2', '3', '4']);
  assert.deepEqual(surplus([], 'x', { items: 1, bytes: 1 }), []);
});
