/** What knowledge may be asked to do, and what is said of everything else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAction } from '../../../daemon/knowledge/actions.js';
import { refused } from '../../support/refused.js';

const wrong: [name: string, action: string, data: Record<string, unknown>, code: string, words: RegExp][] = [
  [
    'an action nobody knows',
    'drop_tables',
    {},
    'UNKNOWN_ACTION',
    /`action` to be one of add_convention, .*scan, got "drop_tables"/,
  ],
  ['one every object has', 'constructor', {}, 'UNKNOWN_ACTION', /got "constructor"/],
  ['one with an escape sequence', '\u001b[2Jx', {}, 'UNKNOWN_ACTION', /got "\[2Jx"/],
  [
    'a convention without words',
    'add_convention',
    { category: 'x' },
    'INVALID_DATA',
    /`data\.description` to be a text, got nothing/,
  ],
  [
    'a convention of blanks',
    'add_convention',
    { description: ' \u0007 ', category: 'x' },
    'INVALID_DATA',
    /`data\.description`/,
  ],
  ['a pattern without a type', 'add_pattern', { description: 'x' }, 'INVALID_DATA', /`data\.type`/],
  ['a skill without a command', 'add_skill', { name: 'x' }, 'INVALID_DATA', /`data\.command`/],
  ['a tool without a name', 'add_tool', { description: 'x' }, 'INVALID_DATA', /`data\.name`/],
  [
    'a tool with a large schema',
    'add_tool',
    { name: 'x', description: 'x', inputSchema: { a: 'x'.repeat(70_000) } },
    'INVALID_DATA',
    /`data\.inputSchema` .*at most 65536/,
  ],
  [
    'more certainty than there is',
    'add_skill',
    { name: 'x', command: 'y', confidence: 1.5 },
    'INVALID_DATA',
    /`data\.confidence` to be at most 1/,
  ],
  [
    'a stack that is no list',
    'update_tech_stack',
    { techStack: 'Go' },
    'INVALID_DATA',
    /`data\.techStack` to be a list/,
  ],
  ['metadata that is a number', 'update_metadata', { framework: 7 }, 'INVALID_DATA', /`data\.framework`/],
];

for (const [name, action, data, code, words] of wrong) {
  test(`refused: ${name}`, () => {
    assert.throws(() => parseAction(action, data), refused('InvalidParams', words, code));
  });
}

test('what is given is checked, filled in and cleaned', () => {
  assert.deepEqual(parseAction('add_pattern', { type: ' gotcha ', description: 'a\u001bb', other: 1 }), {
    name: 'add_pattern',
    data: { type: 'gotcha', description: 'ab', context: null, confidence: 0.7 },
  });
  assert.deepEqual(parseAction('scan', {}), { name: 'scan', data: {} });
});
