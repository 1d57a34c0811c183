/** Notifications of a real daemon about real programs, and the webhook it posts them to. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { pathsIn } from '#protocol/paths';
import { agentSession } from '../../support/agent/agent.js';
import { hookServer } from '../../support/hook-server.js';
import { heard, whole } from '../../support/whole.js';

test('an agent that asks is told of, here and to the webhook, and its answer is the end of it', async (t) => {
  const server = await hookServer(t, (response, count) => response.writeHead(count === 1 ? 500 : 204).end());
  const config = `[notifications]\nwebhook_url = "${server.url}"\nminimum_severity = "warning"\n`;
  const { daemon, client } = await whole(t, { config });
  await client.call('event/subscribe', { names: ['notification/created', 'notification/changed'] });
  const { agent, session } = await agentSession(t, client, 'claude', { name: 'api' });
  const created = heard(client, 'notification/created');
  await agent.tell({ do: 'ask', kind: 'permission', text: 'Bash(npm test)' });
  const { notification, sinks } = await created;
  assert.deepEqual([notification.kind, notification.sessionName, sinks], ['blocked', 'api', ['terminal', 'webhook']]);
  assert.match(notification.body, /npm test/);

  await server.count(2);
  const [first, second] = server.received;
  assert.equal(first!.headers['x-rdv-delivery'], second!.headers['x-rdv-delivery']);
  const secret = `${daemon.home}/server/webhook-secret`;
  assert.equal(statSync(secret).mode & 0o777, 0o600);
  const [, seconds, digest] = /^t=(\d+),v1=(\w+)$/.exec(String(second!.headers['x-rdv-signature']))!;
  const key = readFileSync(secret, 'utf8').trim();
  assert.equal(digest, createHmac('sha256', key).update(`${seconds}.${second!.body}`).digest('hex'));
  assert.equal(JSON.parse(second!.body).notification.id, notification.id);

  const over = heard(client, 'notification/changed', (told) => told.notification.resolvedAt !== null);
  await agent.tell({ do: 'idle' });
  assert.deepEqual([(await over).notification.id, (await over).sinks], [notification.id, []]);
  const { counts } = await client.call('notification/list', { sessionId: session.id });
  assert.equal(counts.unread, 0);
  const log = readFileSync(pathsIn(daemon.home).log, 'utf8');
  for (const hidden of ['canary', key.slice(0, 20)]) assert.ok(!log.includes(hidden));
});

test('a notification that could not be posted is posted by the next daemon', async (t) => {
  const server = await hookServer(t, (response) => response.writeHead(503).end());
  const { daemon, client } = await whole(t, { config: `[notifications]\nwebhook_url = "${server.url}"\n` });
  const { id } = await client.call('notification/send', { title: 'Deploy failed', severity: 'error' });
  await server.count(1);
  await daemon.kill9();
  const before = server.received.length;
  server.state.answer = (response) => response.end();
  await daemon.restart();
  await server.count(before + 1);
  assert.equal(server.received.at(-1)!.headers['x-rdv-delivery'], `${id}-1`);
});

test('a command that fails is told of unless its caller waits for it; a trial tells how each sink is', async (t) => {
  const { client } = await whole(t);
  await client.call('event/subscribe', { names: ['notification/created'] });
  const told: string[] = [];
  client.on('notification/created', ({ notification }) => told.push(notification.title));
  const exited = heard(client, 'notification/created', ({ notification }) => notification.kind === 'exited');
  const { exitCode } = await client.call('session/run', { command: ['sh', '-c', 'exit 3'] });
  await client.call('session/create', { command: ['sh', '-c', 'exit 4'], name: 'build' });
  const { title, sessionName } = (await exited).notification;
  assert.deepEqual([exitCode, title, sessionName, told], [3, 'Ended with 4', 'build', ['Ended with 4']]);
  const { sinks } = await client.call('notification/test', {});
  assert.deepEqual(
    sinks.map(({ sink, success }) => [sink, success]),
    [
      ['rpc', true],
      ['terminal', true],
      ['webhook', false],
    ],
  );
  await client.call('notification/read', {});
});
