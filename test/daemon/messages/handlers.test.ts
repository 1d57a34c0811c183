/** Messages: who sends as whom, how far each receiver has read, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../../../daemon/db/open.js';
import { identityOf } from '../../support/identity.js';
import { openMessaging, ownOf } from '../../support/messaging.js';
import { refused } from '../../support/refused.js';
import { folderFor } from '../../support/whole.js';

test('a message is numbered for its receiver, listed until it is acknowledged, and that never goes back', async (t) => {
  const { session, call, told } = openMessaging(t);
  const [api, web] = [session({ name: 'api' }), session({ name: 'web' })];
  const send = (text: string) => call('message/send', { from: api.id, to: web.id, text, deliver: 'inbox' });
  const sent = [await send('one'), await send('two'), await send('three')];
  assert.deepEqual(
    sent.map(({ cursor, fromName, state, deliver }) => [cursor, fromName, state, deliver]),
    [1, 2, 3].map((cursor) => [cursor, 'api', 'waiting', 'inbox']),
  );
  const list = async (more = {}) => {
    const { messages, ...rest } = await call('message/list', { sessionId: web.id, ...more });
    return { texts: messages.map(({ text }) => text), ...rest };
  };
  assert.deepEqual(await list({ limit: 2 }), { texts: ['one', 'two'], acknowledged: 0, more: true });
  const ack = (cursor: number) => call('message/ack', { sessionId: web.id, cursor });
  assert.deepEqual(await ack(2), { acknowledged: 2, count: 2 });
  assert.deepEqual(await ack(1), { acknowledged: 2, count: 0 });
  assert.deepEqual(await list(), { texts: ['three'], acknowledged: 2, more: false });
  assert.deepEqual(await list({ after: 0, limit: 1 }), { texts: ['one'], acknowledged: 2, more: true });
  await assert.rejects(ack(4), refused('InvalidParams', /at most 3, .* got 4/));
  assert.deepEqual(told(), ['waiting', 'waiting', 'waiting', 'acknowledged', 'acknowledged']);
});

test('no number is given twice, though all messages are deleted and the daemon begins anew', async (t) => {
  const path = `${folderFor(t)}/rdv.db`;
  const first = openMessaging(t, { path });
  const web = first.session();
  const inbox = { to: web.id, text: 'x', deliver: 'inbox' } as const;
  await first.call('message/send', inbox);
  await first.call('message/send', inbox);
  await first.call('message/ack', { sessionId: web.id, cursor: 2 });
  assert.equal(first.store.removeBefore(first.clock.now), 0, 'what is not older is kept');
  assert.equal(first.store.removeBefore(first.clock.now + 1), 2);
  first.close();
  const second = openMessaging(t, { path });
  assert.equal((await second.call('message/send', inbox)).cursor, 3);
  assert.equal((await second.call('message/list', { sessionId: web.id })).acknowledged, 2);
});

test("a session's own token sends as that session, and reads and acknowledges its own messages only", async (t) => {
  const { session, call } = openMessaging(t);
  const [api, web] = [session({ name: 'api' }), session({ name: 'web' })];
  const own = ownOf(api);
  const sent = await call('message/send', { to: web.id, text: 'x', deliver: 'inbox' }, own);
  assert.deepEqual([sent.from, sent.fromName], [api.id, 'api']);
  const other = refused('Forbidden', /token of session .* can name no other/, 'OTHER_SESSION');
  await assert.rejects(call('message/send', { to: api.id, from: web.id, text: 'x' }, own), other);
  await assert.rejects(call('message/list', { sessionId: web.id }, own), other);
  await assert.rejects(call('message/ack', { sessionId: web.id, cursor: 1 }, own), other);
  assert.equal((await call('message/list', {}, ownOf(web))).messages.length, 1);
  assert.equal((await call('message/ack', { cursor: 1 }, ownOf(web))).count, 1);
  await assert.rejects(call('message/list', {}), refused('InvalidParams', /`sessionId` to name a session/));
});

test('a person sends as himself, and reaches no session of another user', async (t) => {
  const { session, call } = openMessaging(t);
  const [web, bobs] = [session(), session({ userId: 'bob' })];
  const { from, fromName } = await call('message/send', { to: web.id, text: 'x' });
  assert.deepEqual([from, fromName], [null, 'ann']);
  for (const params of [{ to: bobs.id }, { to: web.id, from: bobs.id }])
    await assert.rejects(call('message/send', { text: 'x', ...params }), refused('NotFound', /No session/));
  await assert.rejects(
    call('message/list', { sessionId: web.id }, identityOf('bob')),
    refused('NotFound', /No session/),
  );
});

test('the same key of the same sender gives the same message; of another sender it is another key', async (t) => {
  const { session, call, sessions } = openMessaging(t);
  const [api, cli, web] = [session(), session(), session()];
  const send = (more: object) =>
    call('message/send', { to: web.id, from: api.id, text: 'x', deliver: 'inbox', idempotencyKey: 'k', ...more });
  const first = await send({});
  assert.deepEqual(await send({}), first);
  assert.notEqual((await send({ from: cli.id })).id, first.id);
  await assert.rejects(send({ text: 'y' }), refused('Conflict', /Use a new one/, 'KEY_REUSED'));
  sessions.save({ ...web, status: 'closed' });
  assert.deepEqual(await send({}), first, 'who asks again is told the same, whatever happened since');
});

test('what nobody would read, or nobody sees, is refused', async (t) => {
  const { session, call } = openMessaging(t);
  const [api, web] = [session(), session({ status: 'closed' })];
  const send = (more: object) => call('message/send', { to: api.id, text: 'x', ...more });
  await assert.rejects(
    send({ to: web.id }),
    refused('Conflict', /is closed, .* Send to one that is open/, 'SESSION_CLOSED'),
  );
  await assert.rejects(send({ from: api.id }), refused('InvalidParams', /another session/));
  await assert.rejects(send({ text: '\x1b\x07' }), refused('InvalidParams', /to say something/));
});

test('so many wait for one receiver and no more; those that are read make room, and old ones go', async (t) => {
  const { session, call, store } = openMessaging(t, { bounds: { waiting: 3, kept: 4 } });
  const web = session();
  const send = () => call('message/send', { to: web.id, text: 'x', deliver: 'inbox' });
  for (let i = 0; i < 3; i++) await send();
  await assert.rejects(send(), refused('Conflict', /^3 messages wait .* message\/ack/, 'TOO_MANY_MESSAGES'));
  for (let cursor = 3; cursor < 9; cursor++) {
    await call('message/ack', { sessionId: web.id, cursor });
    await send();
  }
  assert.deepEqual(
    store.after(web.id, 0, 100).map(({ message }) => message.cursor),
    [6, 7, 8, 9],
  );
});

test('a message that nobody has read in time expires, is told so, and cannot be acknowledged any more', async (t) => {
  const { session, call, clock, told } = openMessaging(t);
  const web = session();
  await call('message/send', { to: web.id, text: 'x', deliver: 'inbox', ttlMs: 1000 });
  clock.now += 1000;
  const { messages } = await call('message/list', { sessionId: web.id });
  assert.deepEqual(
    messages.map(({ state }) => state),
    ['expired'],
  );
  assert.deepEqual(await call('message/ack', { sessionId: web.id, cursor: 1 }), { acknowledged: 1, count: 0 });
  assert.deepEqual(told(), ['waiting', 'expired']);
});

test('messages go with their receiver', async (t) => {
  const path = `${folderFor(t)}/rdv.db`;
  const { session, call, sessions, close } = openMessaging(t, { path });
  const web = session();
  await call('message/send', { to: web.id, text: 'x', deliver: 'inbox' });
  sessions.discard(web.id);
  close();
  const db = openDatabase(path);
  t.after(() => db.close());
  for (const table of ['message', 'message_cursor']) assert.equal(db.prepare(`SELECT * FROM ${table}`).all().length, 0);
});
