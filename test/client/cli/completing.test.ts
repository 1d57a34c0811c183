/** The rules of completion: what a half-typed line asks for, and how a word is written so that a shell reads it back. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { allMethods } from '#protocol';
import { fields } from '#protocol/fields';
import { buildProgram } from '../../../client/cli/full.js';
import { listings } from '../../../client/cli/listings.js';
import { nounOf } from '../../../client/cli/nouns.js';
import { questionIn } from '../../../client/cli/question.js';
import { placeIn, quoteFor, readTyped, splitLine } from '../../../client/cli/quoting.js';
import { type CommandNode, describeTree } from '../../../client/cli/tree.js';

const tree = describeTree(buildProgram('everything'));
const kebab = (name: string) => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

function nodeOf(...path: string[]): CommandNode {
  return path.reduce(
    (at, name) => at.commands.find((child) => child.name === name) ?? assert.fail(path.join(' ')),
    tree.root,
  );
}

test('every parameter that names what is listed says so, for every method of the table', () => {
  let count = 0;
  for (const [name, method] of allMethods.filter(([, { doors }]) => doors?.includes('cli'))) {
    const [noun = '', verb = ''] = name.split('/').map(kebab);
    const node = nodeOf(noun, verb);
    for (const field of fields(method)) {
      const named = nounOf(name, field.name);
      if (!named || !Object.hasOwn(listings, named)) continue;
      const position = (method.args as readonly string[] | undefined)?.indexOf(field.name) ?? -1;
      const option = node.options.find(({ flags }) => flags.includes(`--${kebab(field.name)}`));
      // Those made by hand may leave parameters out.
      if (position < 0 && !option) continue;
      const meaning = position < 0 ? option!.value : node.operands[position];
      assert.equal(meaning?.names, named, `${name} ${field.name}`);
      count++;
    }
  }
  assert.ok(count > 80, `${count} parameters`);
});

test('commands made by hand name sessions, folders, files and directories too', () => {
  for (const name of ['attach', 'send', 'screen', 'close', 'record', 'inject'])
    assert.equal(nodeOf(name).operands[0]?.names, 'session', name);
  const named = (path: string[], flag: string) =>
    nodeOf(...path).options.find(({ flags }) => flags.includes(flag))?.value?.names;
  assert.deepEqual(
    [named(['ls'], '--folder'), named(['new'], '-C'), named(['new'], '--worktree'), nodeOf('play').operands[0]?.names],
    ['folder', 'directory', 'branch', 'file'],
  );
  assert.equal(nodeOf('worktree', 'remove').operands[0]?.names, 'worktree');
});

/** The words before, the word that is typed, and what is asked for. */
const questions: readonly [before: string, word: string, asked: string][] = [
  ['', 'at', 'commands'],
  ['--json', '', 'commands'],
  ['--socket /tmp/x', '', 'commands'],
  ['session', '', 'commands'],
  ['session get', '', 'session'],
  ['session get', '--', 'options'],
  ['session get x', '', 'nothing'],
  ['attach --', '--', 'session'],
  ['attach --detach-keys', '', 'nothing'],
  ['attach --detach-keys x', '', 'session'],
  ['attach --detach-keys=x --read-only', '', 'session'],
  ['ls --folder', '', 'folder'],
  ['ls', '--folder=si', 'folder'],
  ['ls', '--unknown=si', 'nothing'],
  ['inject a b', '', 'nothing'],
  ['inject a --mode', '', 'now whenIdle queue'],
  ['new -n x -w', '', 'branch'],
  ['new -n x -w', '-', 'options'],
  ['new -n x -w main', '', 'program'],
  ['run', '', 'program'],
  ['run npm', '--', 'program'],
  ['nonsense', '', 'nothing'],
  ['--socket', '', 'file'],
  ['session reorder a b', '', 'session'],
];
for (const [before, word, asked] of questions) {
  test(`\`rdv ${before} ${word}\` asks for ${asked}`, () => {
    const { commands, options, meaning } = questionIn(tree, before.split(' ').filter(Boolean), word);
    const kinds = [
      commands.length > 0 && 'commands',
      options.length > 0 && 'options',
      meaning.names,
      meaning.words?.join(' '),
    ];
    assert.equal(kinds.filter(Boolean).join(', ') || 'nothing', asked);
  });
}

test('an option that was given is not offered again, unless it may be', () => {
  const { options } = questionIn(tree, ['new', '-d', '-e', 'A=1', '--json'], '--');
  const flags = options.flatMap((option) => option.flags);
  assert.deepEqual(
    ['--detach', '--environment', '--json', '--name'].map((flag) => flags.includes(flag)),
    [false, true, false, true],
  );
});

const quotes = ['', '"', "'"] as const;

test('what is quoted is read back as it was, within any quotes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom(...quotes), (text, quote) => {
      fc.pre(!/[\n\0]/.test(text) && (quote !== '' || text !== ''));
      const line = `rdv attach ${quote}${quoteFor(text, quote)}${quote} x`;
      const { before, word } = readTyped(line);
      assert.deepEqual([before, word], [['attach', text], 'x']);
      assert.deepEqual(splitLine(line), { words: ['rdv', 'attach', text, 'x'] });
    }),
    { examples: [['\\', '"']] },
  );
});

test('bash reads it so too, and runs nothing', () => {
  const texts = [
    'a b',
    '$(echo x)',
    '`echo x`',
    "it's",
    '"',
    '\\',
    '~',
    '#x',
    'a;b|c&d',
    '*?[a]{b,c}',
    '!x',
    '<>()',
    '$HOME',
    '\t',
    'é漢',
  ];
  for (const quote of quotes) {
    const words = texts.map((text) => quote + quoteFor(text, quote) + quote);
    const read = execFileSync('bash', ['-c', `printf '%s\\n' ${words.join(' ')}`], { encoding: 'utf8' });
    assert.deepEqual(
      read.trimEnd().split('\n'),
      texts.map((text) => text.trimEnd() || text),
      quote,
    );
  }
});

test('bash replaces from the open quote, or from the last character that breaks words', () => {
  const breaks = ' \t\n"\'><=;|&(:';
  const places: Record<string, [kept: string, quote: string]> = {
    'my\\ se': ['', ''],
    '"my se': ['', '"'],
    '--name="my se': ['--name=', '"'],
    'api:w': ['api:', ''],
    'api\\:w': ['', ''],
    '--status=act': ['--status=', ''],
    "it'\\''s": ['it\\', "'"],
  };
  for (const [raw, [kept, quote]] of Object.entries(places))
    assert.deepEqual(placeIn(raw, breaks), { kept, quote }, raw);
});
