/** What people are told of what happens: once an episode, again when it is worse, and not any more when it is over. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '#protocol';
import { agentIn, openNoticing, stallOf } from '../../support/noticing.js';

const NEWS = 'to terminal webhook';

test('an agent that is blocked is told of once; answered, it needs no reading', async (t) => {
  const { session, hearing, told, call, clock, posted } = openNoticing(t);
  const api = session();
  hearing.agentChanged(agentIn(api, 'working', 'blocked'));
  assert.deepEqual(told(), [`created blocked warning x1 ${NEWS}`]);
  const { notifications, counts } = await call('notification/list', {});
  const [{ title, body, sessionName, sessionId } = {} as never] = notifications;
  assert.deepEqual([title, body, sessionName, sessionId], ['Asks for permission', 'Run npm test?', 'api', api.id]);
  assert.deepEqual(counts, { unread: 1, bySeverity: { info: 0, warning: 1, error: 0, critical: 0 } });
  assert.deepEqual(posted, [notifications[0]?.id]);

  hearing.agentChanged(agentIn(api, 'blocked', 'blocked', { health: 'slow', ...blockedBy('Run npm test?') }));
  assert.deepEqual(told(), [], 'another health is no news');
  clock.now += 60_000;
  hearing.agentChanged(agentIn(api, 'blocked', 'working'));
  assert.deepEqual(told(), ['changed blocked warning x1 read']);
  const [after] = (await call('notification/list', {})).notifications;
  assert.deepEqual([after?.readAt, after?.resolvedAt], [clock.now, clock.now]);
});

const blockedBy = (text: string) => ({
  blocked: { kind: 'permission' as const, since: 1, text, options: [], interactionId: null },
});

test('a dialog that flickers is one, in whatever width it is drawn; the next one is another', (t) => {
  const { session, hearing, told, clock } = openNoticing(t);
  const api = session();
  const ask = (text: string) => hearing.agentChanged(agentIn(api, 'working', 'blocked', blockedBy(text)));
  const go = () => hearing.agentChanged(agentIn(api, 'blocked', 'working'));
  ask('Run npm test?');
  for (const text of ['Run npm\n test?', 'Run  npm test?']) {
    go();
    clock.now += 300;
    ask(text);
  }
  assert.deepEqual(told(), [
    `created blocked warning x1 ${NEWS}`,
    'changed blocked warning x1 read',
    'changed blocked warning x2',
    'changed blocked warning x2 read',
    'changed blocked warning x3',
  ]);
  ask('Run rm -r out?');
  assert.deepEqual(told(), ['changed blocked warning x3 read', `created blocked warning x1 ${NEWS}`]);
  go();
  clock.now += 5000;
  ask('Run rm -r out?');
  assert.deepEqual(told(), ['changed blocked warning x1 read', `created blocked warning x1 ${NEWS}`], 'asked again');
});

test('a reminder is news again, also for one who has read it, and worse from half an hour on', async (t) => {
  const { session, hearing, told, call } = openNoticing(t);
  const api = session();
  hearing.agentChanged(agentIn(api, 'working', 'blocked'));
  await call('notification/read', {});
  hearing.reminded(api, 600_000);
  hearing.reminded(api, 1_800_000);
  assert.deepEqual(told(), [
    `created blocked warning x1 ${NEWS}`,
    'changed blocked warning x1 read',
    `changed blocked warning x2 ${NEWS}`,
    `changed blocked error x3 ${NEWS}`,
  ]);
  const { notifications } = await call('notification/list', {});
  assert.deepEqual(
    notifications.map(({ title, body }) => [title, body]),
    [['Asks for permission, for 30 minutes', 'Run npm test?']],
  );
  hearing.agentChanged(agentIn(api, 'blocked', 'idle'));
  assert.deepEqual(told(), ['changed blocked error x3 read']);
});

test('a stall is told of when it begins and when it becomes more severe, and its end needs no reading', (t) => {
  const { session, hearing, told } = openNoticing(t);
  const api = session();
  hearing.stalled(stallOf(api));
  hearing.stalled(stallOf(api, { health: 'hung' }));
  hearing.stalled(stallOf(api, { severity: 'warning', stalledMinutes: 15 }));
  hearing.recovered({ sessionId: api.id, stall: stallOf(api, { stalledMinutes: 16 }), reason: 'progress' });
  assert.deepEqual(told(), [
    `created stalled info x1 ${NEWS}`,
    'changed stalled info x2',
    `changed stalled warning x3 ${NEWS}`,
    'changed stalled warning x3 read',
    `created recovered info x1 read ${NEWS}`,
  ]);
  hearing.recovered({ sessionId: api.id, stall: stallOf(api), reason: 'progress' });
  assert.deepEqual(told(), [], 'nobody was told of this one');
});

test('a stall that ends by a question or by the end of its session is over without more words', (t) => {
  const { session, hearing, told } = openNoticing(t);
  for (const reason of ['blocked', 'ended', 'reset'] as const) {
    const api = session();
    hearing.stalled(stallOf(api));
    hearing.recovered({ sessionId: api.id, stall: stallOf(api), reason });
    assert.deepEqual(told(), [`created stalled info x1 ${NEWS}`, 'changed stalled info x1 read'], reason);
  }
});

test('limits and logins are told of, each until it is over', (t) => {
  const { session, hearing, told } = openNoticing(t);
  const api = session();
  hearing.agentChanged(agentIn(api, 'working', 'limited', { limitedUntilAt: Number.MAX_SAFE_INTEGER }));
  hearing.agentChanged(agentIn(api, 'limited', 'auth_failed'));
  hearing.agentChanged(agentIn(api, 'auth_failed', 'idle'));
  assert.deepEqual(told(), [
    `created limited warning x1 ${NEWS}`,
    'changed limited warning x1 read',
    `created blocked error x1 ${NEWS}`,
    'changed blocked error x1 read',
  ]);
});

const ends: [what: string, session: object, exit: object, told: string[]][] = [
  ['a command that fails', { command: ['make'] }, { code: 2, signal: null }, [`created exited warning x1 ${NEWS}`]],
  ['a command that crashes', { command: ['make'] }, { code: 139, signal: null }, [`created exited error x1 ${NEWS}`]],
  ['a shell that is killed', { agentProvider: null }, { code: null, signal: 9 }, [`created exited error x1 ${NEWS}`]],
  ['an agent that fails', {}, { code: 1, signal: null }, [`created exited warning x1 ${NEWS}`]],
  ['a command that succeeds', { command: ['make'] }, { code: 0, signal: null }, []],
  ['a shell whose last command failed', { agentProvider: null }, { code: 1, signal: null }, []],
  ['a session that is closed at once', { command: ['make'], status: 'closed' }, { code: 2, signal: null }, []],
];

for (const [what, changes, exit, expected] of ends) {
  test(`${what} is ${expected.length > 0 ? 'told of' : 'no news'}`, (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { session, hearing, told } = openNoticing(t);
    hearing.exited(session({ ...changes, exit: { ...exit, at: 1 } as never }));
    assert.deepEqual(told(), []);
    t.mock.timers.tick(1000);
    assert.deepEqual(told(), expected);
  });
}

test('when a session is closed, nothing about it is left to be read', (t) => {
  const { session, hearing, sessions, told, notices } = openNoticing(t);
  const api = session();
  hearing.agentChanged(agentIn(api, 'working', 'blocked'));
  hearing.stalled(stallOf(api));
  const own = {
    userId: 'ann',
    sessionId: api.id,
    sessionName: 'api',
    severity: 'info',
    title: 'Done',
    body: '',
  } as const;
  notices.say({ ...own, kind: 'custom', episode: 'custom x' });
  told();
  sessions.save({ ...api, status: 'closed' });
  hearing.sessionChanged(sessions.find(api.id)!);
  assert.deepEqual(told().sort(), ['changed blocked warning x1 read', 'changed stalled info x1 read']);
});

test('a message that is left in the inbox is told of to a person, until it is acknowledged', (t) => {
  const { session, hearing, told } = openNoticing(t);
  const api = session();
  const message = { from: null, fromName: 'web', subject: 'schema', text: 'pull', state: 'waiting' } as Message;
  const hear = (more: Partial<Message>) =>
    hearing.messageChanged({ sessionId: api.id, message: { ...message, ...more } });
  hear({ reason: null });
  assert.deepEqual(told(), [], 'one that will be typed is for the agent');
  hear({ reason: 'A shell runs there.' });
  hear({ reason: 'A shell runs there.' });
  hear({ state: 'acknowledged', reason: 'A shell runs there.' });
  assert.deepEqual(told(), [
    `created message info x1 ${NEWS}`,
    'changed message info x2',
    'changed message info x2 read',
  ]);
});
