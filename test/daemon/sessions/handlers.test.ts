/** The session methods over real SQLite and a slow fake tmux. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { MethodName } from '#protocol';
import { sealedJson } from '../../../daemon/rpc/seal.js';
import { type Memory, openMemory } from '../../support/memory.js';
import { refused } from '../../support/refused.js';
import { silent } from '../../support/slow-backend.js';

function memory(t: TestContext): Memory {
  const slice = openMemory();
  t.after(slice.close);
  return slice;
}

/** What tmux was asked to do that a person could notice. */
const typed = ({ backend }: Memory) => backend.calls.filter((call) => /^(type|keys)/.test(call));

test('a list holds what lives, unless other states are asked for', async (t) => {
  const slice = memory(t);
  const [active, suspended, closed] = [await slice.made(), await slice.made(), await slice.made()];
  await slice.call('session/suspend', { id: suspended.id });
  await slice.call('session/close', { id: closed.id });
  const ids = async (...params: Parameters<typeof slice.call<'session/list'>>[1][]) =>
    (await slice.call('session/list', params[0] ?? {})).sessions.map(({ id }) => id);
  assert.deepEqual(await ids(), [active.id, suspended.id]);
  assert.deepEqual(await ids({ status: ['closed'] }), [closed.id]);
  assert.deepEqual(await ids({ status: ['closed', 'active'] }), [active.id, closed.id]);
  assert.deepEqual(await ids({ status: [] }), []);
  assert.deepEqual((await slice.call('session/list', {}, { user: 'bob' })).sessions, []);
});

test('the list a caller already has is not sent again, and one that did not change is built once', async (t) => {
  const slice = memory(t);
  const { id } = await slice.made();
  const list = await slice.call('session/list', {});
  assert.equal(await slice.call('session/list', {}), list);
  assert.ok(sealedJson('session/list', list));
  const unchanged = { revision: list.revision, unchanged: true, sessions: [], more: false };
  assert.deepEqual(await slice.call('session/list', { revision: list.revision }), unchanged);
  const renamed = await slice.call('session/rename', { id, name: 'x' });
  const next = await slice.call('session/list', { revision: list.revision });
  assert.deepEqual([next.unchanged, next.sessions], [false, [renamed]]);
  assert.notEqual(await slice.call('session/list', { status: ['closed'] }), next);
  assert.deepEqual((await slice.call('session/list', {}, { user: 'bob' })).sessions, []);
});

test('a renamed session has the new name, trimmed, and everybody hears', async (t) => {
  const slice = memory(t);
  const made = await slice.made();
  const renamed = await slice.call('session/rename', { id: made.id, name: '  büild  ' });
  assert.deepEqual({ ...renamed, updatedAt: 0 }, { ...made, name: 'büild', updatedAt: 0 });
  assert.deepEqual(await slice.call('session/get', { id: made.id }), { ...renamed, repository: null });
  assert.deepEqual(slice.events(), ['session/created active', 'session/changed active']);
});

test('suspending ends the viewers and keeps the window; resuming makes it active', async (t) => {
  const slice = memory(t);
  const { id } = await slice.made();
  assert.equal((await slice.call('session/suspend', { id })).status, 'suspended');
  assert.deepEqual(slice.seen, [`endAll ${id} suspended`]);
  assert.equal(slice.backend.windows.size, 1);
  await assert.rejects(
    slice.call('session/suspend', { id }),
    refused('Conflict', /is suspended and cannot become suspended/),
  );
  assert.equal((await slice.call('session/resume', { id })).status, 'active');
  await assert.rejects(slice.call('session/resume', { id }), refused('Conflict', /is active and cannot become active/));
});

test('a suspended session without a window stays suspended and says that it is gone', async (t) => {
  const slice = memory(t);
  const { id } = await slice.made();
  await slice.call('session/suspend', { id });
  slice.places.remove(id);
  await assert.rejects(
    slice.call('session/resume', { id }),
    refused('Gone', /window of session .* is gone/, 'TMUX_SESSION_GONE'),
  );
  assert.equal((await slice.call('session/get', { id })).status, 'suspended');
});

test('a session is closed once its window is no more', async (t) => {
  const slice = memory(t);
  const { id } = await slice.made();
  const held = slice.backend.hold('kill');
  const closing = slice.call('session/close', { id });
  await held.reached;
  assert.equal((await slice.call('session/get', { id })).status, 'active');
  held.release();
  assert.deepEqual(await closing, { success: true });
  assert.equal((await slice.call('session/get', { id })).status, 'closed');
  assert.deepEqual([slice.backend.windows.size, [...slice.places.all()]], [0, []]);
  assert.deepEqual(slice.seen, ['over Terminal 101', `endAll ${id} closed`, 'forget 101']);
  assert.deepEqual(slice.events(), ['session/created active', 'session/changed closed']);
  await assert.rejects(slice.call('session/close', { id }), refused('Conflict', /is closed and cannot become closed/));
});

test('a window that cannot be killed leaves the session open, and the caller is told', async (t) => {
  const slice = memory(t);
  const { id } = await slice.made();
  slice.backend.fail('kill', silent());
  await assert.rejects(
    slice.call('session/close', { id }),
    refused('Unavailable', /not answering/, 'TMUX_UNAVAILABLE'),
  );
  assert.equal((await slice.call('session/get', { id })).status, 'active');
  assert.deepEqual([slice.seen, slice.events()], [['over Terminal 101'], ['session/created active']]);
  assert.deepEqual(await slice.call('session/close', { id }), { success: true });
});

test('what happens to a session while its window is being killed is not forgotten', async (t) => {
  const slice = memory(t);
  const { id } = await slice.made();
  const held = slice.backend.hold('kill');
  const closing = slice.call('session/close', { id });
  await held.reached;
  slice.store.save({ ...slice.store.get('ann', id), exit: { code: 7, signal: null, at: 1 }, cols: 99 });
  held.release();
  await closing;
  const { status, exit, cols } = await slice.call('session/get', { id });
  assert.deepEqual([status, exit?.code, cols], ['closed', 7, 99]);
});

test('exec types a line, with Enter unless told otherwise; send types text and keys', async (t) => {
  const slice = memory(t);
  const { id } = await slice.made();
  await slice.call('session/exec', { id, command: 'ls -l' });
  const { message } = await slice.call('session/exec', { id, command: 'rm', pressEnter: false });
  assert.equal(message, 'Typed, without Enter.');
  assert.deepEqual(await slice.call('session/send', { id, text: 'ü', keys: ['Up', 'C-c'], enter: true }), {
    success: true,
    bytes: 2,
  });
  assert.deepEqual(typed(slice), ['type ls -l', 'keys Enter', 'type rm', 'keys', 'type ü', 'keys Up C-c Enter']);
});

test('lines typed at once from two callers do not mix', async (t) => {
  const slice = memory(t);
  const { id } = await slice.made();
  await Promise.all(['one', 'two', 'three'].map((command) => slice.call('session/exec', { id, command })));
  assert.deepEqual(typed(slice), ['type one', 'keys Enter', 'type two', 'keys Enter', 'type three', 'keys Enter']);
});

test('an unknown key is refused before anything is typed', async (t) => {
  const slice = memory(t);
  const { id } = await slice.made();
  for (const key of ['Entre', '-R', '', 'F99', 'C-', '\0\0']) {
    const sent = slice.call('session/send', { id, text: 'rm -rf', keys: ['Up', key] });
    await assert.rejects(sent, refused('InvalidParams', /^Expected a key name such as Enter/), key);
  }
  assert.deepEqual(typed(slice), []);
});

const untypable: Record<
  string,
  [prepare: (slice: Memory, id: string) => Promise<unknown>, words: RegExp, code: string]
> = {
  suspended: [
    (slice, id) => slice.call('session/suspend', { id }),
    /is suspended\. Resume it first\.$/,
    'SESSION_SUSPENDED',
  ],
  closed: [(slice, id) => slice.call('session/close', { id }), /is closed\. Create another\.$/, 'SESSION_CLOSED'],
  'over, its program having ended': [
    async (slice, id) => {
      slice.backend.exit(id, 0);
      await slice.look();
    },
    /has ended: its program is no more\. Create another\.$/,
    'SESSION_CLOSED',
  ],
};
for (const [state, [prepare, words, code]] of Object.entries(untypable)) {
  test(`nothing is typed into a session that is ${state}`, async (t) => {
    const slice = memory(t);
    const { id } = await slice.made();
    await prepare(slice, id);
    await assert.rejects(slice.call('session/exec', { id, command: 'x' }), refused('Conflict', words, code));
    await assert.rejects(slice.call('session/send', { id, text: 'x' }), refused('Conflict', words, code));
    assert.deepEqual(typed(slice), []);
  });
}

test('scrollback is plain text, also of a suspended session, and gone with the window', async (t) => {
  const slice = memory(t);
  const { id } = await slice.made();
  slice.backend.print(id, '\x1b[31mred\x1b]0;t\x07\ttab  \nC1 \u009b2J\x7f\r\n\n\n');
  await slice.call('session/suspend', { id });
  assert.equal((await slice.call('session/scrollback', { id })).content, '[31mred]0;t\ttab\nC1 2J');
  await slice.call('session/close', { id });
  await assert.rejects(slice.call('session/scrollback', { id }), refused('Gone', /is closed; its window is gone/));
});

test("every method finds another user's session as little as one that is not there", async (t) => {
  const slice = memory(t);
  const { id } = await slice.made();
  const calls: [MethodName & `session/${string}`, object][] = [
    ['session/get', {}],
    ['session/rename', { name: 'x' }],
    ['session/suspend', {}],
    ['session/resume', {}],
    ['session/close', {}],
    ['session/exec', { command: 'x' }],
    ['session/send', { text: 'x' }],
    ['session/scrollback', {}],
    ['session/wait', { until: 'exit' }],
  ];
  const { calls: before } = slice.backend;
  for (const [name, params] of calls) {
    const asked = slice.call(name as 'session/get', { id, ...params }, { user: 'bob' });
    await assert.rejects(asked, refused('NotFound', /^No session/, 'SESSION_NOT_FOUND'), name);
  }
  assert.deepEqual(slice.backend.calls, before);
});
