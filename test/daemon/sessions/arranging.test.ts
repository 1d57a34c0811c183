/** Sessions filed, put in order, changed and listed in parts. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Params } from '#protocol';
import { type Memory, openMemory } from '../../support/memory.js';
import { refused } from '../../support/refused.js';
import { sample } from '../../support/sample.js';
import { REUSED } from '../../support/surroundings.js';
import { folderFor } from '../../support/whole.js';

const NOBODY = '00000000-0000-4000-8000-000000000000';

function memory(t: TestContext): Memory {
  const slice = openMemory();
  t.after(slice.close);
  return slice;
}

/** A directory to make worktrees beside. */
function appIn(t: TestContext): string {
  const path = join(folderFor(t), 'app');
  mkdirSync(path);
  return path;
}

const names = async (slice: Memory, params: Params<'session/list'> = {}) =>
  (await slice.call('session/list', params)).sessions.map(({ name }) => name);

async function madeNamed(slice: Memory, ...given: string[]) {
  const made = [];
  for (const name of given) made.push(await slice.made({ name }));
  return made;
}

test('a session is filed in a folder, listed there, and taken out again; everybody hears', async (t) => {
  const slice = memory(t);
  const { known } = slice.folders;
  const [a] = await madeNamed(slice, 'a', 'b');
  assert.deepEqual(await slice.call('session/move', { id: a!.id, folderId: known }), { success: true });
  assert.deepEqual(await names(slice, { folderId: known }), ['a']);
  assert.deepEqual(await names(slice), ['a', 'b']);
  await slice.call('session/move', { id: a!.id, folderId: null });
  assert.deepEqual(await names(slice, { folderId: known }), []);
  assert.equal(slice.events().filter((event) => event === 'session/changed active').length, 2);
  const foreign = slice.call('session/move', { id: a!.id, folderId: NOBODY });
  await assert.rejects(foreign, refused('NotFound', /No folder/, 'FOLDER_NOT_FOUND'));
});

test('sessions are put in order among themselves, or not at all', async (t) => {
  const slice = memory(t);
  const [a, b, c, d] = (await madeNamed(slice, 'a', 'b', 'c', 'd')).map(({ id }) => id);
  await slice.call('session/reorder', { sessionIds: [d!, b!] });
  assert.deepEqual(await names(slice), ['a', 'd', 'c', 'b']);
  for (const [ids, words] of [
    [[c!, NOBODY], /got 00000000.* which is no session/],
    [[c!, a!, c!], /got .* twice/],
  ] as const) {
    await assert.rejects(slice.call('session/reorder', { sessionIds: [...ids] }), refused('InvalidParams', words));
  }
  const foreign = slice.call('session/reorder', { sessionIds: [a!] }, { user: 'bob' });
  await assert.rejects(foreign, refused('InvalidParams', /no session/));
  assert.deepEqual(await names(slice), ['a', 'd', 'c', 'b']);
});

test('a long list comes in parts, also when the session a part ended with is no longer in it', async (t) => {
  const slice = memory(t);
  const made = await madeNamed(slice, 'a', 'b', 'c', 'd', 'e');
  const first = await slice.call('session/list', { limit: 2 });
  assert.deepEqual([first.sessions.map(({ name }) => name), first.more], [['a', 'b'], true]);
  await slice.call('session/close', { id: made[1]!.id });
  const after = first.sessions.at(-1)!.id;
  const second = await slice.call('session/list', { limit: 2, after });
  assert.deepEqual([second.sessions.map(({ name }) => name), second.more], [['c', 'd'], true]);
  const third = await slice.call('session/list', { limit: 2, after: second.sessions.at(-1)!.id });
  assert.deepEqual([third.sessions.map(({ name }) => name), third.more], [['e'], false]);
  assert.deepEqual(await names(slice, { after: made[4]!.id }), []);
  await assert.rejects(slice.call('session/list', { after: NOBODY }), refused('NotFound', /No session/));
});

test('an update changes what it names and nothing else', async (t) => {
  const slice = memory(t);
  const made = await slice.made({ name: 'a' });
  const { id } = made;
  const changes = { name: 'b', tabOrder: 40, projectPath: '/', folderId: slice.folders.known };
  const updated = await slice.call('session/update', { id, ...changes });
  assert.deepEqual(updated, { ...made, ...changes, updatedAt: updated.updatedAt });
  const events = slice.events().length;
  for (const [wrong, error] of [
    [{ name: 'c', projectPath: '/none/such' }, refused('InvalidParams', /does not exist/, 'INVALID_PATH')],
    [{ name: 'c', folderId: NOBODY }, refused('NotFound', /No folder/)],
    [{ name: 'c', status: 'active' }, refused('Conflict', /cannot become active/, 'INVALID_STATE_TRANSITION')],
  ] as const) {
    await assert.rejects(slice.call('session/update', { id, ...wrong }), error);
  }
  assert.deepEqual(await slice.call('session/update', { id }), updated);
  const now = await slice.call('session/get', { id });
  assert.deepEqual([now, slice.events().length], [{ ...updated, repository: null }, events]);
});

test('an update brings a session into each state as its own method does', async (t) => {
  const slice = memory(t);
  const { id } = await slice.made();
  const to = async (status: 'active' | 'suspended' | 'closed' | 'trashed') =>
    (await slice.call('session/update', { id, status, name: `now ${status}` })).status;
  assert.equal(await to('suspended'), 'suspended');
  assert.equal(await to('active'), 'active');
  assert.equal(await to('closed'), 'closed');
  assert.deepEqual([...slice.backend.windows], []);
  assert.equal(await to('trashed'), 'trashed');
  assert.deepEqual(slice.calls, ['addSession now closed']);
});

test('a session whose window is gone is not resumed, and keeps its name', async (t) => {
  const slice = memory(t);
  const { id } = await slice.made({ name: 'a' });
  await slice.call('session/suspend', { id });
  slice.places.remove(id);
  await assert.rejects(
    slice.call('session/update', { id, status: 'active', name: 'b' }),
    refused('Gone', /is gone/, 'TMUX_SESSION_GONE'),
  );
  assert.equal((await slice.call('session/get', { id })).name, 'a');
});

test('closing with its worktree asks first whether anything is at stake, and closes nothing then', async (t) => {
  const slice = memory(t);
  const made = await slice.made({ createWorktree: true, worktreeBranch: 'x', projectPath: tmpdir() });
  const path = made.worktreePath!;
  slice.failStep('check', new Error('dirty'));
  await assert.rejects(slice.call('session/close', { id: made.id, deleteWorktree: true }), new Error('dirty'));
  assert.equal((await slice.call('session/get', { id: made.id })).status, 'active');
  const { trashItemId } = await slice.call('session/close', { id: made.id, deleteWorktree: true });
  assert.ok(trashItemId);
  assert.deepEqual(slice.calls.slice(-2), [`check ${path}`, `addWorktree ${path}`]);
  await slice.worktrees.unmake({ path } as never);
});

test('a worktree that another session works in is taken from neither', async (t) => {
  const slice = memory(t);
  const made = await slice.made({ createWorktree: true, worktreeBranch: 'y', projectPath: tmpdir() });
  const other = await slice.made({ name: 'other', projectPath: made.worktreePath! });
  for (const how of [{ deleteWorktree: true }, { trash: true }]) {
    const closing = slice.call('session/close', { id: made.id, ...how });
    await assert.rejects(closing, refused('Conflict', /also used by session "other"/, 'IN_USE'));
  }
  await slice.call('session/close', { id: other.id });
  assert.ok((await slice.call('session/close', { id: made.id, trash: true })).trashItemId);
  assert.equal((await slice.call('session/get', { id: made.id })).status, 'trashed');
  await slice.worktrees.unmake({ path: made.worktreePath! } as never);
});

test('a close without a word about the worktree leaves it alone', async (t) => {
  const slice = memory(t);
  const made = await slice.made({ createWorktree: true, worktreeBranch: 'z', projectPath: tmpdir() });
  assert.deepEqual(await slice.call('session/close', { id: made.id }), { success: true });
  assert.deepEqual(
    slice.calls.filter((call) => /^(check|find|add)/.test(call)),
    [],
  );
  await slice.worktrees.unmake({ path: made.worktreePath! } as never);
});

test('a session in the trash cannot be closed: it stays there until it is restored', async (t) => {
  const slice = memory(t);
  const made = await slice.made({ createWorktree: true, worktreeBranch: 'kept', projectPath: appIn(t) });
  await slice.call('session/close', { id: made.id, trash: true });
  for (const how of [{}, { deleteWorktree: true }, { trash: true }])
    await assert.rejects(
      slice.call('session/close', { id: made.id, ...how }),
      refused('Conflict', /in the trash.*trash\/restore/, 'INVALID_STATE_TRANSITION'),
    );
  for (const status of ['closed', 'active', 'trashed'] as const)
    await assert.rejects(
      slice.call('session/update', { id: made.id, status, name: 'other' }),
      refused('Conflict', /in the trash.*trash\/restore/, 'INVALID_STATE_TRANSITION'),
    );
  const { status, name } = await slice.call('session/get', { id: made.id });
  assert.deepEqual([status, name], ['trashed', made.name]);
});

test('an update that cannot bring a session into the trash changes nothing else either', async (t) => {
  const slice = memory(t);
  const made = await slice.made({ createWorktree: true, worktreeBranch: 'x', projectPath: appIn(t) });
  await slice.made({ name: 'other', projectPath: made.worktreePath! });
  const { id } = made;
  const updating = slice.call('session/update', { id, name: 'b', status: 'trashed' });
  await assert.rejects(updating, refused('Conflict', /also used/, 'IN_USE'));
  assert.equal((await slice.call('session/get', { id })).name, made.name);
});

test('a worktree is not taken from a session that came to it by a link', async (t) => {
  const slice = memory(t);
  const folder = folderFor(t);
  mkdirSync(join(folder, 'real/app'), { recursive: true });
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  const made = await slice.made({ createWorktree: true, worktreeBranch: 'x', projectPath: join(folder, 'real/app') });
  await slice.made({ name: 'other', projectPath: join(folder, 'link/app-x') });
  const closing = slice.call('session/close', { id: made.id, trash: true });
  await assert.rejects(closing, refused('Conflict', /also used by session "other"/, 'IN_USE'));
});

test('a worktree that was there before any session is not taken to the trash with one', async (t) => {
  const slice = memory(t);
  const projectPath = appIn(t);
  const path = `${projectPath}-${REUSED}`;
  mkdirSync(path);
  const made = await slice.made({ createWorktree: true, worktreeBranch: REUSED, projectPath });
  assert.deepEqual([made.projectPath, made.worktreePath, made.worktreeBranch], [path, null, REUSED]);
  await slice.call('session/close', { id: made.id, trash: true });
  assert.deepEqual(slice.calls.slice(-1), ['addSession Terminal']);
});

test('a worktree that was made for an earlier session is made for a later one, too', async (t) => {
  const slice = memory(t);
  const projectPath = appIn(t);
  const path = `${projectPath}-${REUSED}`;
  mkdirSync(path);
  const earlier = sample({ userId: 'ann', status: 'closed', worktreePath: path });
  slice.store.intend(earlier);
  slice.store.save(earlier);
  const made = await slice.made({ createWorktree: true, worktreeBranch: REUSED, projectPath });
  assert.equal(made.worktreePath, path);
});
