/** Settings that somebody else writes at the same time: theirs stay, and nothing half-written is ever there. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSettings, removeFolders, Untouchable, writeSettings } from '../../../daemon/hooks/file.js';
import { folderFor } from '../../support/whole.js';

const parts = ['.agent', 'settings.json'];
const untouched = (said: RegExp) => (error: Error) => error instanceof Untouchable && said.test(error.message);

test('what somebody has changed, made or removed since it was read is theirs', async (t) => {
  const project = folderFor(t);
  const path = join(project, ...parts);
  const absent = await readSettings(project, parts);
  assert.deepEqual(absent, { path, text: undefined, missingFolders: 1 });
  mkdirSync(join(project, '.agent'));
  writeFileSync(path, 'theirs');
  await assert.rejects(writeSettings(absent, 'ours'), untouched(/was made by somebody else in the meantime/));

  const before = await readSettings(project, parts);
  writeFileSync(path, 'changed');
  for (const text of ['ours', undefined])
    await assert.rejects(writeSettings(before, text), untouched(/was changed in the meantime/));
  assert.deepEqual([readFileSync(path, 'utf8'), readdirSync(join(project, '.agent'))], ['changed', ['settings.json']]);
  rmSync(path);
  await assert.rejects(writeSettings(before, 'ours'), untouched(/was removed in the meantime/));
  assert.deepEqual(readdirSync(join(project, '.agent')), []);
});

test('a file keeps its mode, and is another one only when it is whole', async (t) => {
  const project = folderFor(t);
  mkdirSync(join(project, '.agent'));
  const path = join(project, ...parts);
  writeFileSync(path, 'old');
  chmodSync(path, 0o751);
  const { ino } = statSync(path);
  await writeSettings(await readSettings(project, parts), 'new');
  const stat = statSync(path);
  assert.deepEqual([readFileSync(path, 'utf8'), stat.mode & 0o7777, stat.ino === ino], ['new', 0o751, false]);
});

test('folders that were made go when they are empty, and no more of them than were made', async (t) => {
  const project = folderFor(t);
  const path = join(project, 'a/b/c/file');
  mkdirSync(join(project, 'a/b/c'), { recursive: true });
  await removeFolders(path, 1);
  assert.deepEqual(readdirSync(join(project, 'a/b')), []);
  writeFileSync(join(project, 'a/other'), '');
  await removeFolders(path, 3);
  assert.deepEqual(readdirSync(join(project, 'a')).sort(), ['b', 'other']);
  await removeFolders(join(project, 'a/b/file'), 2);
  assert.deepEqual(readdirSync(join(project, 'a')), ['other']);
});
