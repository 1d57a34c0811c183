/** Projects as they are asked for. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Project } from '#protocol';
import { createProjects } from '../../../daemon/projects/handlers.js';
import { refused } from '../../support/refused.js';
import { folderFor } from '../../support/whole.js';
import { createLooks, go, open } from './opened.js';

const DAY = 24 * 3600_000;

test('what lies in a folder is found out in the background, and told', async (t) => {
  const { projects, folder, hears, told, call } = open(t);
  const path = folderFor(t);
  mkdirSync(join(path, 'src'));
  writeFileSync(join(path, 'Cargo.toml'), '[package]\nname = "x"\n[dependencies]\nclap = "4"\n');
  writeFileSync(join(path, 'src/main.rs'), '');
  const { id: folderId } = folder(path);
  await assert.rejects(
    call('project/get', { folderId }),
    refused('NotFound', /Call project\/detect/, 'PROJECT_NOT_FOUND'),
  );
  assert.equal(projects.find(folderId), null);
  const hearing = hears();
  assert.equal(projects.want({ ...folder(path), id: folderId }), undefined);
  assert.equal(projects.find(folderId)?.state, 'pending');
  await hearing;
  const expected: Project = {
    ...{ folderId, path, state: 'enriched', error: null, detectedAt: 1000, git: null },
    languages: [{ name: 'Rust', files: 1, percent: 100 }],
    ...{ primaryLanguage: 'Rust', category: 'cli', framework: null, packageManager: 'cargo' },
    dependencies: [{ name: 'clap', version: '4', dev: false }],
    ...{ testRunner: 'cargo test', linter: null, buildTool: 'cargo', ci: [], isMonorepo: false, truncated: false },
    suggestedCommands: [
      { label: 'install', command: 'cargo fetch' },
      { label: 'dev', command: 'cargo run' },
      { label: 'test', command: 'cargo test' },
      { label: 'build', command: 'cargo build' },
    ],
  };
  assert.deepEqual(await call('project/get', { folderId }), expected);
  assert.deepEqual(await call('project/list', {}), { projects: [expected] });
  assert.deepEqual(await call('project/list', {}, { user: 'bob' }), { projects: [] });
  assert.deepEqual(told, [`ann project/detected ${path} enriched Rust`]);
});

test('a look is asked for, with or without waiting for it', async (t) => {
  const looks = createLooks();
  const { folder, call } = open(t, looks);
  const { id: folderId } = folder('/p');
  assert.equal((await call('project/detect', { folderId, wait: false })).state, 'pending');
  const waiting = call('project/detect', { folderId });
  const look = await looks.next();
  assert.equal((await call('project/get', { folderId })).state, 'enriching');
  look.finish();
  assert.equal((await waiting).state, 'enriched');
  // Once it is known it can be looked at again, and what was known stays until then.
  const again = call('project/detect', { folderId });
  const { state, primaryLanguage } = await call('project/get', { folderId });
  assert.deepEqual([state, primaryLanguage], ['pending', 'Rust']);
  (await looks.next()).finish(go);
  assert.equal((await again).primaryLanguage, 'Go');
});

test('a look asked for while one goes on is one of its own: files may have changed since that began', async (t) => {
  const looks = createLooks();
  const { folder, call, told } = open(t, looks);
  const { id: folderId } = folder('/p');
  const first = call('project/detect', { folderId });
  const look = await looks.next();
  const second = call('project/detect', { folderId });
  const third = call('project/detect', { folderId });
  look.finish();
  assert.equal((await first).primaryLanguage, 'Rust');
  (await looks.next()).finish(go);
  assert.equal((await second).primaryLanguage, 'Go');
  assert.equal((await third).primaryLanguage, 'Go');
  assert.equal(told.length, 2);
});

test('a folder without a directory has no project, and nobody sees that of another', async (t) => {
  const looks = createLooks();
  const { folder, call, change, projects } = open(t, looks);
  const bare = folder(null);
  projects.want(bare);
  const conflict = refused('Conflict', /Set its path with folder\/update/, 'NO_PROJECT_PATH');
  await assert.rejects(call('project/detect', { folderId: bare.id }), conflict);
  await assert.rejects(call('project/detect', { folderId: bare.id, wait: false }), conflict);
  const hers = folder('/p');
  for (const name of ['project/get', 'project/detect'] as const)
    await assert.rejects(call(name, { folderId: hers.id }, { user: 'bob' }), refused('NotFound', /No folder/));
  assert.equal(looks.going.length, 0);
  projects.want(hers);
  (await looks.next()).finish();
  change(hers, null);
  assert.equal(projects.find(hers.id), null);
});

test('what is known is stale after a day, or when the folder has another directory', async (t) => {
  const looks = createLooks();
  const { projects, folder, folders, call, clock } = open(t, looks);
  const made = folder('/a');
  const detecting = call('project/detect', { folderId: made.id });
  (await looks.next()).finish();
  await detecting;
  const state = () => projects.find(made.id)?.state;
  clock.now += DAY - 1;
  projects.want(made);
  assert.equal(state(), 'enriched');
  assert.deepEqual(await call('project/refresh', {}), { queued: 0 });
  clock.now += 1;
  assert.equal(state(), 'stale');
  clock.now -= 1;
  folders.save([{ ...made, path: '/b' }]);
  assert.equal(state(), 'stale');
  assert.deepEqual(await call('project/refresh', {}), { queued: 1 });
  assert.deepEqual(await call('project/refresh', {}, { user: 'bob' }), { queued: 0 });
  const { path, state: now, languages, detectedAt } = projects.find(made.id)!;
  assert.deepEqual(
    { path, now, languages, detectedAt },
    { path: '/b', now: 'pending', languages: [], detectedAt: null },
  );
  assert.equal((await looks.next()).path, '/b');
});

test('a directory that cannot be read is told with the reason, and tried again when asked', async (t) => {
  const { folder, call, told, logged } = open(t);
  const path = join(folderFor(t), 'not here');
  const { id: folderId } = folder(path);
  const failed = await call('project/detect', { folderId });
  assert.deepEqual([failed.state, failed.error], ['failed', `${path} does not exist.`]);
  assert.deepEqual(told, [`ann project/detected ${path} failed null`]);
  mkdirSync(path);
  writeFileSync(join(path, 'main.go'), '');
  assert.deepEqual(await call('project/refresh', {}), { queued: 1 });
  assert.equal((await call('project/detect', { folderId })).primaryLanguage, 'Go');
  assert.deepEqual(logged, []);
});

test('what git says is kept without secrets; when it fails the rest is kept', async (t) => {
  const looks = createLooks();
  let git: () => Promise<any> = async () => ({ remote: 'https://ann:pw@host.example/x.git', defaultBranch: 'main' });
  const { folder, call, logged } = open(t, { ...looks, repository: () => git() });
  const { id: folderId } = folder('/a');
  const first = call('project/detect', { folderId });
  (await looks.next()).finish();
  assert.deepEqual((await first).git, { remote: 'https://host.example/x.git', defaultBranch: 'main' });
  git = async () => assert.fail('git hangs');
  const second = call('project/detect', { folderId });
  (await looks.next()).finish();
  const { git: known, primaryLanguage } = await second;
  assert.deepEqual([known, primaryLanguage], [null, 'Rust']);
  assert.equal(logged[0].level, 'warn');
});

test('each question to the database is answered by an index', (t) => {
  const { db } = open(t);
  const asked: string[] = [];
  const spying = {
    prepare(sql: string) {
      asked.push(sql);
      return db.prepare(sql);
    },
  };
  createProjects({ db: spying, folders: {}, now: () => 0, journal: {}, log: () => {} } as never);
  const plans = asked.map((sql) => db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...placeholders(sql)) as any[]);
  assert.ok(asked.length >= 5);
  assert.deepEqual(
    plans.flat().filter(({ detail }) => detail.startsWith('SCAN')),
    [],
  );
});

/** Something for each parameter of a statement. */
function placeholders(sql: string): unknown[] {
  if (!sql.includes('@')) return [...sql.matchAll(/\?/g)].map(() => null);
  return [Object.fromEntries([...sql.matchAll(/@(\w+)/g)].map(([, name]) => [name, null]))];
}
