/** The walk through a directory: what is seen of it, what is left out, and that it ends. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Bounds, walk } from '../../../daemon/projects/walk.js';
import { folderFor } from '../../support/whole.js';

const unhurried = new AbortController().signal;
const look = async (root: string, bounds: Partial<Bounds> = {}) => {
  const { paths, texts, truncated } = await walk(root, unhurried, bounds);
  return { paths: paths.toSorted(), texts: Object.fromEntries(texts), truncated };
};

/** A folder with these files; a path that ends in `/` is a directory. */
function laid(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = folderFor(t);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path.endsWith('/') ? path : dirname(path)), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(join(root, path), text);
  }
  return root;
}

test('files are seen, manifests are read, what tools made is left out', async (t) => {
  const root = laid(t, {
    ...{ 'package.json': '{}', 'src/a.ts': 'a', 'src/requirements-dev.txt': 'x', 'src/notes.txt': 'x' },
    ...{ '.github/workflows/ci.yml': '', 'empty/': '' },
    ...{ 'node_modules/x/package.json': '{}', 'src/node_modules/y.js': '', 'target/z.rs': '', '.git/config': '' },
    ...{ 'vendor/v.go': '', '.venv/a.py': '', 'a/__pycache__/b.py': '', '.next/c.js': '', 'out/d.js': '' },
  });
  assert.deepEqual(await look(root), {
    paths: ['.github/workflows/ci.yml', 'package.json', 'src/a.ts', 'src/notes.txt', 'src/requirements-dev.txt'],
    texts: { 'package.json': '{}', 'src/requirements-dev.txt': 'x' },
    truncated: false,
  });
});

test('three levels of directories are looked at; those that hold nothing but directories do not count', async (t) => {
  const root = laid(t, {
    ...{ 'a/x': '', 'a/b/x': '', 'a/b/c/x': '', 'a/b/c/d/x': '' },
    ...{ 'src/main/java/com/acme/App.java': '', 'src/main/java/com/acme/web/rest/dto/Deep.java': '' },
    ...{ 'crates/api/Cargo.toml': '', 'crates/api/src/bin/main.rs': '' },
  });
  assert.deepEqual((await look(root)).paths, [
    ...['a/b/c/x', 'a/b/x', 'a/x'],
    ...['crates/api/Cargo.toml', 'crates/api/src/bin/main.rs'],
    ...['src/main/java/com/acme/App.java', 'src/main/java/com/acme/web/rest/dto/Deep.java'],
  ]);
  assert.deepEqual((await look(root, { depth: 1 })).paths, [
    'a/x',
    'crates/api/Cargo.toml',
    'src/main/java/com/acme/App.java',
  ]);
  const tower = laid(t, { [`${'d/'.repeat(40)}x`]: '' });
  assert.deepEqual((await look(tower)).paths, []);
});

test('no link is followed, but the one that was asked for', async (t) => {
  const outside = laid(t, { 'secret.ts': '', 'package.json': '{"name":"outside"}' });
  const root = laid(t, { 'a.ts': '' });
  symlinkSync(outside, join(root, 'away'));
  symlinkSync(join(outside, 'package.json'), join(root, 'package.json'));
  symlinkSync('.', join(root, 'here'));
  symlinkSync('nothing', join(root, 'dangling'));
  const link = join(folderFor(t), 'link');
  symlinkSync(root, link);
  for (const asked of [root, link])
    assert.deepEqual(await look(asked), { paths: ['a.ts'], texts: {}, truncated: false });
});

test('a pipe that is called like a manifest holds nobody up', async (t) => {
  const root = laid(t, { 'a.ts': '' });
  execFileSync('mkfifo', [join(root, 'package.json')]);
  assert.deepEqual((await look(root)).paths, ['a.ts']);
});

test('a manifest that is too long, no text or empty says nothing, but is seen', async (t) => {
  const root = laid(t, {
    ...{ 'package.json': `{"a":"${'x'.repeat(200_000)}"}`, 'Cargo.toml': 'a\0b', 'go.mod': '' },
    'composer.json': '{"ü":1}',
  });
  const { texts } = await look(root);
  assert.deepEqual(texts, { 'package.json': '', 'Cargo.toml': '', 'go.mod': '', 'composer.json': '{"ü":1}' });
});

test('what may not be read is left out; that the whole may not be is an error', async (t) => {
  const root = laid(t, { 'a.ts': '', 'closed/b.ts': '', 'package.json': '{}' });
  chmodSync(root, 0o755);
  chmodSync(join(root, 'closed'), 0o000);
  chmodSync(join(root, 'package.json'), 0o000);
  const me = process.geteuid!();
  // Root may read everything.
  if (me === 0) process.seteuid!(65_534);
  try {
    assert.deepEqual(await look(root), {
      paths: ['a.ts', 'package.json'],
      texts: { 'package.json': '' },
      truncated: false,
    });
    await assert.rejects(look(join(root, 'closed')), { code: 'EACCES' });
  } finally {
    if (me === 0) process.seteuid!(me);
  }
  await assert.rejects(look(join(root, 'nowhere')), { code: 'ENOENT' });
  await assert.rejects(look(join(root, 'a.ts')), { code: 'ENOTDIR' });
});

test('names may be anything', async (t) => {
  const names = ['a\u001b[31m.ts', 'b\n.ts', ' ', '-rf', '$(touch x).py', 'é.rs', '%s.go'];
  const root = laid(t, Object.fromEntries(names.map((name) => [name, ''])));
  assert.deepEqual((await look(root)).paths, names.toSorted());
});

test('of too much the beginning is seen, what is near the root first, and that is said', async (t) => {
  const files = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`deep/d${i % 6}/f${i}.ts`, '']));
  const root = laid(t, { ...files, 'a.ts': '', 'package.json': '{}' });
  const { paths, truncated, texts } = await look(root, { entries: 20 });
  assert.equal(truncated, true);
  assert.ok(paths.includes('a.ts') && paths.length < 20, String(paths));
  assert.deepEqual(texts, { 'package.json': '{}' });
  assert.equal((await look(root, { entries: 1000 })).truncated, false);
  const late = await look(root, { ms: 0 });
  assert.deepEqual([late.paths, late.truncated], [[], true]);
  const many = laid(t, Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`p${i}/package.json`, '{}'])));
  const some = await look(many, { manifests: 3 });
  assert.deepEqual([Object.keys(some.texts).length, some.paths.length, some.truncated], [3, 5, true]);
});

test('it stops when it is told to', async (t) => {
  const root = laid(t, Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`d${i % 30}/f${i}`, ''])));
  const stop = new AbortController();
  const walking = walk(root, stop.signal);
  setImmediate(() => stop.abort(new Error('enough')));
  await assert.rejects(walking, /enough/);
  await assert.rejects(walk(root, AbortSignal.abort(new Error('never'))), /never/);
});

test('others get their turn while it goes on', async (t) => {
  const root = laid(t, Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`f${i}`, ''])));
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  assert.equal((await look(root)).paths.length, 1500);
  isOver = true;
  assert.ok(turns >= 5, `${turns} turns`);
});
