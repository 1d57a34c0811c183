/** Messages that are typed: one after another, once, also when the daemon ends at the worst moment. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Receipt, RpcError } from '#protocol';
import { openMessaging } from '../../support/messaging.js';
import { folderFor } from '../../support/whole.js';

function opened(t: TestContext) {
  const messaging = openMessaging(t);
  const [api, web] = [messaging.session({ name: 'api' }), messaging.session({ name: 'web' })];
  const { call, typist, settle } = messaging;
  return {
    ...{ ...messaging, api, web },
    async send(text: string, more: object = {}) {
      const message = await call('message/send', { from: api.id, to: web.id, text, ...more });
      await settle();
      return message;
    },
    async step(state: Receipt['state'], more: Partial<Receipt> = {}) {
      typist.step(state, more);
      await settle();
    },
    async states() {
      const { messages } = await call('message/list', { sessionId: web.id, after: 0 });
      return messages.map(({ state, deliver, reason }) => [state, deliver, reason]);
    },
  };
}

test('a message is typed as a framed prompt when its receiver is idle, and delivered when it was seen to be taken', async (t) => {
  const { send, step, states, typist, api, web, store } = opened(t);
  const { id } = await send('pull main');
  const [{ request }] = [...typist.written.values()] as any;
  const { text, ...rest } = request;
  assert.match(text, /^Message from "api" \(session [0-9a-f]{8}\):\n> pull main\n/);
  const { ttlMs, ...asked } = rest;
  assert.deepEqual(asked, {
    ...{ user: 'ann', sessionId: web.id, mode: 'whenIdle', submit: true, expect: { spawnId: 's1' } },
    ...{ reason: `message ${id}`, idempotencyKey: `message ${id}` },
  });
  assert.ok(ttlMs > 1000 && ttlMs <= 86_400_000);
  await step('typed');
  assert.deepEqual(await states(), [['waiting', 'type', null]], 'seen in the prompt box is not taken');
  await step('submitted');
  assert.deepEqual(await states(), [['delivered', 'type', null]]);
  assert.equal(store.find(id)?.message.from, api.id);
});

test('the next message waits until the one before is through, and they arrive in order', async (t) => {
  const { send, step, typist } = opened(t);
  for (const text of ['one', 'two', 'three']) await send(text);
  assert.deepEqual(typist.states(), ['queued']);
  await step('submitted');
  await step('submitted');
  const marked = typist.texts().map((text) => /> (\w+)/.exec(text)?.[1]);
  assert.deepEqual(
    [marked, typist.states()],
    [
      ['one', 'two', 'three'],
      ['submitted', 'submitted', 'queued'],
    ],
  );
});

test('when nobody can say whether it was typed, that is said, and it is never typed again', async (t) => {
  const { send, step, states, typist, messages, web } = opened(t);
  await send('one');
  await step('typed');
  await step('indeterminate', { reason: 'The daemon ended while it was typing.' });
  messages.agentChanged(web.id);
  assert.deepEqual(await states(), [
    ['waiting', 'inbox', 'Whether it was typed cannot be said. The daemon ended while it was typing.'],
  ]);
  assert.equal(typist.written.size, 1);
});

test('what is refused for good stays in the inbox with the reason; for another program it is tried again', async (t) => {
  const { send, step, states, typist } = opened(t);
  await send('one');
  await step('refused', { code: 'SPAWN_CHANGED', reason: 'Another program runs.' });
  assert.deepEqual(typist.states(), ['refused', 'queued']);
  assert.equal(new Set(typist.written.keys()).size, 2, 'each attempt has a key of its own');
  await step('refused', { code: 'COMMAND_DENIED', reason: 'The folder does not want it.' });
  assert.deepEqual(await states(), [['waiting', 'inbox', 'The folder does not want it.']]);
});

test('a shell gets nothing typed; an agent that is not up yet gets it when it is', async (t) => {
  const { send, states, typist, messages, session, call, settle, web } = opened(t);
  typist.programs.set(web.id, { provider: 'shell', spawnId: 's0' });
  await send('one');
  assert.deepEqual([await states(), typist.written.size], [[['waiting', 'type', null]], 0]);
  typist.programs.set(web.id, { provider: 'claude', spawnId: 's1' });
  messages.agentChanged(web.id);
  await settle();
  assert.deepEqual(typist.states(), ['queued']);

  const shell = session({ agentProvider: null });
  typist.programs.set(shell.id, { provider: 'shell', spawnId: 's0' });
  await call('message/send', { to: shell.id, text: 'x' });
  await settle();
  const { messages: left } = await call('message/list', { sessionId: shell.id });
  assert.match(`${left[0]?.state} ${left[0]?.deliver} ${left[0]?.reason}`, /^waiting inbox A shell runs/);
  assert.equal(typist.written.size, 1);
});

test('what cannot be done now is done later, and a program that has ended gets nothing', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { send, states, typist, settle, web, sessions } = opened(t);
  typist.programs.set(web.id, new RpcError('Unavailable', 'tmux is away.'));
  await send('one');
  typist.programs.delete(web.id);
  t.mock.timers.tick(30_000);
  await settle();
  assert.deepEqual(typist.states(), ['queued']);
  typist.step('submitted');
  sessions.save({ ...web, exit: { code: 0, signal: null, at: 1 } });
  await send('two');
  assert.deepEqual(await states(), [
    ['delivered', 'type', null],
    ['waiting', 'inbox', 'The program of its session has ended.'],
  ]);
});

test('what is read before it is typed is taken back; what is read as it is handed over too', async (t) => {
  const { send, states, typist, call, web, settle } = opened(t);
  await send('one');
  await call('message/ack', { sessionId: web.id, cursor: 1 });
  assert.deepEqual([typist.states(), (await states())[0]![0]], [['refused'], 'acknowledged']);
  typist.atWritten(() => void call('message/ack', { sessionId: web.id, cursor: 2 }));
  await send('two');
  await settle();
  assert.deepEqual(typist.states(), ['refused', 'refused']);
});

test('the messages for a session that is closed expire, and none of them is typed', async (t) => {
  const { send, states, typist, sessions, web, messages, settle } = opened(t);
  await send('one');
  await send('two');
  sessions.save({ ...web, status: 'closed' });
  messages.changed(sessions.find(web.id)!);
  await settle();
  assert.deepEqual(await states(), Array(2).fill(['expired', 'type', 'Its session was closed.']));
  assert.deepEqual(typist.states(), ['refused']);
});

test('an expired injection of a message that may wait longer is made anew; with its own end it is over', async (t) => {
  const { send, step, states, typist, clock } = opened(t);
  await send('one', { ttlMs: 200_000_000 });
  clock.now += 86_400_000;
  await step('expired');
  assert.deepEqual(typist.states(), ['expired', 'queued']);
  clock.now += 200_000_000;
  await step('expired');
  assert.deepEqual(await states(), [['expired', 'type', null]]);
});

/** Where a daemon ends, each followed by a new one over the same rows. */
const ends: Record<string, (first: ReturnType<typeof opened>) => unknown> = {
  'before it is handed over': ({ typist }) => typist.fail(new RpcError('Unavailable', 'It ends.')),
  'as it is handed over': ({ typist, close }) => typist.atWritten(close),
  'while it waits': () => {},
};

for (const [when, end] of Object.entries(ends)) {
  test(`a daemon that ends ${when} leaves a message that the next one delivers, once`, async (t) => {
    const path = `${folderFor(t)}/rdv.db`;
    const first = openMessaging(t, { path });
    const [api, web] = [first.session({ name: 'api' }), first.session({ name: 'web' })];
    end(first as ReturnType<typeof opened>);
    await first.call('message/send', { from: api.id, to: web.id, text: 'one' });
    await first.settle();
    first.close();

    const second = openMessaging(t, { path, written: first.typist.written });
    second.messages.start();
    await second.settle();
    assert.deepEqual(second.typist.states(), ['queued']);
    second.typist.step('submitted');
    await second.settle();
    const { messages } = await second.call('message/list', { sessionId: web.id });
    assert.deepEqual(
      messages.map(({ state, text }) => [state, text]),
      [['delivered', 'one']],
    );
    second.close();

    const third = openMessaging(t, { path, written: first.typist.written });
    third.messages.start();
    await third.settle();
    assert.equal(third.typist.written.size, 1, 'nothing is left to be typed');
  });
}

test('a receipt that came further while no daemon ran is taken as it is', async (t) => {
  const path = `${folderFor(t)}/rdv.db`;
  for (const [state, expected] of [
    ['turnStarted', 'delivered'],
    ['indeterminate', 'waiting'],
  ] as const) {
    const first = openMessaging(t, { path });
    const web = first.session();
    const { id } = await first.call('message/send', { to: web.id, text: 'one' });
    await first.settle();
    first.close();
    const { receipt, request } = [...first.typist.written.values()][0]!;
    const written = new Map([[`message ${id}`, { request, receipt: { ...receipt, state } }]]);
    const second = openMessaging(t, { path, written });
    second.messages.start();
    await second.settle();
    assert.deepEqual([second.store.find(id)?.message.state, second.store.find(id)?.typing], [expected, false]);
    second.close();
  }
});

test('a session that was closed while no daemon ran has its messages ended at the start', async (t) => {
  const path = `${folderFor(t)}/rdv.db`;
  const first = openMessaging(t, { path });
  const web = first.session();
  const { id } = await first.call('message/send', { to: web.id, text: 'one', deliver: 'inbox' });
  first.sessions.save({ ...web, status: 'closed' });
  first.close();
  const second = openMessaging(t, { path });
  second.messages.start();
  assert.equal(second.store.find(id)?.message.state, 'expired');
});
