/** Manifests nobody wrote in good faith: a project is told all the same, soon, and nothing in it is dangerous. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Project } from '#protocol';
import { detect } from '../../../daemon/projects/detect.js';
import { ecosystems, isManifest, readManifest } from '../../../daemon/projects/ecosystems/index.js';
import { present } from '../../../daemon/projects/project.js';

const names = ecosystems.flatMap(({ manifests }) => manifests).map((pattern) => pattern.replace('*', 'x'));

function found(texts: Readonly<Record<string, string>>, others: readonly string[] = []) {
  const paths = [...Object.keys(texts), ...others];
  const said = Object.entries(texts).flatMap(([path, text]) => readManifest(path, text));
  return detect({ paths, texts: new Map(Object.entries(texts)), truncated: false }, said);
}

function check(texts: Readonly<Record<string, string>>, others: readonly string[] = []) {
  const brought = { ...found(texts, others), git: null };
  const known = {
    folderId: '3f2a7c1e-0000-4000-8000-000000000001',
    userId: 'ann',
    path: '/p',
    error: null,
    detectedAt: 1,
  };
  const project = present({ ...known, state: 'enriched', found: brought }, '/p', 1);
  assert.deepEqual(Project.parse(project), project);
  assert.doesNotMatch(JSON.stringify(project), /\\u00[01]|[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
  for (const { command } of project.suggestedCommands) assert.match(command, /^[\w./:= &-]+$/);
  for (const { name, version } of project.dependencies) assert.ok(name.length <= 200 && (version?.length ?? 0) <= 200);
  return project;
}

test('the manifests of every ecosystem are read', () => {
  assert.ok(names.length > 30);
  assert.deepEqual(
    names.filter((name) => !isManifest(name) || !isManifest(`a/b/${name}`)),
    [],
  );
  assert.deepEqual(['README.md', 'notes.txt', 'x.json', 'tsconfig.json', 'package.json.bak'].filter(isManifest), []);
});

const json = fc.json({ maxDepth: 4 });
/** Almost right: the fields that are read, with anything in them. */
const almost = fc
  .record(
    Object.fromEntries(
      [
        'name',
        'dependencies',
        'devDependencies',
        'scripts',
        'workspaces',
        'bin',
        'packageManager',
        'require',
        'imports',
        'tasks',
      ].map((key) => [
        key,
        fc.oneof(
          fc.jsonValue({ maxDepth: 2 }),
          fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })),
        ),
      ]),
    ),
    { requiredKeys: [] },
  )
  .map((value) => JSON.stringify(value));
const lines = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '[package]',
        '[dependencies]',
        'a = "1"',
        'name = 1',
        'require (',
        'x v1.0',
        ')',
        "gem 'a', 7",
        'end',
        '<project>',
      ),
      fc.constantFrom(
        '<dependency>',
        'implementation("a:b:c")',
        '  {:a, "1"},',
        'dependencies:',
        '  a: ^1',
        'find_package(X',
        'a==1',
        '"""',
        '[',
      ),
      fc.string({ unit: 'binary' }),
    ),
    { maxLength: 20 },
  )
  .map((all) => all.join('\n'));
const text = fc.oneof(json, almost, lines, fc.string({ unit: 'binary', maxLength: 200 }));
const files = fc.dictionary(fc.constantFrom(...names, ...names.map((name) => `pkg/${name}`)), text, { maxKeys: 6 });
const paths = fc.array(
  fc.oneof(
    fc.constantFrom('manage.py', 'artisan', 'cmd/$(x)/main.go', 'main.go', 'a b/x.csproj'),
    fc.string({ unit: 'binary' }),
  ),
  {
    maxLength: 10,
  },
);

test('whatever they say, a project is told, clean, bounded, and with commands that are safe to type', () => {
  fc.assert(
    fc.property(files, paths, (texts, others) => void check(texts, others)),
    { numRuns: 1000 },
  );
});

const SIZE = 128 * 1024;
const fill = (piece: string) => piece.repeat(Math.ceil(SIZE / piece.length)).slice(0, SIZE);
const large: [what: string, text: string][] = [
  ...[
    'a',
    ' ',
    '\n',
    '{',
    '[',
    '"',
    '\\"',
    '/*',
    '//',
    ',',
    'a.',
    "'",
    '"""',
    '[[a]]\n',
    '# x\n',
    '<!--',
    '<build>',
    '<dependency>',
  ].map((piece): [string, string] => [JSON.stringify(piece), fill(piece)]),
  ['objects in objects', '{"a":'.repeat(25_000)],
  [
    'many dependencies',
    JSON.stringify({ dependencies: Object.fromEntries(Array.from({ length: 6000 }, (_, i) => [`p${i}`, '1'])) }),
  ],
  ['a long script', JSON.stringify({ scripts: { test: fill('node --test ') } })],
  ['many tables', Array.from({ length: 12_000 }, (_, i) => `[t${i}]`).join('\n')],
  ['a long requirement', fill('a[b')],
  ['many requirements', fill('a>=1 ; x\n')],
  ['a package that never ends', `<Project Sdk="${fill('a')}`],
  ['many packages', `<Project>${fill('<PackageReference ')}`],
];

for (const [what, text] of large) {
  test(`every manifest is read in no time when it is full of: ${what}`, () => {
    const slowest = names.map((name): [number, string] => {
      const started = process.cpuUsage();
      readManifest(name, text);
      const { user, system } = process.cpuUsage(started);
      return [(user + system) / 1000, name];
    });
    assert.deepEqual(
      slowest.filter(([ms]) => ms > 250),
      [],
    );
    check(Object.fromEntries(names.map((name) => [name, text])));
  });
}

test('keys that mean something to JavaScript mean nothing here', () => {
  const { dependencies } = check({
    'package.json':
      '{"__proto__":{"dependencies":{"a":"1"}},"dependencies":{"__proto__":"1","constructor":"2","toString":"3"}}',
    'Cargo.toml': '[dependencies]\n__proto__ = "1"\nhasOwnProperty = "2"\n',
  });
  assert.deepEqual(dependencies.map(({ name }) => name).sort(), [
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'toString',
  ]);
  assert.equal(({} as Record<string, unknown>).dependencies, undefined);
});

test('no control character in a name or a version is kept', () => {
  const { dependencies } = check({
    'package.json': JSON.stringify({
      dependencies: { 'a\u001b[31m\u202e': '1\u009b', '\u0007': '2', 'b\n': '3\r\n4' },
    }),
    Gemfile: "gem 'c\u0000d', '~> 1\u0085'\n",
  });
  assert.deepEqual(
    dependencies.map(({ name, version }) => `${name} ${version}`),
    ['a[31m 1', 'b 34', 'cd ~> 1'],
  );
});

test('no secret in the address of a dependency is kept', () => {
  const { dependencies } = check({
    'package.json':
      '{"dependencies":{"a":"git+https://ann:hunter2@host.example/a.git","b":"https://t0ken@host.example/b.tgz"}}',
    'requirements.txt': 'c @ https://ann:hunter2@host.example/c.whl\n--index-url https://ann:hunter2@pypi.example\n',
  });
  assert.deepEqual(
    dependencies.map(({ name, version }) => `${name} ${version}`),
    ['a git+https://host.example/a.git', 'b https://host.example/b.tgz', 'c https://host.example/c.whl'],
  );
});

test('more dependencies than anybody reads are cut, and that is said', () => {
  const many = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`p${String(i).padStart(3, '0')}`, '1']));
  const { dependencies, truncated } = check({ 'package.json': JSON.stringify({ dependencies: many }) });
  assert.deepEqual([dependencies.length, dependencies.at(-1)?.name, truncated], [300, 'p299', true]);
});
