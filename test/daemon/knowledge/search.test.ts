/** Which items fit some words, and in what order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Item } from '../../../daemon/knowledge/knowledge.js';
import { search } from '../../../daemon/knowledge/search.js';
import { item } from './known.js';

const names = ({ kind, item }: Item) => `${kind} ${'name' in item ? item.name : item.description}`;
const found = (items: readonly Item[], query: string, limit?: number) =>
  search(items, query, limit).map(({ type, item }) => names({ kind: type, item } as Item));

const cases: [name: string, query: string, items: Item[], expected: string[]][] = [
  [
    'the kinds weigh differently',
    'deploy',
    [
      item('tool', { name: 'deploy' }),
      item('skill', { name: 'deploy' }),
      item('convention', { description: 'deploy' }),
    ],
    ['convention deploy', 'skill deploy', 'tool deploy'],
  ],
  [
    'more words that fit are better',
    'database migration',
    [
      item('skill', { name: 'database shell' }),
      item('skill', { name: 'database migration' }),
      item('skill', { name: 'nothing of it' }),
    ],
    ['skill database migration', 'skill database shell'],
  ],
  [
    'letters in any case',
    'ÜBER npm',
    [item('skill', { name: 'über', command: 'x' }), item('skill', { name: 'NPM', command: 'y' })],
    ['skill über', 'skill NPM'],
  ],
  [
    'a whole word before a part of one before one in the rest',
    'lint',
    [
      item('skill', { name: 'c', description: 'lint it' }),
      item('skill', { name: 'eslinter', command: 'b' }),
      item('skill', { name: 'lint', command: 'a' }),
    ],
    ['skill lint', 'skill eslinter', 'skill c'],
  ],
  ['singular and plural', 'how to run the tests', [item('skill', { name: 'test' })], ['skill test']],
  [
    'plural in the text',
    'test',
    [item('skill', { name: 'all tests', command: 'x' }), item('skill', { name: 'testing', command: 'y' })],
    ['skill all tests', 'skill testing'],
  ],
  [
    'words that say nothing only when there are no others',
    'the run',
    [item('skill', { name: 'run', command: 'x' })],
    ['skill run'],
  ],
  [
    'the surer of two',
    'x',
    [item('skill', { name: 'x', confidence: 0.2 }), item('skill', { name: 'x y', confidence: 0.9 })],
    ['skill x y', 'skill x'],
  ],
  ['what nobody is sure of is found', 'x', [item('tool', { name: 'x', confidence: 0 })], ['tool x']],
  [
    'the newer of equals',
    'x',
    [item('skill', { name: 'x 1', updatedAt: 1 }), item('skill', { name: 'x 2', updatedAt: 2 })],
    ['skill x 2', 'skill x 1'],
  ],
  [
    'a word in examples, steps, triggers, code and schema',
    'zebra',
    [
      item('convention', { description: '1', examples: ['a zebra'] }),
      item('skill', { name: '2', steps: ['zebra'] }),
      item('skill', { name: '3', triggers: ['zebra'] }),
      item('tool', { name: '4', implementationCode: 'zebra()' }),
      item('tool', { name: '5', inputSchema: { zebra: 1 } }),
      item('pattern', { description: '6', context: 'zebra' }),
    ],
    ['skill 3', 'convention 1', 'skill 2', 'pattern 6', 'tool 4', 'tool 5'],
  ],
  ['no words at all', ' -- !', [item('skill', { name: '--' })], []],
  [
    'characters that mean something in a pattern',
    'a.c (x',
    [item('skill', { name: 'abc' }), item('skill', { name: 'a.c' })],
    ['skill a.c', 'skill abc'],
  ],
];

for (const [name, query, items, expected] of cases) {
  test(`a search finds: ${name}`, () => {
    assert.deepEqual(found(items, query), expected);
  });
}

test('ten at most, fewer when asked, the same however they lie', () => {
  const items = Array.from({ length: 40 }, (_, i) => item('skill', { name: `run ${i % 4}`, updatedAt: i % 3 }));
  assert.equal(found(items, 'run').length, 10);
  assert.equal(found(items, 'run', 50).length, 10);
  assert.equal(found(items, 'run', 3).length, 3);
  assert.deepEqual(search(items, 'run 2'), search(items.toReversed(), 'run 2'));
});

test('a score is the fit of the words times the weight of the kind, by half as far as nobody is sure', () => {
  const scores = (confidence: number) =>
    [
      ...search([item('convention', { description: 'alpha', confidence })], 'alpha beta'),
      ...search([item('tool', { name: 'alpha', confidence })], 'alpha'),
    ].map(({ score }) => score);
  assert.deepEqual(scores(1), [0.4, 0.6]);
  assert.deepEqual(scores(0), [0.2, 0.3]);
});

test('whatever is asked, scores are between 0 and 1, in order, and of items there are', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 40 });
  const items = fc.array(
    fc
      .record({ name: text, description: text, confidence: fc.double({ min: 0, max: 1, noNaN: true }) })
      .map((fields) => item('tool', fields)),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(items, text, (all, query) => {
      const matches = search(all, query);
      const scores = matches.map(({ score }) => score);
      assert.deepEqual(
        scores,
        scores.toSorted((a, b) => b - a),
      );
      assert.ok(scores.every((score) => score > 0 && score <= 1));
      assert.ok(matches.length <= 10 && matches.every(({ item }) => all.some((each) => each.item === item)));
    }),
    { numRuns: 300 },
  );
});

test('the most a folder keeps is searched without holding anybody up', () => {
  const code = 'abcdefgh '.repeat(80);
  const items = Array.from({ length: 2000 }, (_, i) => item('tool', { name: `tool ${i}`, implementationCode: code }));
  const query = Array.from({ length: 32 }, (_, i) => `a${i}`).join(' ');
  // Of the processor, which others may be using too.
  const before = process.cpuUsage();
  search(items, query);
  const { user } = process.cpuUsage(before);
  assert.ok(user < 300_000, `${user / 1000} ms`);
});
