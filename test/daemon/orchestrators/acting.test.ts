/** What orchestrators do in the real daemon: they nudge where they may, and their own agents reach what they watch, no more. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from '#client';
import { pathsIn } from '#protocol/paths';
import { agentSession } from '../../support/agent/agent.js';
import { refused } from '../../support/refused.js';
import { heard, whole } from '../../support/whole.js';

const QUICK = '[monitoring]\nstall_threshold_seconds = 1\n';

test('an agent that is stuck is nudged once, where that is allowed, and that it shows the line is no progress', {
  timeout: 60_000,
}, async (t) => {
  const { daemon, client } = await whole(t, { config: QUICK });
  await client.call('event/subscribe', {});
  const { agent, session } = await agentSession(t, client, 'claude');
  const [master] = (await client.call('orchestrator/list', {})).orchestrators;
  const { id } = master!;
  await client.call('orchestrator/update', { id, autoIntervention: true });
  const statuses: string[] = [];
  client.on('orchestrator/changed', ({ orchestrator }) => void statuses.push(orchestrator.status));
  const recovered: string[] = [];
  client.on('session/recovered', ({ reason }) => void recovered.push(reason));
  const sent = heard(client, 'injection/changed', ({ receipt }) => receipt.state === 'submitted');
  const insight = heard(client, 'insight/created');
  await agent.tell({ do: 'silent' });
  const { receipt } = await sent;
  assert.deepEqual([receipt.orchestratorId, receipt.sessionId, receipt.submit], [id, session.id, true]);
  assert.deepEqual(agent.submitted, ['You seem to be stuck. Say what you are waiting for, or go on.']);
  assert.ok(statuses.includes('acting'), statuses.join(' '));

  const nudged = async () => {
    const { logs } = await client.call('orchestrator/audit', { id });
    return logs.filter(({ actionType }) => actionType.startsWith('nudg')).reverse();
  };
  assert.deepEqual(
    (await nudged()).map(({ actionType, targetSessionId, details }) => [
      actionType,
      targetSessionId,
      details.receiptId,
    ]),
    ['nudging', 'nudged'].map((action) => [action, session.id, receipt.id]),
  );
  assert.equal((await nudged())[0]!.id, receipt.auditLogId);
  const told = await client.call('insight/get', { id: (await insight).insight.id });
  const nudges = told.context.nudges as { receiptId: string; outcome: string }[];
  assert.deepEqual(
    nudges.map(({ receiptId, outcome }) => [receiptId, outcome]),
    [[receipt.id, 'submitted']],
  );
  assert.deepEqual([told.resolved, recovered], [false, []]);
  const { entries } = await client.call('audit/list', { method: 'injection/type' });
  assert.match(entries[0]!.target!, new RegExp(`^${session.id} sha256:${receipt.textHash}`));

  // Neither its own reports nor the daemon after it type that again.
  await client.call('orchestrator/update', { id, monitoringInterval: 1 });
  await daemon.restart();
  const again = await connect({ socketPath: daemon.socket, token: daemon.token });
  t.after(() => again.close());
  await again.call('event/subscribe', {});
  const change = heard(again, 'agent/changed', ({ agent: { state } }) => state === 'working');
  if ((await again.call('agent/get', { sessionId: session.id })).state !== 'working') await change;
  assert.equal((await again.call('session/stalls', {})).stalls.length, 1);
  const over = heard(again, 'session/recovered');
  await agent.tell({ do: 'idle' });
  await over;
  const { receipts } = await again.call('injection/list', { sessionId: session.id });
  assert.equal(receipts.length, 1);
  assert.deepEqual(agent.submitted.length, 1);
});

test('the agent of an orchestrator sees and injects into what that watches, with its own token, and nothing else', {
  timeout: 60_000,
}, async (t) => {
  const { daemon, client } = await whole(t, { config: QUICK });
  await client.call('event/subscribe', {});
  const path = daemon.home;
  const [api, other] = [
    await client.call('folder/create', { name: 'api', path }),
    await client.call('folder/create', { name: 'other', path }),
  ];
  const home = await client.call('session/create', { command: ['cat'] });
  const { orchestrator } = await client.call('orchestrator/create', {
    ...({ type: 'sub_orchestrator', folderId: api.id, sessionId: home.id } as const),
  });
  const { id } = orchestrator;
  const watched = await agentSession(t, client, 'claude', { folderId: api.id });
  const elsewhere = await agentSession(t, client, 'claude', { folderId: other.id });
  const agents = [watched, elsewhere];
  const ids = agents.map(({ session }) => session.id);

  const token = readFileSync(join(pathsIn(daemon.home).tokens, home.id), 'utf8').trim();
  const own = await connect({ socketPath: daemon.socket, token });
  t.after(() => own.close());
  const isIdle = async (sessionId: string) =>
    (await client.call('session/wait', { id: sessionId, until: 'state', states: ['idle'] })).reason;
  for (const sessionId of ids) await isIdle(sessionId);
  const seen = async (on: typeof client) => {
    const { agents } = await on.call('agent/list', {});
    const listed = agents.filter(({ sessionId }) => ids.includes(sessionId));
    return listed.map(({ sessionId }) => sessionId).sort();
  };
  assert.deepEqual([await seen(client), await seen(own)], [[...ids].sort(), [watched.session.id]]);

  const inject = (sessionId: string) =>
    own.call('orchestrator/inject', { id, sessionId, command: 'go on', mode: 'now' });
  const { receipt } = await inject(watched.session.id);
  assert.equal(receipt.orchestratorId, id);
  assert.deepEqual(watched.agent.submitted, ['go on']);
  await assert.rejects(inject(elsewhere.session.id), refused('NotFound', /No session/, 'SESSION_NOT_FOUND'));
  for (const sessionId of ids)
    await assert.rejects(own.call('session/exec', { id: sessionId, command: 'x' }), refused('NotFound', /No session/));
  await client.call('agent/send', { sessionId: elsewhere.session.id, text: 'hello' });
  const receipts = async (on: typeof client) => (await on.call('injection/list', {})).receipts.map((each) => each.id);
  assert.deepEqual([(await receipts(client)).length, await receipts(own)], [2, [receipt.id]]);

  const stalled = Promise.all(
    ids.map((sessionId) => heard(client, 'session/stalled', (told) => told.sessionId === sessionId)),
  );
  for (const { agent } of agents) await agent.tell({ do: 'silent' });
  await stalled;
  const stalls = async (on: typeof client) =>
    (await on.call('session/stalls', {})).stalls.map((each) => each.sessionId);
  assert.deepEqual([(await stalls(client)).sort(), await stalls(own)], [[...ids].sort(), [watched.session.id]]);

  const asks = Promise.all(
    ids.map((sessionId) =>
      heard(client, 'agent/changed', (told) => told.sessionId === sessionId && told.agent.state === 'blocked'),
    ),
  );
  for (const { agent } of agents) await agent.tell({ do: 'ask', kind: 'permission' });
  await asks;
  const dialogs = async (on: typeof client) =>
    (await on.call('interaction/list', {})).interactions.map((each) => each.sessionId);
  assert.deepEqual([(await dialogs(client)).sort(), await dialogs(own)], [[...ids].sort(), [watched.session.id]]);
  const [dialog] = (await own.call('interaction/list', { sessionId: watched.session.id })).interactions;
  const answer = { interactionId: dialog!.id, optionId: dialog!.options[0]!.id };
  await assert.rejects(own.call('interaction/respond', answer), refused('Forbidden', /reaches only/, 'OUT_OF_REACH'));
});
