/** A document goes where it was asked for: whole or not at all, and over nothing that was not meant. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { writeDocument } from '../../../daemon/knowledge/write.js';
import { refused } from '../../support/refused.js';
import { folderFor } from '../../support/whole.js';

const write = (path: string, overwrite = false, text = 'new\n') =>
  writeDocument(path, text, { overwrite, umask: 0o027 });

/** A folder with a file `old`, a folder `dir`, links to both, to nothing and to itself, and a pipe. */
function laid(t: TestContext): string {
  const home = folderFor(t);
  writeFileSync(join(home, 'old'), 'old\n');
  chmodSync(join(home, 'old'), 0o604);
  mkdirSync(join(home, 'dir'));
  for (const [name, target] of [
    ['to-old', 'old'],
    ['to-dir', 'dir'],
    ['to-nothing', 'nothing'],
    ['to-itself', 'to-itself'],
  ] as const)
    symlinkSync(target, join(home, name));
  execFileSync('mkfifo', [join(home, 'pipe')]);
  return home;
}

test('a new file is written with the mode its maker would give it, and nothing else is left', async (t) => {
  const home = folderFor(t);
  const path = join(home, 'KNOWLEDGE.md');
  assert.equal(await write(path), path);
  assert.equal(readFileSync(path, 'utf8'), 'new\n');
  assert.equal(statSync(path).mode & 0o777, 0o640);
  assert.deepEqual(readdirSync(home), ['KNOWLEDGE.md']);
});

test('a file that is there is replaced only when asked, and keeps its mode', async (t) => {
  const home = laid(t);
  const path = join(home, 'old');
  await assert.rejects(write(path), refused('Conflict', /Pass `overwrite` to replace it/, 'FILE_EXISTS'));
  assert.equal(readFileSync(path, 'utf8'), 'old\n');
  await write(path, true);
  assert.equal(readFileSync(path, 'utf8'), 'new\n');
  assert.equal(statSync(path).mode & 0o777, 0o604);
});

test('a link to a file is followed, and stays a link', async (t) => {
  const home = laid(t);
  await assert.rejects(write(join(home, 'to-old')), refused('Conflict', /to-old exists/, 'FILE_EXISTS'));
  assert.equal(await write(join(home, 'to-old'), true), join(home, 'old'));
  assert.ok(lstatSync(join(home, 'to-old')).isSymbolicLink());
  assert.equal(readFileSync(join(home, 'old'), 'utf8'), 'new\n');
});

const wrong: [name: string, path: string, words: RegExp][] = [
  ['a directory', 'dir', /dir is a directory\. Name a file in it/],
  ['a link to a directory', 'to-dir', /is a directory/],
  ['a name that ends as a directory does', 'new/', /names a directory/],
  ['a link to nothing', 'to-nothing', /link to something that does not exist/],
  ['a link to itself', 'to-itself', /link to itself/],
  ['a pipe', 'pipe', /is no file/],
  ['a directory that is not there', 'no/where/x.md', /no\/where does not exist\. Create it first/],
  ['a directory that is a file', 'old/x.md', /is not a directory/],
  ['a name that is too long', `${'x'.repeat(300)}.md`, /too long/],
];

for (const [name, path, words] of wrong) {
  test(`nothing is written to ${name}`, async (t) => {
    const home = laid(t);
    for (const overwrite of [false, true])
      await assert.rejects(write(join(home, path), overwrite), refused('InvalidParams', words, 'INVALID_PATH'));
    assert.deepEqual(readdirSync(home).sort(), ['dir', 'old', 'pipe', 'to-dir', 'to-itself', 'to-nothing', 'to-old']);
    assert.deepEqual([readFileSync(join(home, 'old'), 'utf8'), readdirSync(join(home, 'dir'))], ['old\n', []]);
  });
}

test('a file that comes to be while ours is written is not replaced', async (t) => {
  const home = folderFor(t);
  const path = join(home, 'race.md');
  const writing = write(path, false, 'x'.repeat(8 * 1024 * 1024));
  // Not before the look is over, which finds nothing there.
  while (readdirSync(home).length === 0) await new Promise(setImmediate);
  writeFileSync(path, 'theirs\n');
  await assert.rejects(writing, refused('Conflict', /exists/, 'FILE_EXISTS'));
  assert.equal(readFileSync(path, 'utf8'), 'theirs\n');
  assert.deepEqual(readdirSync(home), ['race.md']);
});

test('nothing is written to a device', async () => {
  await assert.rejects(write('/dev/null', true), refused('InvalidParams', /is no file/, 'INVALID_PATH'));
});
