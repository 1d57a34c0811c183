/** Sessions outlive the daemon, and the daemon outlives tmux. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Daemon } from '../../support/daemon.js';
import { refused } from '../../support/refused.js';
import { askTmux, folderFor, heard, reach, whole } from '../../support/whole.js';

/** `pid dead` of a session's window, by tmux's own word. */
const paneOf = (daemon: Daemon, id: string) =>
  askTmux(daemon, 'list-panes', '-t', `=rdv-${id}:`, '-F', '#{pane_pid} #{pane_dead}');

test('after kill -9 the next daemon finds every session as it is', async (t) => {
  const { daemon, client } = await whole(t);
  const flag = join(folderFor(t), 'flag');
  const [active, suspended, ending, closed] = [
    await client.call('session/create', { name: 'active', command: ['cat'], idempotencyKey: 'k' }),
    await client.call('session/create', { name: 'suspended', command: ['cat'] }),
    await client.call('session/create', {
      command: ['sh', '-c', 'until [ -e "$1" ]; do sleep 0.02; done; exit 7', 'sh', flag],
    }),
    await client.call('session/create', { command: ['cat'] }),
  ];
  await client.call('session/suspend', { id: suspended.id });
  await client.call('session/close', { id: closed.id });
  await client.call('session/send', { id: active.id, text: 'before', enter: true });
  await client.call('session/wait', { id: active.id, until: 'pattern', pattern: '^before$' });
  const [pid, otherPid] = [paneOf(daemon, active.id), paneOf(daemon, suspended.id)];
  const { seq } = await client.call('event/list', {});

  await daemon.kill9();
  writeFileSync(flag, '');
  while (!paneOf(daemon, ending.id).endsWith(' 1')) await sleep(10);
  await daemon.restart();

  const again = await reach(t, daemon);
  const { sessions } = await again.call('session/list', { status: ['active', 'suspended', 'closed'] });
  assert.deepEqual(
    sessions.map((session) => [session.id, session.status, session.exit?.code]),
    [
      [active.id, 'active', undefined],
      [suspended.id, 'suspended', undefined],
      [ending.id, 'active', 7],
      [closed.id, 'closed', undefined],
    ],
  );
  assert.deepEqual([paneOf(daemon, active.id), paneOf(daemon, suspended.id)], [pid, otherPid]);
  const names = ['session/created', 'session/changed', 'session/exited'];
  const { events } = await again.call('event/list', { since: seq, names });
  assert.deepEqual(
    events.map(({ name, params }) => [name, (params.session as { id: string }).id]),
    [['session/exited', ending.id]],
  );
  await again.call('session/resume', { id: suspended.id });
  for (const { id } of [active, suspended]) {
    await again.call('session/send', { id, text: 'after', enter: true });
    await again.call('session/wait', { id, until: 'pattern', pattern: '^after$' });
  }
  assert.match((await again.call('session/scrollback', { id: active.id })).content, /^before\n/);
  assert.equal((await again.call('session/create', { idempotencyKey: 'k', command: ['cat'] })).id, active.id);
});

test('a daemon killed while sessions are being made has all of each or nothing, and each key makes one', async (t) => {
  const { daemon, client } = await whole(t);
  const making = Array.from({ length: 12 }, (_, at) =>
    client.call('session/create', { command: ['cat'], idempotencyKey: `k${at}` }),
  );
  const made = await Promise.race(making);
  await daemon.kill9();
  const before = (await Promise.allSettled(making)).flatMap((each) =>
    each.status === 'fulfilled' ? [each.value.id] : [],
  );
  assert.ok(before.includes(made.id));
  await daemon.restart();
  const again = await reach(t, daemon);
  await Promise.all(
    making.map((_, at) => again.call('session/create', { command: ['cat'], idempotencyKey: `k${at}` })),
  );
  const rows = (await again.call('session/list', {})).sessions.map(({ id }) => `rdv-${id}`);
  const windows = askTmux(daemon, 'list-sessions', '-F', '#{session_name}')
    .split('\n')
    .filter((name) => name !== 'rdv-hub');
  assert.equal(rows.length, 12);
  assert.deepEqual(windows.sort(), rows.sort());
  for (const id of before) assert.ok(rows.includes(`rdv-${id}`));
});

test('when the tmux server is killed every session is closed, said so, and new ones can be made', async (t) => {
  const { daemon, client } = await whole(t);
  const made = [
    await client.call('session/create', { command: ['cat'] }),
    await client.call('session/create', { command: ['cat'] }),
  ];
  const [id, other] = [made[0]!.id, made[1]!];
  await client.call('session/suspend', { id: other.id });
  await client.call('event/subscribe', {});
  const closed = made.map((session) =>
    heard(client, 'session/changed', (told) => told.session.id === session.id && told.session.status === 'closed'),
  );
  const waiting = client.call('session/wait', { id, until: 'exit' });
  process.kill(Number(askTmux(daemon, 'display-message', '-p', '#{pid}')), 'SIGKILL');
  await Promise.all(closed);
  const { reason, exitCode } = await waiting;
  assert.deepEqual([reason, exitCode], ['exited', null]);
  await assert.rejects(client.call('session/exec', { id, command: 'x' }), refused('Conflict', /is closed/));
  assert.equal((await client.call('daemon/health', {})).status, 'healthy');
  const next = await client.call('session/create', { command: ['sh', '-c', 'echo back; cat'] });
  await client.call('session/wait', { id: next.id, until: 'pattern', pattern: '^back$' });
});

test('a window killed by hand is noticed and told', async (t) => {
  const { daemon, client } = await whole(t);
  const { id } = await client.call('session/create', { command: ['cat'] });
  await client.call('event/subscribe', { names: ['session/changed'] });
  const closed = heard(client, 'session/changed');
  askTmux(daemon, 'kill-window', '-t', `=rdv-${id}:`);
  assert.deepEqual([(await closed).session.id, (await closed).session.status], [id, 'closed']);
});
