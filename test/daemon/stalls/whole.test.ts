/** Stalls of a real agent in a real daemon: told once, also over a restart, and over with progress. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heard, reach, whole } from '../../support/whole.js';

const RULE = '─'.repeat(78);
const SCREEN = [
  '\x1b[2J\x1b[H● one',
  '',
  '✻ Thinking… (1s · esc to interrupt)',
  '',
  RULE,
  '❯ ',
  RULE,
  '  ? for shortcuts',
  '',
];

/** Works without a sign of it, until it is told to go on. */
const agent = ['sh', '-c', 'printf %s "$0"; read go; echo "● $go"; exec cat', SCREEN.join('\r\n')];

test('an agent that stands still is told once, also over a restart, and again when it goes on', async (t) => {
  const { daemon, client } = await whole(t, { config: '[monitoring]\nstall_threshold_seconds = 2\n' });
  await client.call('event/subscribe', {});
  const stalled = heard(client, 'session/stalled');
  const { id } = await client.call('session/create', {
    name: 'api',
    agentProvider: 'claude',
    command: agent,
  });
  const { stall, sessionId } = await stalled;
  assert.deepEqual(
    [sessionId, stall.sessionName, stall.state, stall.health, stall.cause, stall.severity],
    [id, 'api', 'working', 'stalled', 'no_progress', 'info'],
  );
  // Its processes were looked at.
  assert.equal(stall.confidence, 0.9);
  const told = await client.call('agent/get', { sessionId: id });
  assert.deepEqual([told.health, told.cause], ['stalled', 'no_progress']);

  await daemon.kill9();
  await daemon.restart();
  const again = await reach(t, daemon);
  const listed = await again.call('session/stalls', {});
  assert.deepEqual(
    listed.stalls.map(({ id }) => id),
    [stall.id],
  );
  assert.equal((await again.call('session/get', { id })).health, 'stalled');

  await again.call('event/subscribe', {});
  const recovered = heard(again, 'session/recovered');
  await again.call('session/exec', { id, command: 'go' });
  const over = await recovered;
  assert.deepEqual([over.sessionId, over.stall.id, over.reason], [id, stall.id, 'progress']);
  assert.deepEqual((await again.call('session/stalls', {})).stalls, []);
  const names = ['session/stalled', 'session/recovered'] as const;
  const { events } = await again.call('event/list', { names: [...names] });
  assert.deepEqual(
    events.map(({ name }) => name),
    names,
  );
});
