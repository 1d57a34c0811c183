/** Orchestrators in the real daemon, with agents that really run in terminals: noticed once, told once, over a restart too. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import type { Client } from '#client';
import { pathsIn } from '#protocol/paths';
import { agentSession, openAgent } from '../../support/agent/agent.js';
import { folderFor, heard, reach, whole } from '../../support/whole.js';

const QUICK = '[monitoring]\nstall_threshold_seconds = 1\n';

async function opened(t: TestContext, config = '') {
  const { daemon, client } = await whole(t, { config });
  await client.call('event/subscribe', {});
  return { daemon, client };
}

const masterOf = async (client: Client) => (await client.call('orchestrator/list', {})).orchestrators[0]!;

async function becomes(client: Client, sessionId: string, state: string): Promise<void> {
  const change = heard(client, 'agent/changed', (told) => told.sessionId === sessionId && told.agent.state === state);
  if ((await client.call('agent/get', { sessionId })).state !== state) await change;
}

test('an agent that gets stuck is one insight, which outlives a restart and is resolved as it goes on', async (t) => {
  const { daemon, client } = await opened(t, QUICK);
  const { agent, session } = await agentSession(t, client, 'claude');
  await becomes(client, session.id, 'idle');
  const { id: orchestratorId, name, stallThreshold } = await masterOf(client);
  assert.deepEqual([name, stallThreshold], ['Master Control', 1]);
  const created = heard(client, 'insight/created');
  await agent.tell({ do: 'silent' });
  const { insight } = await created;
  assert.deepEqual(
    [insight.orchestratorId, insight.type, insight.sessionId],
    [orchestratorId, 'stall_detected', session.id],
  );
  const { stream } = insight.context.evidence as { stream: { epoch: string; offset: number } };
  assert.ok(stream.epoch.length > 0 && stream.offset > 0);
  assert.equal((await masterOf(client)).status, 'analyzing');
  const { stalledSessions } = await client.call('orchestrator/stalled', { id: orchestratorId });
  assert.deepEqual(
    stalledSessions.map(({ sessionId, health }) => [sessionId, health]),
    [[session.id, 'stalled']],
  );

  await daemon.terminate();
  await daemon.restart();
  const again = await reach(t, daemon);
  await again.call('event/subscribe', {});
  await becomes(again, session.id, 'working');
  const kept = await again.call('insight/list', { orchestratorId });
  assert.deepEqual(
    kept.insights.map(({ id, resolved }) => [id, resolved]),
    [[insight.id, false]],
  );
  const changed = heard(again, 'insight/changed', (told) => told.insight.resolved);
  const idle = heard(again, 'orchestrator/changed', ({ orchestrator }) => orchestrator.status === 'idle');
  await agent.tell({ do: 'idle' });
  assert.deepEqual([(await changed).insight.id, (await changed).insight.resolvedBy], [insight.id, 'recovery']);
  await idle;
  const { counts } = await again.call('insight/list', { orchestratorId });
  assert.deepEqual([counts.total, counts.unresolved], [1, 0]);
  // It was never told a threshold of its own.
  writeFileSync(join(daemon.home, 'config.toml'), '[monitoring]\nstall_threshold_seconds = 7\n');
  await again.call('config/reload', {});
  assert.equal((await masterOf(again)).stallThreshold, 7);
});

test('what an orchestrator did is part of the audit: a row that was edited is found, with its place', async (t) => {
  const { daemon, client } = await opened(t);
  const { orchestrator } = await client.call('orchestrator/create', { type: 'master' });
  await client.call('orchestrator/pause', { id: orchestrator.id });
  assert.deepEqual(await client.call('audit/verify', {}).then(({ ok }) => ok), true);
  const db = new Database(pathsIn(daemon.home).database);
  const { seq } = db.prepare("SELECT seq FROM orchestrator_log WHERE action = 'paused'").get() as { seq: number };
  db.prepare("UPDATE orchestrator_log SET action = 'resumed' WHERE seq = ?").run(seq);
  db.close();
  const { ok, problems } = await client.call('audit/verify', {});
  assert.deepEqual([ok, problems.map((problem) => problem.seq)], [false, [seq]]);
  const { entries } = await client.call('audit/list', { method: 'orchestrator/log' });
  assert.deepEqual([entries.length, entries[0]?.target], [2, orchestrator.id]);
});

test('sessions bring their orchestrators, unless the preference says no, and a folder takes its own along', async (t) => {
  const { client } = await opened(t);
  const path = folderFor(t);
  const folder = await client.call('folder/create', { name: 'api', path });
  const quiet = await client.call('folder/create', { name: 'quiet', path });
  await client.call('preference/setFolder', { folderId: quiet.id, orchestrator: 'off' });
  const made = heard(client, 'orchestrator/created', ({ orchestrator }) => orchestrator.name === 'api Control');
  for (const folderId of [quiet.id, folder.id]) await client.call('session/create', { folderId, command: ['cat'] });
  await made;
  const { orchestrators } = await client.call('orchestrator/list', {});
  assert.deepEqual(
    orchestrators.map(({ name }) => name),
    ['Master Control', 'api Control'],
  );
  const gone = heard(client, 'orchestrator/deleted');
  await client.call('folder/delete', { id: folder.id });
  assert.equal((await gone).orchestrator.name, 'api Control');
  assert.equal((await client.call('orchestrator/list', {})).orchestrators.length, 1);
});

test('an agent that is brought up for an orchestrator takes its task as its first prompt', async (t) => {
  const { client } = await opened(t);
  const agent = await openAgent('claude');
  t.after(agent.close);
  const path = folderFor(t);
  mkdirSync(join(path, 'bin'));
  const quoted = agent.command.map((each) => `'${each.replaceAll("'", `'\\''`)}'`).join(' ');
  writeFileSync(join(path, 'bin/claude'), `#!/bin/sh\nexec ${quoted}\n`);
  chmodSync(join(path, 'bin/claude'), 0o755);
  const folder = await client.call('folder/create', { name: 'api', path });
  await client.call('preference/set', { defaultShell: '/bin/sh' });
  // A login shell may set its own path.
  const startupCommand = `export PATH='${join(path, 'bin')}':"$PATH"`;
  await client.call('preference/setFolder', { folderId: folder.id, startupCommand });
  const { orchestrator } = await client.call('orchestrator/reinitialize', {
    type: 'sub_orchestrator',
    folderId: folder.id,
  });
  assert.equal(orchestrator.status, 'pending_bootstrap');
  const { text } = await agent.next('submitted');
  assert.match(text, new RegExp(`^You are api Control.*${orchestrator.id}`));
  const ready = heard(client, 'orchestrator/changed', (told) => told.orchestrator.status === 'idle');
  if ((await client.call('orchestrator/get', { id: orchestrator.id })).orchestrator.status !== 'idle') await ready;
});
