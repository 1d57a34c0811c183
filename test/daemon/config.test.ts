/** What `config.toml` may say, and what is said of it when it may not. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { keys, parseConfig, readConfig } from '../../daemon/config.js';
import { root } from '../support/documents.js';
import { refused } from '../support/refused.js';
import { folderFor } from '../support/whole.js';

const defaults = { cleanup: { trash_retention_days: 30, cleanup_interval_hours: 24 } };
const read = (text: string) => parseConfig(text, 'c.toml');

test('without a file, a table or a key the defaults hold, and what is said holds instead', (t) => {
  const log: unknown[] = [];
  assert.deepEqual(
    readConfig(join(folderFor(t), 'config.toml'), (line) => log.push(line)),
    defaults,
  );
  assert.deepEqual(log, []);
  for (const text of ['', '# nothing\n', '[cleanup]\n', '\ufeff\r\n[cleanup]\r\n'])
    assert.deepEqual(read(text), { config: defaults, strange: [] }, JSON.stringify(text));
  const seven = { config: { cleanup: { ...defaults.cleanup, trash_retention_days: 7 } }, strange: [] };
  const ways = [
    '[cleanup]\ntrash_retention_days = 7 # a week',
    'cleanup.trash_retention_days = 7',
    'cleanup = { "trash_retention_days" = 0x7 }',
  ];
  for (const text of ways) assert.deepEqual(read(text), seven, text);
  const { min, max } = keys.cleanup.cleanup_interval_hours;
  for (const bound of [min, max])
    assert.equal(read(`[cleanup]\ncleanup_interval_hours = ${bound}`).config.cleanup.cleanup_interval_hours, bound);
});

const days = (got: string) =>
  `Expected cleanup.trash_retention_days to be a whole number from 1 to 36500, got ${got}. Correct it, or remove it for 30.`;
const wrong: [text: string, said: string][] = [
  ['[cleanup]\n\n  trash_retention_days = "thirty"', `c.toml:3:3: ${days('"thirty"')}`],
  ['[cleanup]\ntrash_retention_days = 0', `c.toml:2:1: ${days('0')}`],
  ['[cleanup]\ntrash_retention_days = 36501', `c.toml:2:1: ${days('36501')}`],
  ['[cleanup]\ntrash_retention_days = 1.5', `c.toml:2:1: ${days('1.5')}`],
  ['[cleanup]\ntrash_retention_days = nan', `c.toml:2:1: ${days('NaN')}`],
  ['[cleanup]\ntrash_retention_days = true', `c.toml:2:1: ${days('true')}`],
  ['[cleanup]\ntrash_retention_days = [\n1,\n2]\n', `c.toml:2:1: ${days('a list')}`],
  ['[cleanup.trash_retention_days]\nx = 1', `c.toml:1:10: ${days('a table')}`],
  ['a = 1\ncleanup = { trash_retention_days = -1 }', `c.toml:2:13: ${days('-1')}`],
  [
    '[cleanup]\ncleanup_interval_hours = 8761\r\n',
    'c.toml:2:1: Expected cleanup.cleanup_interval_hours to be a whole number from 1 to 8760, got 8761. Correct it, or remove it for 24.',
  ],
  ['cleanup = 3', 'c.toml:1:1: Expected cleanup to be a table. Begin it with [cleanup].'],
  ['[[cleanup]]\ntrash_retention_days = 7', 'c.toml:1:3: Expected cleanup to be a table. Begin it with [cleanup].'],
  ['[cleanup]\ntrash_retention_days = ', 'c.toml:2:24: This is no TOML: invalid value. Correct it.'],
];
for (const [text, said] of wrong) {
  test(`${JSON.stringify(text)} is refused, with its place and what was expected`, () => {
    assert.throws(
      () => read(text),
      refused('InvalidParams', new RegExp(`^${said.replace(/[.[\]]/g, '\\$&')}$`), 'INVALID_CONFIG'),
    );
  });
}

test('what means nothing is warned of, with its place, and the rest holds', (t) => {
  const path = join(folderFor(t), 'config.toml');
  writeFileSync(
    path,
    'colour = "red"\n[cleanup]\ntrash_days = 3\ntrash_retention_days = 7\n[__proto__]\n[hooks]\nx = 1\n',
  );
  const log: unknown[] = [];
  const config = readConfig(path, (line) => log.push(line));
  assert.deepEqual(config, { cleanup: { ...defaults.cleanup, trash_retention_days: 7 } });
  const places = ['1:1: colour', '3:1: cleanup.trash_days', '5:2: __proto__', '6:2: hooks'];
  assert.deepEqual(
    log,
    places.map((place) => ({ level: 'warn', message: `${path}:${place} means nothing and is left out.` })),
  );
});

test('a file that cannot be read is not taken for none', (t) => {
  const folder = folderFor(t);
  const path = join(folder, 'config.toml');
  mkdirSync(path);
  const words = /config\.toml: It cannot be read \(EISDIR.*\)\. Make it a file that you may read, or remove it\.$/;
  assert.throws(() => readConfig(path, () => {}), refused('InvalidParams', words, 'INVALID_CONFIG'));
});

test('the README names every key with its default and what it does', () => {
  const readme = readFileSync(`${root}README.md`, 'utf8');
  for (const [table, known] of Object.entries(keys)) {
    assert.ok(readme.includes(`| \`[${table}]\` |`), table);
    for (const [name, { default: preset, says }] of Object.entries(known))
      assert.ok(readme.includes(`| \`${name}\` | ${preset} | ${says} |`), name);
  }
});
