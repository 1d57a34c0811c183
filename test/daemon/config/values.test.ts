/** What each key of `config.toml` takes, and how it refuses what it does not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allKeys, type Key, keys } from '../../../daemon/config/keys.js';
import { parseConfig } from '../../../daemon/config/parse.js';

const read = (text: string) =>
  parseConfig(text, { path: 'c.toml', home: '/data', userHome: '/home/ann', environment: {} }, keys);
const all = allKeys(keys);

/** What a key takes, and the words for what it does not. */
function fits(key: Key): { good: [written: string, value: unknown][]; bad: string[]; expected: RegExp } {
  switch (key.type) {
    case 'integer':
      return {
        good: [key.min, key.max].map((n) => [String(n), n]),
        bad: [String(key.min - 1), String(key.max + 1), '1.5', 'nan', '"1"', 'true', '[1]', '{ x = 1 }', '1979-05-27'],
        expected: new RegExp(`to be a whole number from ${key.min} to ${key.max}, got `),
      };
    case 'choice':
      return {
        good: key.choices.map((choice) => [`"${choice}"`, choice]),
        bad: ['""', '"other"', '"INFO"', '1', 'true', '[]', '{}'],
        expected: new RegExp(`to be ${key.choices.map((c) => `"${c}"`).join('(, | or )')}, got `),
      };
    case 'text':
      return {
        good: [['"ann"', 'ann'], ...(key.default === '' ? [['""', ''] as [string, string]] : [])],
        bad: [
          ...(key.default === '' ? [] : ['""']),
          '"  "',
          '"a\\u001bb"',
          '"a\\u0085b"',
          `"${'x'.repeat(201)}"`,
          '1',
          'true',
          '["a"]',
          '{}',
        ],
        expected: /to be a text of 1 to 200 characters on one line, in quotes, got /,
      };
    case 'path':
      return {
        good: [
          ['"x/../y/z"', '/data/y/z'],
          ['"~/z"', '/home/ann/z'],
          ['"/abs/z"', '/abs/z'],
          ['"./~z"', '/data/~z'],
        ],
        bad: [
          '""',
          '"~"',
          '"~bob/z"',
          '"x/"',
          '"x/.."',
          '"."',
          '"a\\u0000b"',
          '"a\\nb"',
          '"a\\u009bb"',
          '1',
          'true',
          '[]',
          '{}',
        ],
        expected: /to be the path of a file, from \/, from ~\/ or from the data folder, got /,
      };
    case 'boolean':
      return {
        good: [
          ['true', true],
          ['false', false],
        ],
        bad: ['1', '"true"', '[]', '{}', '"yes"'],
        expected: /to be true or false, got /,
      };
    case 'list':
      return {
        good: [
          ['["a", "b.c"]', ['a', 'b.c']],
          ['[]', []],
        ],
        bad: ['1', '"a"', '[1]', '[""]', '{}', '["a\\u001bb"]'],
        expected: /to be a list of texts, got /,
      };
    default:
      return { good: [], bad: [], expected: /./ };
  }
}

for (const { name, table, key, is } of all) {
  const { good, bad, expected } = fits(is);
  test(`${name} takes what it should, and is refused with its place otherwise`, () => {
    for (const [written, value] of good) {
      const { held, problems } = read(`[${table}]\n  ${key} = ${written}\n`);
      assert.deepEqual([held.get(name), problems], [{ value, source: 'file', place: '2:3' }, []], written);
    }
    for (const written of bad) {
      const { held, problems } = read(`[${table}]\n\n  ${key} = ${written}\n`);
      assert.equal(problems.length, 1, written);
      const [said] = problems as [string];
      assert.ok(said.startsWith(`c.toml:3:3: Expected ${name} to be `), said);
      assert.match(said, expected);
      assert.match(said, /\. Correct it, or remove it for \S+\.$/);
      assert.doesNotMatch(said, /[\x00-\x1f\x7f-\x9f]/);
      assert.equal(held.get(name)!.source, 'default');
    }
    assert.ok(good.length > 0 && bad.length > 4);
  });
}
