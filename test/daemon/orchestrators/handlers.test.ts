/** The orchestrator methods over real SQLite: made once, paused, changed, deleted, and each step written down. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { openOrchestrated } from '../../support/orchestrated.js';
import { refused } from '../../support/refused.js';

test('of two made at once one is the master, and one is the control of a folder', async (t) => {
  const slice = openOrchestrated(t);
  const { id: folderId } = slice.folder('api');
  for (const [params, code] of [
    [{ type: 'master' }, 'MASTER_ORCHESTRATOR_ALREADY_EXISTS'],
    [{ type: 'sub_orchestrator', folderId }, 'SUB_ORCHESTRATOR_ALREADY_EXISTS'],
  ] as const) {
    const made = await Promise.allSettled([1, 2, 3].map(() => slice.call('orchestrator/create', params)));
    assert.deepEqual(
      made.map((each) => (each.status === 'fulfilled' ? 'made' : each.reason.data.code)),
      ['made', code, code],
    );
  }
  await slice.master('bob');
  assert.deepEqual(slice.heard(), Array(3).fill('orchestrator/created idle'));
  const { orchestrators } = await slice.call('orchestrator/list', {});
  assert.deepEqual(
    orchestrators.map(({ name }) => name),
    ['Master Control', 'api Control'],
  );
});

test('what another user has is not there', async (t) => {
  const slice = openOrchestrated(t);
  const { id } = await slice.master('bob');
  const folderId = slice.folder('theirs', 'bob').id;
  const none = refused(
    'NotFound',
    /^No orchestrator .+ List them with orchestrator\/list\.$/,
    'ORCHESTRATOR_NOT_FOUND',
  );
  for (const name of [
    'orchestrator/get',
    'orchestrator/pause',
    'orchestrator/resume',
    'orchestrator/delete',
    'orchestrator/startMonitoring',
    'orchestrator/stopMonitoring',
    'orchestrator/monitoring',
    'orchestrator/stalled',
    'orchestrator/audit',
  ] as const)
    await assert.rejects(slice.call(name, { id }), none, name);
  await assert.rejects(slice.call('orchestrator/update', { id, action: 'pause' }), none);
  for (const name of ['insight/list', 'insight/counts'] as const)
    await assert.rejects(slice.call(name, { orchestratorId: id }), none, name);
  for (const name of ['orchestrator/ofFolder', 'orchestrator/ensure', 'orchestrator/deleteOfFolder'] as const)
    await assert.rejects(slice.call(name, { folderId }), refused('NotFound', /^No folder/), name);
  const foreign = refused('InvalidParams', /^No folder/, 'FOLDER_NOT_FOUND');
  await assert.rejects(slice.call('orchestrator/reinitialize', { type: 'sub_orchestrator', folderId }), foreign);
});

test('each step is told once and written down; the same again is nothing', async (t) => {
  const slice = openOrchestrated(t);
  const { id } = await slice.master();
  slice.heard();
  for (const name of ['pause', 'pause', 'resume', 'resume'] as const) await slice.call(`orchestrator/${name}`, { id });
  assert.deepEqual(slice.heard(), ['orchestrator/changed paused', 'orchestrator/changed idle']);
  const same = await slice.call('orchestrator/update', { id, autoIntervention: false });
  assert.equal(same.auditLog, undefined);
  const { auditLog } = await slice.call('orchestrator/update', {
    id,
    stallThreshold: 60,
    customInstructions: 'Be kind.',
  });
  assert.equal(auditLog?.actionType, 'config_changed');
  await slice.call('orchestrator/stopMonitoring', { id });
  await slice.call('orchestrator/startMonitoring', { id, intervalMs: 90_000 });
  const { logs, total, count } = await slice.call('orchestrator/audit', { id, limit: 3 });
  assert.deepEqual([total, count], [7, 3]);
  assert.deepEqual(
    logs.map(({ actionType }) => actionType),
    ['config_changed', 'monitoring_started', 'monitoring_stopped'],
  );
  const { logs: configs } = await slice.call('orchestrator/audit', { id, actionType: 'config_changed' });
  assert.deepEqual(configs.at(-1)?.details.stallThreshold, { from: null, to: 60 });
  assert.doesNotMatch(JSON.stringify(configs), /kind/);
});

test('a session that an orchestrator lives in is an orchestrator’s from then on, and one lives in each at most', async (t) => {
  const slice = openOrchestrated(t);
  const [home, closed] = [slice.file(null), slice.file(null, { status: 'closed' })];
  const theirs = slice.file(null, { userId: 'bob' });
  const create = (sessionId: string, folderId?: string) =>
    slice.call(
      'orchestrator/create',
      folderId ? { type: 'sub_orchestrator', folderId, sessionId } : { type: 'master', sessionId },
    );
  for (const id of [theirs.id, randomUUID()]) await assert.rejects(create(id), refused('NotFound', /^No session/));
  await assert.rejects(create(closed.id), refused('Conflict', /is closed/, 'SESSION_CLOSED'));
  const { orchestrator } = await create(home.id);
  assert.equal(slice.store.find(home.id)?.isOrchestratorSession, true);
  const taken = refused('Conflict', /has an orchestrator/, 'SESSION_HAS_ORCHESTRATOR');
  await assert.rejects(create(home.id, slice.folder('api').id), taken);
  slice.heard();
  // Its end leaves the orchestrator without it.
  slice.orchestrators.ended({ ...home, status: 'closed' });
  assert.deepEqual(slice.heard(), ['orchestrator/changed idle']);
  assert.equal((await slice.call('orchestrator/get', { id: orchestrator.id })).orchestrator.sessionId, null);
});

test('a start finds that the session of an orchestrator has ended meanwhile', async (t) => {
  const slice = openOrchestrated(t);
  const home = slice.file(null);
  const { orchestrator } = await slice.call('orchestrator/create', { type: 'master', sessionId: home.id });
  slice.store.save({ ...home, status: 'closed' });
  const again = slice.again();
  again.orchestrators.start();
  assert.equal((await again.call('orchestrator/get', { id: orchestrator.id })).orchestrator.sessionId, null);
});

test('a folder takes its orchestrator along, which is told and written down by its name', async (t) => {
  const slice = openOrchestrated(t);
  const folder = slice.folder('api');
  const { id } = await slice.control(folder.id);
  slice.folders.remove(folder, []);
  slice.orchestrators.forget(folder);
  const { params } = slice.told.at(-1)!;
  assert.deepEqual([slice.told.at(-1)?.name, params.orchestrator.name], ['orchestrator/deleted', 'api Control']);
  assert.deepEqual((await slice.call('orchestrator/list', {})).orchestrators, []);
  const filter = { orchestratorId: id, action: null, sessionId: null, since: null, until: null };
  assert.deepEqual(
    slice.logStore.list(filter, 10).map(({ actionType }) => actionType),
    ['deleted', 'created'],
  );
});

test('the first session makes the master, and in a folder with a project its control; the preference says otherwise', async (t) => {
  const slice = openOrchestrated(t);
  const [api, quiet, bare] = [slice.folder('api'), slice.folder('quiet'), slice.folder('bare')];
  const names = async () => (await slice.call('orchestrator/list', {})).orchestrators.map(({ name }) => name);
  const made = async (folderId: string | null, changes = {}) => {
    slice.orchestrators.made(slice.file(folderId, changes));
    await slice.settled();
    return names();
  };
  assert.deepEqual(await made(api.id, { isOrchestratorSession: true }), []);
  assert.deepEqual(await made(api.id), ['Master Control', 'api Control']);
  assert.deepEqual(await made(api.id), ['Master Control', 'api Control']);
  slice.script.choice = 'off';
  assert.deepEqual(await made(quiet.id), ['Master Control', 'api Control']);
  [slice.script.choice, slice.script.path] = ['watch', null];
  assert.deepEqual(await made(bare.id), ['Master Control', 'api Control']);
});
