/** Rows and windows brought together. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Memory, openMemory } from '../../support/memory.js';
import { refused } from '../../support/refused.js';
import { sample } from '../../support/sample.js';
import { createSlowBackend, silent } from '../../support/slow-backend.js';

function memory(t: TestContext): Memory {
  const slice = openMemory();
  t.after(slice.close);
  return slice;
}

const status = async (slice: Memory, id: string) => (await slice.call('session/get', { id })).status;

test('a session whose window is gone is closed, with an event, and its viewers end', async (t) => {
  const slice = memory(t);
  const { id } = await slice.made();
  slice.backend.windows.delete(id);
  await slice.look();
  const { exit } = await slice.call('session/get', { id });
  assert.deepEqual([await status(slice, id), exit?.code, exit?.signal], ['closed', null, null]);
  assert.deepEqual(slice.seen, [`gone ${id} 101`]);
  await slice.look();
  assert.deepEqual(slice.events(), ['session/created active', 'session/exited closed', 'session/changed closed']);
});

test('when tmux does not answer nothing is concluded', async (t) => {
  const slice = memory(t);
  const { id } = await slice.made();
  slice.backend.windows.delete(id);
  slice.backend.fail('list', silent());
  await assert.rejects(slice.look(), refused('Unavailable', /not answering/));
  assert.equal(await status(slice, id), 'active');
});

test('an ended program is told once, with its code, however often one looks', async (t) => {
  const slice = memory(t);
  const { id } = await slice.made();
  slice.backend.events.died = () => {};
  slice.backend.exit(id, 7);
  await Promise.all([slice.look(), slice.look()]);
  await slice.look();
  const { exit, status } = await slice.call('session/get', { id });
  assert.deepEqual([exit?.code, status], [7, 'active']);
  assert.deepEqual(slice.events(), ['session/created active', 'session/exited active']);
  assert.deepEqual(slice.seen, ['ended 101 7']);
});

test('an intent whose window stands becomes a session at boot, and its key is known', async (t) => {
  const slice = memory(t);
  const intent = sample();
  slice.store.intend(intent, 'k');
  await slice.backend.create({ id: intent.id, cols: 80, rows: 24 } as never);
  await slice.look(true);
  assert.deepEqual(await slice.call('session/get', { id: intent.id }), { ...intent, repository: null });
  assert.deepEqual(slice.events(), ['session/created active']);
  assert.equal((await slice.made({ idempotencyKey: 'k' })).id, intent.id);
  assert.equal((await slice.call('session/send', { id: intent.id, text: 'x' })).bytes, 1);
});

test('an intent without a window is forgotten at boot, and its key is free', async (t) => {
  const slice = memory(t);
  const intent = sample();
  slice.store.intend(intent, 'k');
  await slice.look(true);
  assert.deepEqual([slice.rows(), slice.events()], [[], []]);
  assert.notEqual((await slice.made({ idempotencyKey: 'k' })).id, intent.id);
});

test('after boot a create under way is neither finished nor undone nor an orphan', async (t) => {
  const slice = memory(t);
  const held = slice.backend.hold('create');
  const making = slice.made();
  await held.reached;
  assert.deepEqual(await slice.look(), { orphans: [] });
  held.release();
  assert.equal((await making).status, 'active');
  assert.deepEqual(slice.events(), ['session/created active']);
});

test('a window that no row knows is left alone and logged', async (t) => {
  const slice = memory(t);
  const { id } = sample();
  await slice.backend.create({ id, cols: 80, rows: 24 } as never);
  assert.deepEqual(await slice.look(true), { orphans: [id] });
  assert.deepEqual([slice.backend.windows.has(id), slice.rows()], [true, []]);
  assert.deepEqual(slice.logged, [
    { level: 'warn', message: 'tmux windows without a session are left alone', orphans: [id] },
  ]);
});

test('without tmux, rows and intents that live in it are left alone, and rows of an earlier daemon closed', async (t) => {
  const slice = openMemory({ backend: createSlowBackend('pty') });
  t.after(slice.close);
  const [inTmux, over, intent] = [sample(), sample({ backend: 'pty' }), sample()];
  for (const session of [inTmux, over, intent]) slice.store.intend(session, undefined);
  for (const session of [inTmux, over]) slice.store.save(session);
  await slice.look(true);
  assert.deepEqual([await status(slice, inTmux.id), await status(slice, over.id)], ['active', 'closed']);
  assert.deepEqual(slice.store.intents(), [{ session: intent, plan: undefined }]);
  await assert.rejects(
    slice.call('session/close', { id: inTmux.id }),
    refused('Unavailable', /lives in tmux/, 'TMUX_MISSING'),
  );
  assert.equal((await slice.made()).backend, 'pty');
});

test('a close that races with looks and with the end of the window is told once', async (t) => {
  const slice = memory(t);
  const { id } = await slice.made();
  const held = slice.backend.hold('kill');
  const closing = slice.call('session/close', { id });
  await held.reached;
  const looking = Promise.all([slice.look(), slice.look()]);
  held.release();
  await Promise.all([closing, looking]);
  assert.deepEqual(slice.events(), ['session/created active', 'session/changed closed']);
});

test('a session made while tmux is asked is not taken for gone', async (t) => {
  const slice = memory(t);
  const held = slice.backend.hold('list');
  const looking = slice.look();
  await held.reached;
  const { id } = await slice.made();
  held.release();
  await looking;
  assert.equal(await status(slice, id), 'active');
});

test('what happens while an earlier one is being closed is not undone by an older look', async (t) => {
  const slice = memory(t);
  const [gone, renamed, closed] = [await slice.made(), await slice.made(), await slice.made()];
  slice.backend.events.died = () => {};
  slice.backend.exit(renamed.id, 1);
  slice.backend.exit(closed.id, 2);
  slice.backend.windows.delete(gone.id);
  let release!: () => void;
  const busy = slice.lock(`session ${gone.id}`, () => new Promise<void>((resolve) => (release = resolve)));
  const held = slice.backend.hold('list');
  const looking = slice.look();
  await held.reached;
  held.release();
  await slice.call('session/rename', { id: renamed.id, name: 'new' });
  await slice.call('session/close', { id: closed.id });
  release();
  await Promise.all([busy, looking]);
  const { name, exit } = await slice.call('session/get', { id: renamed.id });
  assert.deepEqual([name, exit?.code], ['new', 1]);
  assert.equal(await status(slice, closed.id), 'closed');
  assert.equal(slice.places.find(closed.id), undefined);
});
