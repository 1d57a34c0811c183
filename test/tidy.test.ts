/** The rules of the house: who may import whom, how files are named, begun and bounded, and what nobody may write. */
import assert from 'node:assert/strict';
import { basename, dirname } from 'node:path';
import { test } from 'node:test';
import { allMethods, allNotifications } from '#protocol';
import { mayImport } from './support/house.js';
import { pure } from './support/pure.js';
import { importsOf, readSources, repositoryFiles, type Source } from './support/sources.js';

const topLevel = [
  'LICENSE',
  'README.md',
  'biome.json',
  'bridge-http',
  'client',
  'daemon',
  'package-lock.json',
  'package.json',
  'protocol',
  'test',
  'tsconfig.json',
];

const sources = readSources();
const ours = sources.filter(({ path }) => /^(protocol|daemon|client|bridge-http)\//.test(path));
const tests = sources.filter(({ path }) => path.endsWith('.test.ts'));

/** The lines of a file that match, as `file:line: text`. */
function linesLike(pattern: RegExp, among = sources): string[] {
  return among.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
  );
}

test('there are sources to look at', () => {
  assert.ok(ours.length > 50 && tests.length > 10, `${ours.length} sources, ${tests.length} tests`);
});

test('every folder of ours has a row of rules, and every row a folder', () => {
  const folders = [...new Set(ours.map(({ path }) => dirname(path)))].sort();
  assert.deepEqual(folders, Object.keys(mayImport).sort());
});

test('imports are found in all their forms', () => {
  const text = `import type { A } from '#protocol';\nimport {\n  b,\n} from '../rpc/hub.js';\nexport * from './c.js';\nimport 'node:fs';
const d = import('@scope/pack/deep.js');\n// from 'nowhere'\n`;
  const expected = ['protocol/index.ts', 'daemon/rpc/hub.ts', 'daemon/events/c.ts', 'node', '@scope/pack'];
  assert.deepEqual(importsOf('daemon/events/x.ts', text), expected);
});

for (const [home, allowed] of Object.entries(mayImport)) {
  test(`${home} imports only ${allowed.join(', ')}`, () => {
    const files = ours.filter(({ path }) => dirname(path) === home);
    const wrong = files.flatMap(({ path, imports }) =>
      imports
        .filter((target) => ![dirname(target), target].some((it) => it === home || allowed.includes(it)))
        .map((target) => `${path} imports ${target}`),
    );
    assert.deepEqual(wrong, []);
    assert.ok(files.length > 0);
  });
}

test('no folder of ours imports one that imports it, however far around', () => {
  const edges = new Map(Object.keys(mayImport).map((home) => [home, new Set<string>()]));
  for (const { path, imports } of ours) {
    for (const target of imports) if (edges.has(dirname(target))) edges.get(dirname(path))?.add(dirname(target));
  }
  const reach = (from: string, seen = new Set<string>()): Set<string> => {
    for (const to of edges.get(from)!) {
      if (to === from || seen.has(to)) continue;
      seen.add(to);
      reach(to, seen);
    }
    return seen;
  };
  assert.ok(reach('daemon').has('protocol'));
  assert.deepEqual(
    [...edges.keys()].filter((home) => [...reach(home)].some((other) => other !== home && reach(other).has(home))),
    [],
  );
});

for (const path of pure) {
  test(`${path} is pure: no I/O, no clock, no chance`, () => {
    const source = sources.find((candidate) => candidate.path === path);
    assert.ok(source, 'there is no such file');
    assert.ok(!source.imports.includes('node'));
    assert.doesNotMatch(
      source.text,
      /Date\.now|new Date\(\)|performance\.|Math\.random|process\.|setTimeout|setInterval/,
    );
  });
}

test('every file begins with one sentence on what lives in it', () => {
  assert.deepEqual(
    sources.filter(({ text }) => !/^\/\*\* .+\. \*\/\n/.test(text)).map(({ path }) => path),
    [],
  );
});

test('no file is longer than 300 lines', () => {
  assert.deepEqual(
    sources.filter(({ text }) => text.trimEnd().split('\n').length > 300).map(({ path }) => path),
    [],
  );
});

test('no file or folder is named after nothing in particular', () => {
  const vague = /(^|[-./])(utils?|helpers?|common|types?|services?|managers?|impl|base)(?=[-./]|$)/;
  assert.deepEqual(
    repositoryFiles().filter((path) => vague.test(path)),
    [],
  );
  assert.match('daemon/session-manager.ts', vague);
  assert.deepEqual(
    sources.map(({ path }) => basename(path)).filter((name) => !/^[a-z][a-z0-9-]*(\.test)?\.ts$/.test(name)),
    [],
  );
});

/** Only tests of behaviour count; those of the generated documents name methods too. */
const written = tests
  .filter(({ path }) => /^test\/(daemon|client|bridge-http)\//.test(path))
  .map(({ text }) => text)
  .join('\n');

for (const [name] of [...allMethods, ...allNotifications]) {
  test(`${name} is named in a test`, () => {
    assert.ok(
      [`'${name}'`, `"${name}"`, `\`${name}\``].some((quoted) => written.includes(quoted)),
      'no test calls it by name',
    );
  });
}

/** Statements are made once, as the daemon starts: there they can all be seen, and explained by a test. */
const preparesAtStart = [
  // For the doctor, which is a process of its own.
  'daemon/db/look.ts',
  'daemon/agents/history.ts',
  'daemon/audit/store.ts',
  'daemon/db/backup.ts',
  'daemon/events/journal.ts',
  'daemon/folders/store.ts',
  'daemon/injection/store.ts',
  'daemon/insights/store.ts',
  'daemon/knowledge/store.ts',
  'daemon/messages/store.ts',
  'daemon/notifications/store.ts',
  'daemon/orchestrators/log.ts',
  'daemon/orchestrators/store.ts',
  'daemon/preferences/store.ts',
  'daemon/projects/store.ts',
  'daemon/sessions/rows.ts',
  'daemon/stalls/store.ts',
  'daemon/tokens/store.ts',
  'daemon/trash/store.ts',
  'daemon/worktrees/recoveries.ts',
];

/** This file may be looked at too: patterns do not match themselves, examples are built of pieces. */
const forbidden: [what: string, pattern: RegExp, where: Source[]][] = [
  ['an error thrown away', /\bcatch\s*(\(\w*\)\s*)?\{\s*\}/, sources],
  ['a note to self', /\bTO[D]O\b|\bFIX[M]E\b/, sources],
  ['a line on the console', /\bconsole\.\w+\(/, ours.filter(({ path }) => !path.startsWith('client/'))],
  ['tmux run outside daemon/tmux', runs('tmux'), ours.filter(({ path }) => !path.startsWith('daemon/tmux/'))],
  ['git run outside daemon/git', runs('git'), ours.filter(({ path }) => !path.startsWith('daemon/git/'))],
  [
    'a statement made while somebody waits',
    /\.prepare[<(]/,
    ours.filter(({ path }) => !preparesAtStart.includes(path)),
  ],
  ['a test that runs alone', /\b(test|it|describe)\.only\(/, tests],
];

function runs(program: string): RegExp {
  return new RegExp(`\\b(spawn|exec|fork)\\w*\\(\\s*['"\`]${program}\\b`);
}

for (const [what, pattern, where] of forbidden) {
  test(`nowhere is ${what}`, () => {
    assert.ok(where.length > 0);
    assert.deepEqual(linesLike(pattern, where), []);
  });
}

test('what is forbidden would be found', () => {
  const pieces = [
    ['try { f() } catch (e) {', '}'],
    ['// TO', 'DO later'],
    ['console.', "log('x')"],
    ['execa(', "'tmux', [])"],
    ['spawnSync(', "'git')"],
    ['db.', "prepare('x')"],
    ['test.', "only('x')"],
  ];
  const found = forbidden.map(([, pattern], i) => pattern.test(pieces[i]!.join('')));
  assert.deepEqual(
    found,
    forbidden.map(() => true),
  );
});

test('the top level holds only what is planned for it', () => {
  const entries = [...new Set(repositoryFiles().map((path) => path.split('/')[0]!))];
  assert.deepEqual(
    entries.filter((entry) => !entry.startsWith('.') && !topLevel.includes(entry)),
    [],
  );
  assert.ok(entries.includes('protocol') && entries.includes('package.json'));
});
