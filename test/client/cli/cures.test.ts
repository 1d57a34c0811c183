/** Command lines named in what rdv says: each is one that there is, with options that it takes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from 'commander';
import { errors, RpcError } from '#protocol/errors';
import { wordsOf } from '../../../client/cli/fail.js';
import { buildProgram } from '../../../client/cli/full.js';
import { splitLine } from '../../../client/cli/quoting.js';
import { readSources } from '../../support/sources.js';

const program = buildProgram('everything');
/** A text of a template that only begins like a command; what answers Tab and stands before all commands. */
const prose = ['ended with code x', 'complete'];

/** As they stand in texts, between backticks that are escaped or not; what is filled in stands as `x`. */
const named = readSources()
  .filter(({ path }) => /^(client|daemon|protocol|bridge-http)\//.test(path))
  .flatMap(({ path, text }) =>
    [...withoutGaps(text).matchAll(/(\\?`)(?:ssh \S+ )?(?:env -u \w+ )?rdv ([^`\\\n]+)\1/g)].map(([, , line]) => ({
      path,
      line: line!.split(/;| && | \| /)[0]!,
    })),
  )
  .filter(({ line }) => !/^(x|\.\.\.|<noun>)/.test(line) && !prose.includes(line));

function withoutGaps(text: string): string {
  return text.replace(/(?<=\w)\$\{[^{}]*\}/g, '').replace(/\$\{[^{}]*\}/g, 'x');
}

for (const { path, line } of named) {
  test(`\`rdv ${line}\` in ${path} is a command line`, () => assert.equal(wrongIn(line), undefined));
}

test('there are such command lines', () => assert.ok(named.length > 100, String(named.length)));

/** What is wrong with it; what an option or argument may be is the command's own affair. */
function wrongIn(line: string): string | undefined {
  const split = splitLine(line);
  if (!('words' in split)) return 'a quote is open';
  const words = [...split.words];
  let at: Command = program;
  for (;;) {
    const next = at.commands.find((command) => command.name() === words[0]);
    if (!next) break;
    at = next;
    words.shift();
  }
  const [first = ''] = words;
  if (at.commands.length > 0 && at.registeredArguments.length === 0 && /^[a-z]{2}/.test(first)) return `no ${first}`;
  const end = words.indexOf('--');
  const options = (end < 0 ? words : words.slice(0, end)).filter((word) => /^--?[a-z]/i.test(word));
  const known = [...at.options, ...program.options].flatMap(({ short, long }) => [short, long, '--help']);
  return options.find((option) => !known.includes(option.replace(/=.*/, '')));
}

test('what the daemon says to do about it, or the system refuses, comes with its own cure', () => {
  const told = (kind: keyof typeof errors, said: string) => Object.values(wordsOf(new RpcError(kind, said)));
  const git = ['git is not on the PATH.', 'Install it (Debian: apt-get install git).'];
  assert.deepEqual(told('Unavailable', git.join(' ')), git);
  assert.deepEqual(told('RateLimited', 'Too many calls. Try again in 5 ms.'), [
    'Too many calls.',
    'Try again in 5 ms.',
  ]);
  const missing = ['There is no program "x" on the PATH.', 'Check its name, or give its full path.'];
  assert.deepEqual(told('InvalidParams', missing.join(' ')), missing);
  assert.equal(told('NotFound', 'Expected one. It was two.')[0], 'Expected one. It was two.');
  const refused = Object.assign(new Error("EACCES: permission denied, open '/a/log'"), {
    code: 'EACCES',
    path: '/a/log',
  });
  assert.deepEqual(Object.values(wordsOf(refused)), [
    '/a/log cannot be used: permission denied (open).',
    'See what stands there, and whose it is: `ls -ld /a/log`.',
  ]);
  assert.match(wordsOf(new TypeError('x is undefined')).cure, /bug/);
});

for (const kind of Object.keys(errors) as (keyof typeof errors)[]) {
  test(`${kind} is told in one line of cause and one of cure`, () => {
    const { cause, cure } = wordsOf(new RpcError(kind, 'It went wrong.'));
    assert.equal(cause, 'It went wrong.');
    assert.match(cure, /^[A-Z].*\.$/);
    assert.ok(!cure.includes('\n'));
  });
}
