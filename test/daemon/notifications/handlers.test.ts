/** Notifications as they are listed, sent and read: by whom, how many, and how long they are kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityOf } from '../../support/identity.js';
import { openNoticing } from '../../support/noticing.js';
import { refused } from '../../support/refused.js';

test('what somebody sends is told of, and the same episode counts up until it is read', async (t) => {
  const { call, told } = openNoticing(t);
  const send = () => call('notification/send', { title: 'Deploy failed', severity: 'error', episode: 'deploy' });
  const first = await send();
  const second = await send();
  assert.deepEqual([second.id, second.count], [first.id, 2]);
  assert.deepEqual(await call('notification/read', { ids: [first.id] }), {
    count: 1,
    counts: { unread: 0, bySeverity: { info: 0, warning: 0, error: 0, critical: 0 } },
  });
  assert.deepEqual((await call('notification/read', { ids: [first.id] })).count, 0);
  assert.notEqual((await send()).id, first.id);
  assert.deepEqual(told(), [
    'created custom error x1 to terminal webhook',
    'changed custom error x2',
    'changed custom error x2 read',
    'created custom error x1 to terminal webhook',
  ]);
});

test('without an episode each is its own', async (t) => {
  const { call } = openNoticing(t);
  for (let i = 0; i < 2; i++) await call('notification/send', { title: 'x' });
  assert.equal((await call('notification/list', {})).notifications.length, 2);
});

test('it is told beyond rdv as the configuration says', async (t) => {
  const { call, told, settings, posted } = openNoticing(t);
  settings.minimumSeverity = 'warning';
  settings.terminal = false;
  await call('notification/send', { title: 'x' });
  await call('notification/send', { title: 'x', severity: 'critical' });
  settings.webhook = false;
  await call('notification/send', { title: 'x', severity: 'critical' });
  const expected = ['created custom info x1', 'created custom critical x1 to webhook', 'created custom critical x1'];
  assert.deepEqual([told(), posted.length], [expected, 1]);
});

test('the list is of those told last, filtered as asked', async (t) => {
  const { call, session, clock } = openNoticing(t);
  const api = session();
  const titles = async (params: object) =>
    (await call('notification/list', params)).notifications.map(({ title }) => title);
  for (const [title, severity] of [
    ['a', 'info'],
    ['b', 'error'],
    ['c', 'warning'],
  ] as const) {
    clock.now++;
    await call('notification/send', { title, severity, episode: title, ...(title === 'b' && { sessionId: api.id }) });
  }
  assert.deepEqual(await titles({}), ['c', 'b', 'a']);
  assert.deepEqual(await titles({ severity: 'warning' }), ['c', 'b']);
  assert.deepEqual(await titles({ sessionId: api.id }), ['b']);
  assert.deepEqual(await titles({ limit: 1 }), ['c']);
  clock.now++;
  await call('notification/send', { title: 'a', episode: 'a' });
  assert.deepEqual(await titles({}), ['a', 'c', 'b']);
  const { notifications } = await call('notification/list', {});
  await call('notification/read', { ids: [notifications[0]!.id] });
  assert.deepEqual(await titles({ unread: true }), ['c', 'b']);
});

test('a token of a part of the tree sees, and counts, what is about its sessions; a session speaks for itself', async (t) => {
  const { call, session } = openNoticing(t);
  const [api, web] = [session(), session()];
  const none = () => false;
  const reach = { name: 'x', session: (id: string) => id === api.id, folder: none, orchestrator: none, watched: none };
  const own = identityOf('ann', ['read', 'write'], { kind: 'ses', sessionId: api.id, reach });
  assert.equal((await call('notification/send', { title: 'mine' }, own)).sessionId, api.id);
  await call('notification/send', { title: 'of web', sessionId: web.id });
  await call('notification/send', { title: 'of nobody' });
  const { notifications, counts } = await call('notification/list', {}, own);
  assert.deepEqual([notifications.map(({ title }) => title), counts.unread], [['mine'], 1]);
  const other = refused('Forbidden', /can name no other/, 'OTHER_SESSION');
  await assert.rejects(call('notification/send', { title: 'x', sessionId: web.id }, own), other);
});

test("nobody sees or reads another user's, and a list with one of those marks none", async (t) => {
  const { call } = openNoticing(t);
  const bob = identityOf('bob');
  const [anns, bobs] = [
    await call('notification/send', { title: 'x' }),
    await call('notification/send', { title: 'y' }, bob),
  ];
  assert.deepEqual(
    (await call('notification/list', {})).notifications.map(({ id }) => id),
    [anns.id],
  );
  await assert.rejects(call('notification/read', { ids: [anns.id, bobs.id] }), refused('NotFound', /No notification/));
  assert.equal((await call('notification/list', {})).counts.unread, 1);
  assert.deepEqual(await call('notification/read', {}).then(({ count }) => count), 1);
  assert.equal((await call('notification/list', {}, bob)).counts.unread, 1);
});

test('so many are kept of a user, the last ones; the clean-up takes those that were read long ago', async (t) => {
  const { call, store, clock } = openNoticing(t, { most: 3 });
  await call('notification/send', { title: 'x' }, identityOf('bob'));
  for (const title of ['a', 'b', 'c', 'd', 'e']) {
    clock.now++;
    await call('notification/send', { title });
  }
  const titles = async () => (await call('notification/list', {})).notifications.map(({ title }) => title);
  assert.deepEqual(await titles(), ['e', 'd', 'c']);
  assert.equal((await call('notification/list', {}, identityOf('bob'))).notifications.length, 1);
  await call('notification/read', { ids: [(await call('notification/list', {})).notifications[1]!.id] });
  assert.equal(store.removeBefore(clock.now), 0);
  assert.equal(store.removeBefore(clock.now + 1), 1);
  assert.deepEqual(await titles(), ['e', 'c']);
});

test('a trial tells of every sink, whatever the least severity is, and needs no reading', async (t) => {
  const { call, told, settings, posted } = openNoticing(t);
  settings.minimumSeverity = 'critical';
  const { sinks } = await call('notification/test', {});
  assert.deepEqual(
    sinks.map(({ sink, success }) => [sink, success]),
    [
      ['rpc', true],
      ['terminal', true],
      ['webhook', true],
    ],
  );
  assert.deepEqual([told(), posted], [['created custom info x1 read to terminal'], []]);
});
