/** Where the trash keeps things, and how they are deleted. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { erase } from '../../../daemon/trash/erase.js';
import { expiry, isInside, liesInTrash, mustBeWhole, objectNamesIn } from '../../../daemon/trash/item.js';
import { refused } from '../../support/refused.js';
import { openRemoval } from '../../support/removal.js';
import { folderFor } from '../../support/whole.js';

/** A folder on another file system than the tests' own; undefined where there is none. */
function elsewhere(t: TestContext): string | undefined {
  const other = '/dev/shm';
  if (!existsSync(other) || statSync(other).dev === statSync(folderFor(t)).dev) return undefined;
  const made = mkdtempSync(join(other, 'rdv-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

test('what is on another file system than the data folder is kept beside where it was', async (t) => {
  const folder = elsewhere(t);
  if (!folder) return t.skip('there is one file system only');
  const removal = openRemoval(t);
  const { at } = removal;
  removal.seed();
  removal.write('wt/a.txt', 'changed\n');
  const before = { files: removal.files('wt'), seen: removal.seen('wt') };
  removal.world.folder = join(folder, 'trash');
  const { trash, call } = removal.start();
  const add = () => trash.addWorktree('ann', { path: at('wt'), repoPath: at('main') });
  const beside = at(`.rdv-trash-${userInfo().uid}`);

  const item = await add();
  assert.equal(item.worktree!.keptAt, join(beside, item.id, 'wt'));
  assert.equal(statSync(beside).mode & 0o777, 0o700);
  assert.ok(trash.isTrashed(item.worktree!.keptAt));
  assert.deepEqual(readdirSync(join(folder, 'trash')), []);
  await call('trash/restore', { id: item.id });
  assert.deepEqual({ files: removal.files('wt'), seen: removal.seen('wt') }, before);
  assert.equal(existsSync(beside), false);

  // Somebody else could look into it.
  mkdirSync(beside);
  chmodSync(beside, 0o755);
  await assert.rejects(add(), refused('Unavailable', /must be a directory of yours with mode 0700/));
  rmSync(beside, { recursive: true, force: true });
  symlinkSync(at('main'), beside);
  await assert.rejects(add(), refused('Unavailable', /must be a directory of yours/));
  assert.deepEqual({ files: removal.files('wt'), seen: removal.seen('wt') }, before);
  assert.deepEqual(removal.rows(), []);
});

test('deleting goes into every directory, follows no link, and stops when it is told to', async (t) => {
  const home = folderFor(t);
  const inner = (...parts: string[]) => join(home, 'gone', ...parts);
  mkdirSync(inner('deep/er'), { recursive: true });
  for (let n = 0; n < 100; n++) writeFileSync(inner('deep', `${n}`), 'x');
  writeFileSync(Buffer.concat([Buffer.from(inner('deep/er/')), Buffer.from([0xff, 0xfe])]), 'no text');
  mkdirSync(join(home, 'stays'));
  writeFileSync(join(home, 'stays/file'), 'x');
  symlinkSync(join(home, 'stays'), inner('link'));
  mkdirSync(inner('protected'));
  writeFileSync(inner('protected/file'), 'x');
  chmodSync(inner('protected'), 0o500);

  const stopped = new AbortController();
  stopped.abort();
  await assert.rejects(erase(inner(), stopped.signal), { name: 'AbortError' });
  assert.ok(existsSync(inner('deep/99')));
  await erase(inner());
  assert.deepEqual(readdirSync(home), ['stays']);
  assert.ok(existsSync(join(home, 'stays/file')));
  await erase(inner());
});

test('a path lies in the trash by whole segments', () => {
  const cases: [path: string, held: boolean][] = [
    ['/data/trash', true],
    ['/data/trash/id/wt', true],
    ['/data/trashed', false],
    ['/data', false],
    ['/src/.rdv-trash-7/id/wt', true],
    ['/src/.rdv-trash-77/id/wt', false],
    ['/src/x.rdv-trash-7/id', false],
  ];
  for (const [path, held] of cases) assert.equal(liesInTrash(path, '/data/trash', 7), held, path);
  assert.deepEqual([isInside('/a', '/'), isInside('/ab', '/a'), isInside('/a/b', '/a')], [true, false, true]);
});

test('names of objects are found in whatever git notes, zeros are none', () => {
  const full = 'a'.repeat(40);
  const text = `pick 1234abc fix the face\n${full}\t${full}\n${'0'.repeat(40)} deadbeef0 12345 ABCDEF12 ${'b'.repeat(64)}\n`;
  assert.deepEqual(objectNamesIn(text), ['1234abc', full, 'deadbeef0', 'b'.repeat(64)]);
});

test('an item expires whole days after it came, and is whole unless it is half deleted', () => {
  assert.equal(expiry(1000, 30), 1000 + 30 * 86_400_000);
  const id = '3f2a7c1e-0000-4000-8000-000000000001';
  for (const state of ['kept', 'moving', 'restoring'] as const) mustBeWhole({ id, state });
  assert.throws(() => mustBeWhole({ id, state: 'deleting' }), refused('Conflict', /half deleted/, 'BEING_DELETED'));
});
