/** Looks in the background: one at a time, over restarts, and never of a folder that is no more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { openDatabase } from '../../../daemon/db/open.js';
import { createProjectStore } from '../../../daemon/projects/store.js';
import { refused } from '../../support/refused.js';
import { createLooks, go, open } from './opened.js';

test('one directory is looked at at a time, each once however often it is wanted', async (t) => {
  const looks = createLooks();
  const { projects, folder, hears, told } = open(t, looks);
  const [first, second] = [folder('/a'), folder('/b')];
  for (let times = 0; times < 3; times++) for (const each of [first, second]) projects.want(each);
  const a = await looks.next();
  projects.want(first);
  assert.deepEqual([a.path, looks.going.length], ['/a', 0]);
  a.finish();
  const b = await looks.next();
  const hearing = hears();
  b.finish();
  await hearing;
  for (const each of [first, second]) projects.want(each);
  await turn();
  assert.deepEqual(looks.going, []);
  assert.deepEqual(told, ['ann project/detected /a enriched Rust', 'ann project/detected /b enriched Rust']);
});

test('a mistake of ours fails one project, is logged, and holds up no other', async (t) => {
  const looks = createLooks();
  const { folder, call, logged } = open(t, looks);
  const first = call('project/detect', { folderId: folder('/a').id });
  const second = call('project/detect', { folderId: folder('/b').id });
  (await looks.next()).finish(new TypeError('x is not a function'));
  (await looks.next()).finish();
  assert.equal((await first).error, '/a could not be read; see the daemon log.');
  assert.equal((await second).state, 'enriched');
  assert.match(logged[0].stack, /x is not a function/);
});

test('a disk that does not answer fails the project, and the next gets its turn', async (t) => {
  const { folder, call } = open(t, { look: () => new Promise(() => {}), lookMs: 20 });
  const first = call('project/detect', { folderId: folder('/a').id });
  const second = call('project/detect', { folderId: folder('/b').id });
  assert.equal((await first).error, '/a took too long to read.');
  assert.equal((await second).error, '/b took too long to read.');
});

test('of a folder that was deleted meanwhile nothing is written and nothing is told', async (t) => {
  const looks = createLooks();
  const { folder, folders, call, told, db, projects } = open(t, looks);
  const gone = folder('/a');
  const detecting = call('project/detect', { folderId: gone.id });
  const look = await looks.next();
  folders.remove(gone, []);
  look.finish();
  await assert.rejects(detecting, refused('NotFound', /removed meanwhile/, 'FOLDER_NOT_FOUND'));
  assert.deepEqual(db.prepare('SELECT * FROM project').all(), []);
  assert.deepEqual([told, projects.find(gone.id)], [[], null]);
});

test('a folder that waits for its turn and is deleted is never looked at', async (t) => {
  const looks = createLooks();
  const { folder, folders, projects, call } = open(t, looks);
  const [first, gone, last] = [folder('/a'), folder('/gone'), folder('/c')];
  projects.want(first);
  projects.want(gone);
  const detecting = call('project/detect', { folderId: last.id });
  const look = await looks.next();
  folders.remove(gone, []);
  look.finish();
  const next = await looks.next();
  assert.equal(next.path, '/c');
  next.finish();
  await detecting;
});

test('a folder that is given another directory meanwhile is known by that one only', async (t) => {
  const looks = createLooks();
  const { folder, change, call, told, hears } = open(t, looks);
  const made = folder('/a');
  const detecting = call('project/detect', { folderId: made.id });
  const look = await looks.next();
  change(made, '/b');
  assert.equal(look.signal.aborted, true);
  look.finish(go);
  const hearing = hears();
  (await looks.next()).finish();
  await hearing;
  assert.deepEqual(told, ['ann project/detected /b enriched Rust']);
  assert.equal((await detecting).path, '/b');
});

test('who no longer waits is told so, and the look goes on', async (t) => {
  const looks = createLooks();
  const { folder, call, hears } = open(t, looks);
  const { id: folderId } = folder('/a');
  const asking = new AbortController();
  const detecting = call('project/detect', { folderId }, { signal: asking.signal });
  const look = await looks.next();
  asking.abort();
  await assert.rejects(detecting, refused('Cancelled', /still looked at/));
  assert.equal(look.signal.aborted, false);
  const hearing = hears();
  look.finish();
  await hearing;
});

test('the end of the daemon ends a look at once, and the next daemon takes it up', async (t) => {
  const db = openDatabase(':memory:');
  t.after(() => db.close());
  const looks = createLooks();
  const first = open(t, looks, db);
  const [a, b, old] = [first.folder('/a'), first.folder('/b'), first.folder('/old')];
  const detecting = first.call('project/detect', { folderId: old.id });
  (await looks.next()).finish();
  await detecting;
  first.projects.want(a);
  const look = await looks.next();
  const waiting = assert.rejects(first.call('project/detect', { folderId: b.id }), refused('Unavailable', /stopping/));
  // It never finishes.
  await first.projects.close();
  await waiting;
  assert.equal(look.signal.aborted, true);
  look.finish();
  first.projects.want(first.folder('/late'));
  await turn();
  const states = () => db.prepare('SELECT path, state FROM project ORDER BY path').all();
  assert.deepEqual(states(), [
    { path: '/a', state: 'enriching' },
    { path: '/b', state: 'pending' },
    { path: '/old', state: 'enriched' },
  ]);

  const second = open(t, looks, db);
  (await looks.next()).finish();
  const last = await looks.next();
  const hearing = second.hears();
  last.finish();
  await hearing;
  assert.deepEqual(
    states().map((row: any) => row.state),
    ['enriched', 'enriched', 'enriched'],
  );
  assert.deepEqual(looks.going, []);
});

test('a folder that is given another directory while it waits is looked at there', async (t) => {
  const looks = createLooks();
  const { folder, change, projects, hears, told } = open(t, looks);
  const [first, second] = [folder('/a'), folder('/b')];
  projects.want(first);
  projects.want(second);
  const look = await looks.next();
  change(second, '/c');
  look.finish();
  const next = await looks.next();
  assert.equal(next.path, '/c');
  const hearing = hears();
  next.finish();
  await hearing;
  assert.deepEqual(told, ['ann project/detected /a enriched Rust', 'ann project/detected /c enriched Rust']);
});

test('what was found of one directory is never kept as that of another', (t) => {
  const { db, folder } = open(t);
  const store = createProjectStore(db);
  const { id: folderId, userId } = folder('/b');
  store.await({ id: folderId, userId, path: '/b' });
  const known = { folderId, userId, error: null, found: null, detectedAt: 1, state: 'enriched' } as const;
  assert.equal(store.save({ ...known, path: '/a' }), false);
  assert.equal(store.find(folderId)?.state, 'pending');
  assert.equal(store.save({ ...known, path: '/b' }), true);
  assert.equal(store.find(folderId)?.state, 'enriched');
});
