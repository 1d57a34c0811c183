/** What orchestrators notice: one insight an episode, which grows, is resolved by itself, and is kept over a restart. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Insight, Receipt } from '#protocol';
import { type Orchestrated, openOrchestrated } from '../../support/orchestrated.js';

async function opened(t: TestContext) {
  const slice = openOrchestrated(t);
  const folder = slice.folder('api');
  const [master, control] = [await slice.master(), await slice.control(folder.id)];
  slice.heard();
  const session = slice.file(folder.id, { name: 'work' });
  return { slice, master, control, session, stalls: slice.stalls };
}

const insightsOf = async (slice: Orchestrated, orchestratorId: string): Promise<Insight[]> =>
  (await slice.call('insight/list', { orchestratorId })).insights;
const statusOf = async (slice: Orchestrated, id: string) =>
  (await slice.call('orchestrator/get', { id })).orchestrator.status;

test('an episode is one insight of the nearest that watches, with its evidence and what can be done', async (t) => {
  const { slice, master, control, session, stalls } = await opened(t);
  const stall = stalls.begin(session);
  assert.deepEqual(slice.heard(), ['insight/created info', 'orchestrator/changed analyzing']);
  const [insight, ...more] = await insightsOf(slice, control.id);
  assert.equal(more.length, 0);
  const { id: _, orchestratorId: __, createdAt: ___, suggestedActions, ...said } = insight!;
  assert.deepEqual(said, {
    ...{ sessionId: session.id, type: 'stall_detected', severity: 'info', confidence: 0.9 },
    ...{ resolved: false, resolvedAt: null, resolvedBy: null },
    message: 'Session "work" has made no progress for 7 minutes: it says that it works, and nothing comes of it.',
    context: {
      ...{ stallId: stall.id, cause: 'no_progress', health: 'stalled', state: 'working', stalledMinutes: 7.5 },
      evidence: { lastActivityAt: 1, noticedAt: 2, stream: { epoch: 'e1', offset: 77 } },
    },
  });
  assert.deepEqual(
    suggestedActions.map(({ label, dangerous = false }) => [label, dangerous]),
    [
      ['View', false],
      ['Nudge', false],
      ['Interrupt', true],
    ],
  );
  for (const { command } of suggestedActions) assert.match(command!, new RegExp(`^rdv .*${session.id}`));
  assert.deepEqual(await insightsOf(slice, master.id), []);
  assert.equal(await statusOf(slice, master.id), 'idle');
  assert.equal((await slice.call('orchestrator/stalled', { id: master.id })).stalledSessions.length, 1);
});

test('it grows with its episode, is told when it is more severe, and is resolved by recovery', async (t) => {
  const { slice, control, session, stalls } = await opened(t);
  const stall = stalls.begin(session);
  slice.heard();
  let worse = stalls.worsen(stall, { stalledMinutes: 12 });
  assert.deepEqual(slice.heard(), []);
  assert.match((await insightsOf(slice, control.id))[0]!.message, /for 12 minutes/);
  worse = stalls.worsen(worse, { severity: 'critical', health: 'hung' });
  assert.deepEqual(slice.heard(), ['insight/changed critical']);
  assert.deepEqual((await slice.call('insight/counts', { orchestratorId: control.id })).bySeverity, {
    ...{ info: 0, warning: 0, error: 0, critical: 1 },
  });
  stalls.end(worse);
  assert.deepEqual(slice.heard(), ['insight/changed resolved', 'orchestrator/changed idle']);
  const [{ resolvedBy }] = (await insightsOf(slice, control.id)) as [Insight];
  assert.equal(resolvedBy, 'recovery');
  // The next episode is another insight.
  stalls.begin(session);
  assert.equal((await insightsOf(slice, control.id)).length, 2);
});

test('one that was resolved by hand stays so, however its episode goes on', async (t) => {
  const { slice, control, session, stalls } = await opened(t);
  const stall = stalls.begin(session);
  const [{ id }] = (await insightsOf(slice, control.id)) as [Insight];
  assert.equal((await slice.call('insight/resolve', { id })).resolvedBy, 'ann');
  assert.equal((await slice.call('insight/resolve', { id, resolvedBy: 'again' })).resolvedBy, 'ann');
  slice.heard();
  stalls.worsen(stall, { severity: 'error' });
  stalls.end(stall);
  assert.deepEqual(slice.heard(), ['orchestrator/changed idle']);
  await slice.call('insight/delete', { id });
  assert.equal(slice.told.at(-1)?.name, 'insight/deleted');
  await assert.rejects(slice.call('insight/get', { id }), /^RpcError: No insight/);
});

test('a paused control leaves its sessions to the master, and takes them up when it goes on', async (t) => {
  const { slice, master, control, session, stalls } = await opened(t);
  await slice.call('orchestrator/pause', { id: control.id });
  stalls.begin(session);
  assert.deepEqual([(await insightsOf(slice, control.id)).length, (await insightsOf(slice, master.id)).length], [0, 1]);
  assert.deepEqual([await statusOf(slice, control.id), await statusOf(slice, master.id)], ['paused', 'analyzing']);
  const rejudged = stalls.rejudged;
  await slice.call('orchestrator/resume', { id: control.id });
  assert.equal((await insightsOf(slice, control.id)).length, 1);
  assert.deepEqual([await statusOf(slice, control.id), await statusOf(slice, master.id)], ['analyzing', 'idle']);
  assert.ok(stalls.rejudged > rejudged, 'another threshold counts now');
  assert.equal(slice.thresholdMs(session), undefined);
  await slice.call('orchestrator/update', { id: control.id, stallThreshold: 60 });
  assert.equal(slice.thresholdMs(session), 60_000);
  assert.equal(slice.thresholdMs({ ...session, userId: 'bob' }), undefined);
});

test('after a restart the same episode is the same insight, and one that ended meanwhile is resolved', async (t) => {
  const { slice, control, session, stalls } = await opened(t);
  const other = slice.file(session.folderId);
  const [stays, ends] = [stalls.begin(session), stalls.begin(other)];
  slice.orchestrators.close();
  stalls.open.splice(stalls.open.indexOf(ends), 1);
  const again = slice.again();
  again.orchestrators.start();
  const found = await insightsOf(again, control.id);
  assert.deepEqual(
    found.map(({ sessionId, resolvedBy }) => [sessionId, resolvedBy]).sort(),
    [
      [session.id, null],
      [other.id, 'recovery'],
    ].sort(),
  );
  assert.equal(await statusOf(again, control.id), 'analyzing');
  again.stalls.end(stays);
  assert.deepEqual(
    (await insightsOf(again, control.id)).map(({ resolved }) => resolved),
    [true, true],
  );
});

test('at its interval an orchestrator brings insights up to date, and tells its agent only what is new', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { slice, control, session, stalls } = await opened(t);
  const home = slice.file(session.folderId, { isOrchestratorSession: true });
  await slice.call('orchestrator/delete', { id: control.id });
  const { orchestrator } = await slice.call('orchestrator/create', {
    ...{ type: 'sub_orchestrator', folderId: session.folderId!, sessionId: home.id, monitoringInterval: 60 },
  });
  t.mock.timers.tick(600_000);
  assert.equal(slice.instructed.length, 0);
  const stall = stalls.begin(session);
  t.mock.timers.tick(59_000);
  assert.equal(slice.instructed.length, 0);
  t.mock.timers.tick(61_000);
  await slice.settled();
  assert.deepEqual([slice.instructed.length, slice.instructed[0]?.id], [1, home.id]);
  assert.match(slice.instructed[0]!.text, new RegExp(`"work" \\(${session.id}\\): no progress for 7 minutes`));
  // Another interval holds at once, and nothing is said twice.
  await slice.call('orchestrator/update', { id: orchestrator.id, monitoringInterval: 1 });
  stalls.begin(slice.file(session.folderId, { name: 'other' }));
  t.mock.timers.tick(5000);
  await slice.settled();
  assert.equal(slice.instructed.length, 2);
  const { logs } = await slice.call('orchestrator/audit', { id: orchestrator.id, actionType: 'reported' });
  assert.equal(logs.length, 2);
  await slice.call('orchestrator/pause', { id: orchestrator.id });
  stalls.end(stall);
  t.mock.timers.tick(600_000);
  assert.equal(slice.instructed.length, 2);
});

test('it is acting while it types, and nobody is told of steps in between', async (t) => {
  const { slice, control, session } = await opened(t);
  const step = (state: Receipt['state'], orchestratorId: string | null = control.id) =>
    slice.orchestrators.injected({ id: 'r', orchestratorId, sessionId: session.id, state } as Receipt);
  for (const state of ['queued', 'typed', 'submitted', 'turnStarted', 'completed'] as const) step(state);
  assert.deepEqual(slice.heard(), ['orchestrator/changed acting', 'orchestrator/changed idle']);
  for (const state of ['typed', 'indeterminate'] as const) step(state, null);
  assert.deepEqual(slice.heard(), []);
});

test('an agent that flaps or is not logged in is told once, until it is not any more', async (t) => {
  const { slice, control, session } = await opened(t);
  const look = (flaps: boolean, locked = false) => slice.orchestrators.agentChanged(session, { flaps, locked });
  for (const flaps of [true, true, false, true]) look(flaps);
  look(false, true);
  const found = await insightsOf(slice, control.id);
  assert.deepEqual(
    found.map(({ type, resolved }) => [type, resolved]),
    [
      ['error', false],
      ['performance', true],
      ['performance', true],
    ],
  );
});

test('what is resolved long ago goes, for this user alone', async (t) => {
  const { slice, control, session, stalls } = await opened(t);
  stalls.end(stalls.begin(session));
  stalls.begin(session);
  assert.equal((await slice.call('insight/cleanup', {})).deletedCount, 0);
  assert.equal((await slice.call('insight/cleanup', { maxAgeSecs: 0 }, 'bob')).deletedCount, 0);
  assert.equal((await slice.call('insight/cleanup', { maxAgeSecs: 0 })).deletedCount, 1);
  assert.equal((await slice.call('insight/resolveSession', { sessionId: session.id })).resolvedCount, 1);
  assert.deepEqual(await slice.call('insight/counts', { orchestratorId: control.id }), {
    ...{ total: 1, unresolved: 0, bySeverity: { info: 0, warning: 0, error: 0, critical: 0 } },
  });
});
