/** What agents tell: to whom it goes, what becomes of it, and that it tells nothing of anybody else's sessions. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Params } from '#protocol';
import { identityOf } from '../../support/identity.js';
import { openOrchestrated } from '../../support/orchestrated.js';

type Event = Params<'orchestrator/event'>;

async function opened(t: TestContext) {
  const slice = openOrchestrated(t);
  const folder = slice.folder('api');
  const [master, control] = [await slice.master(), await slice.control(folder.id)];
  const [filed, unfiled] = [slice.file(folder.id), slice.file(null)];
  /** As the service does it that names nobody. */
  const tell = (event: Event['event'], fields: Partial<Event>, user = '', identity = identityOf('', ['service'])) =>
    slice.call('orchestrator/event', { event, agent: 'claude', ...fields }, user, identity);
  const open = async (id: string) =>
    (await slice.call('insight/list', { orchestratorId: id, resolved: false })).insights.map(({ type }) => type);
  return { slice, master, control, filed, unfiled, tell, open };
}

test('it goes to the control of the folder, else to the master; alarms go to both', async (t) => {
  const { slice, master, control, filed, unfiled, tell } = await opened(t);
  const routed = async (...told: Parameters<typeof tell>) => {
    const { folderOrchestrator, masterOrchestrator, escalated } = (await tell(...told)).routing;
    return [folderOrchestrator, masterOrchestrator, escalated];
  };
  assert.deepEqual(await routed('heartbeat', { sessionId: filed.id }), [control.id, null, false]);
  assert.deepEqual(await routed('task_complete', { sessionId: unfiled.id }), [null, master.id, false]);
  assert.deepEqual(await routed('error', { sessionId: filed.id }), [control.id, master.id, true]);
  await slice.call('orchestrator/pause', { id: control.id });
  assert.deepEqual(await routed('heartbeat', { sessionId: filed.id }), [null, master.id, false]);
  await slice.call('orchestrator/stopMonitoring', { id: master.id });
  assert.deepEqual(await routed('stalled', { sessionId: filed.id }), [null, null, false]);
});

test('what it says of the agent is evidence, and an alarm is one insight until the agent goes on', async (t) => {
  const { slice, master, control, filed, tell, open } = await opened(t);
  const { id: sessionId } = filed;
  for (let i = 0; i < 3; i++)
    await tell('error', { sessionId, reason: 'Rate limited', context: { lastMessage: 'hm' } });
  await tell('stalled', { sessionId });
  assert.deepEqual(await open(control.id), ['stall_detected', 'error']);
  assert.deepEqual(await open(master.id), ['stall_detected', 'error']);
  const { insights } = await slice.call('insight/list', { orchestratorId: control.id, type: 'error' });
  assert.deepEqual([insights[0]?.context.times, insights[0]?.context.lastMessage], [3, 'hm']);
  await tell('heartbeat', { sessionId });
  assert.deepEqual(await open(control.id), ['error']);
  await tell('task_complete', { sessionId, context: { transcriptPath: '/t' } });
  assert.deepEqual([await open(control.id), await open(master.id)], [[], []]);
  // It may begin anew.
  await tell('error', { sessionId });
  assert.deepEqual(await open(control.id), ['error']);
  const events = (slice.reports as { event: string }[]).map(({ event }) => event);
  assert.deepEqual(events, ['turnFailed', 'turnFailed', 'turnFailed', 'heartbeat', 'turnEnd', 'turnFailed']);
});

test('a session that is seen to be stalled says nothing new when it says so, and what it said before is superseded', async (t) => {
  const { slice, control, filed, tell, open } = await opened(t);
  await tell('stalled', { sessionId: filed.id });
  slice.stalls.begin(filed);
  await tell('stalled', { sessionId: filed.id });
  assert.deepEqual(await open(control.id), ['stall_detected']);
  const { insights } = await slice.call('insight/list', { orchestratorId: control.id, resolved: true });
  assert.deepEqual(
    insights.map(({ resolvedBy }) => resolvedBy),
    ['superseded'],
  );
});

test('a session of somebody else, outside the reach, or named in two ways is as one that never was', async (t) => {
  const { filed, unfiled, tell, slice } = await opened(t);
  const unknown = {
    ...{ received: true, sessionFound: false, sessionId: null, event: 'error' },
    routing: { folderOrchestrator: null, masterOrchestrator: null, escalated: false },
  };
  const reach = {
    ...{ name: 'x', session: (id: string) => id === unfiled.id, folder: () => false },
    ...{ orchestrator: () => false, watched: () => false },
  };
  const { tmuxSessionName, id: sessionId } = filed;
  slice.heard();
  for (const told of [
    await tell('error', { sessionId }, 'bob', identityOf('bob')),
    await tell('error', { tmuxSessionName }, 'bob', identityOf('bob')),
    await tell('error', { sessionId }, 'ann', identityOf('ann', ['write'], { reach })),
    await tell('error', { sessionId, tmuxSessionName: unfiled.tmuxSessionName }),
    await tell('error', { tmuxSessionName: 'main' }),
    await tell('error', {}),
  ])
    assert.deepEqual(told, unknown);
  assert.deepEqual(slice.heard(), []);
  const own = await tell('error', { sessionId: unfiled.id }, 'ann', identityOf('ann', ['write'], { reach }));
  assert.equal(own.sessionFound, true);
});

test('an end of the session resolves what its agent told', async (t) => {
  const { slice, master, unfiled, tell, open } = await opened(t);
  await tell('error', { sessionId: unfiled.id });
  slice.orchestrators.ended({ ...unfiled, status: 'closed' });
  assert.deepEqual(await open(master.id), []);
});

test("what arrives when the session is closed already is nobody's", async (t) => {
  const world = openOrchestrated(t);
  const master = await world.master();
  const session = world.file(null, { status: 'closed' });
  const answer = await world.call('orchestrator/event', { event: 'error', agent: 'claude', sessionId: session.id });
  assert.deepEqual(
    [answer.sessionFound, answer.routing],
    [true, { folderOrchestrator: null, masterOrchestrator: null, escalated: false }],
  );
  assert.equal((await world.call('insight/counts', { orchestratorId: master.id })).unresolved, 0);
});
