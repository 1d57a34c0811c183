/** An agent that is brought up for an orchestrator: in a session of its own, told its task, or all is as it was. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RpcError } from '#protocol';
import { openOrchestrated } from '../../support/orchestrated.js';
import { refused } from '../../support/refused.js';

const actionsOf = async (slice: ReturnType<typeof openOrchestrated>, id: string) =>
  (await slice.call('orchestrator/audit', { id })).logs.map(({ actionType }) => actionType).reverse();

test('it takes the place of the one before with its settings, and is idle once its agent knows its task', async (t) => {
  const slice = openOrchestrated(t);
  const folder = slice.folder('api');
  const before = await slice.control(folder.id, { stallThreshold: 60, customInstructions: 'Speak French.' });
  let take = () => {};
  slice.script.instruct = () => new Promise<void>((resolve) => (take = resolve));
  slice.heard();
  const { orchestrator, previousOrchestrator } = await slice.call('orchestrator/reinitialize', {
    ...{ type: 'sub_orchestrator', folderId: folder.id, config: { monitoringInterval: 7, agentProvider: 'gemini' } },
  });
  assert.deepEqual(previousOrchestrator, before);
  assert.deepEqual(
    [orchestrator.status, orchestrator.stallThreshold, orchestrator.monitoringInterval],
    ['pending_bootstrap', 60, 7],
  );
  const session = slice.store.find(orchestrator.sessionId!)!;
  const { name, agentProvider, projectPath, folderId } = session;
  assert.deepEqual([name, agentProvider, projectPath, folderId], ['api Control', 'gemini', '/src', folder.id]);
  assert.deepEqual(slice.heard(), ['orchestrator/deleted idle', 'orchestrator/created pending_bootstrap']);
  take();
  await slice.settled();
  assert.match(
    slice.instructed[0]!.text,
    new RegExp(`You are api Control.*${orchestrator.id}[^]*Besides: Speak French`),
  );
  assert.equal((await slice.call('orchestrator/get', { id: orchestrator.id })).orchestrator.status, 'idle');
  const expected = ['reinitialized', 'bootstrapped', 'status_changed'];
  assert.deepEqual(await actionsOf(slice, orchestrator.id), expected);
  // Once more: the session of the one before ends.
  const { orchestrator: next } = await slice.call('orchestrator/reinitialize', {
    ...{ type: 'sub_orchestrator', folderId: folder.id, config: { agentProvider: 'none' } },
  });
  await slice.settled();
  assert.deepEqual([next.sessionId, next.status], [null, 'idle']);
  assert.equal(slice.store.find(session.id)?.status, 'closed');
});

test('without a session nothing has changed', async (t) => {
  const slice = openOrchestrated(t);
  const master = await slice.master();
  slice.script.create = async () => {
    throw new RpcError('InvalidParams', '/nowhere is no directory.', { code: 'INVALID_PATH' });
  };
  slice.heard();
  const failed = refused('Unavailable', /^No session could be made for it: \/nowhere is no/, 'BOOTSTRAP_FAILED');
  await assert.rejects(slice.call('orchestrator/reinitialize', { type: 'master' }), failed);
  assert.deepEqual(slice.heard(), []);
  assert.deepEqual((await slice.call('orchestrator/list', {})).orchestrators, [master]);
});

test('when the new one cannot be written down its session ends, and the one before stays', async (t) => {
  const slice = openOrchestrated(t);
  const master = await slice.master();
  slice.db.exec("CREATE TRIGGER no BEFORE INSERT ON orchestrator BEGIN SELECT RAISE(ABORT, 'no'); END");
  await assert.rejects(slice.call('orchestrator/reinitialize', { type: 'master' }), /no/);
  assert.deepEqual((await slice.call('orchestrator/list', {})).orchestrators, [master]);
  assert.deepEqual(
    [...slice.store.all()].map(({ status }) => status),
    ['closed'],
  );
});

test('an agent that takes no task is written down, also by the next daemon, and the orchestrator watches on', async (t) => {
  const slice = openOrchestrated(t);
  slice.script.instruct = () => new Promise(() => {});
  const { orchestrator } = await slice.call('orchestrator/reinitialize', { type: 'master' });
  const again = slice.again();
  again.script.instruct = async () => {
    throw new RpcError('Timeout', 'It took no prompt.');
  };
  again.orchestrators.start();
  await again.settled();
  const { status, isMonitoringActive } = (await again.call('orchestrator/get', { id: orchestrator.id })).orchestrator;
  assert.deepEqual([status, isMonitoringActive], ['idle', true]);
  assert.ok((await actionsOf(again, orchestrator.id)).includes('bootstrap_failed'));
});

test('the next daemon asks for the task by the same name as the one before, so that it is typed once', async (t) => {
  const slice = openOrchestrated(t);
  let typed = () => {};
  slice.script.instruct = () => new Promise((resolve) => (typed = resolve));
  const { orchestrator } = await slice.call('orchestrator/reinitialize', { type: 'master' });
  const again = slice.again();
  again.orchestrators.start();
  await again.settled();
  typed();
  await slice.settled();
  const keys = [...slice.instructed, ...again.instructed].map(({ key }) => key);
  assert.deepEqual(keys, [`task ${orchestrator.id}`, `task ${orchestrator.id}`]);
});

test('the preference that names an agent brings it up with the first session', async (t) => {
  const slice = openOrchestrated(t);
  slice.script.choice = 'codex';
  slice.orchestrators.made(slice.file(null));
  await slice.settled();
  await slice.settled();
  const [master] = (await slice.call('orchestrator/list', {})).orchestrators;
  assert.equal(slice.store.find(master!.sessionId!)?.agentProvider, 'codex');
});
