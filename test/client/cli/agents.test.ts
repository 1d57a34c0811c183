/** The commands about agents: what they print, whom a word means, and the exit codes scripts go by. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Evidence, Receipt } from '#protocol';
import { type Heard, startStub } from '../../support/stub-daemon.js';
import { inTerminal, rdv } from './program.js';
import { agent, at, blocked, insight, question, receipt, session, uuid } from './watched.js';

const orchestrator = {
  ...{ id: uuid(800), userId: 'ann', name: 'Master Control', sessionId: null, type: 'master', status: 'idle' },
  ...{ scopeType: null, scopeId: null, customInstructions: null, monitoringInterval: 30, stallThreshold: 300 },
  ...{ autoIntervention: false, lastActivityAt: at, createdAt: at, updatedAt: at, isMonitoringActive: true },
};

const evidence: Evidence = {
  ...{ source: 'screen', says: 'blocked', rule: 'claude.proceed', matched: 'Do you want\x1b[2J to', spawnId: 'x1' },
  ...{ seq: 3, at, leftMs: null, decisive: true },
};

async function commands(t: TestContext, answer: Partial<Receipt> = { state: 'submitted' }) {
  const options = [...question.options];
  const dialog = { id: `${uuid(1)}.abc`, sessionId: uuid(1), sessionName: 'api', program: 'claude' };
  const interaction = { ...dialog, kind: 'permission', text: question.text, options, since: at };
  const transition = {
    ...{ at, sessionId: uuid(1), before: 'working', state: 'blocked', healthBefore: 'ok', health: 'ok' },
    ...{ cause: null, evidence: [evidence] },
  };
  const stub = await startStub({
    'session/list': () => ({
      ...{ revision: '1', unchanged: false, more: false },
      sessions: [session(1, { name: 'api', agentState: 'blocked', health: 'stalled' }), session(2)],
    }),
    'agent/list': () => ({
      agents: [blocked(1, { name: 'api' }), agent(2, { health: 'stalled', cause: 'long_tool' })],
    }),
    'agent/explain': () => ({
      ...{ agent: blocked(1, { name: 'api', evidence: [evidence] }), screen: ['> hello', '', ''] },
      ...{ transitions: [transition], ignoredReports: 2 },
    }),
    'agent/send': () => receipt(600, answer),
    'injection/list': () => ({ receipts: [receipt(600, answer)] }),
    'injection/get': () => receipt(600, answer),
    'interaction/list': () => ({ interactions: [interaction] }),
    'interaction/respond': () => ({ success: true, sessionId: uuid(1), evidence: 'gone' }),
    'orchestrator/list': () => ({ orchestrators: [orchestrator] }),
    'insight/list': () => ({
      ...{ orchestratorId: uuid(800), count: 1, insights: [insight(600)] },
      counts: { total: 3, unresolved: 1, bySeverity: { info: 0, warning: 0, error: 1, critical: 0 } },
    }),
    'insight/get': () => insight(600),
    'orchestrator/get': () => ({ orchestrator }),
    'orchestrator/update': () => ({ orchestrator, auditLog: { id: 'a', actionType: 'config_changed', timestamp: '' } }),
  });
  t.after(() => stub.stop());
  const environment = { RDV_SOCKET: stub.socketPath };
  return {
    stub,
    run: (...args: string[]) => rdv(stub.home, args, environment),
    inTerminal: (script: string) => inTerminal(stub.home, script, environment),
  };
}

test('what agents do is told in columns, to programs in the words of the protocol', async (t) => {
  const { run, inTerminal: shown } = await commands(t);
  assert.equal(
    (await run('agent', 'list')).stdout,
    `${uuid(1)}\tapi\tclaude\tblocked\tok\t-\t${at}\t${question.text}\n` +
      `${uuid(2)}\ts2\tclaude\tworking\tstalled\tlong_tool\t${at}\t-\n`,
  );
  const table = shown('$RDV agent list; $RDV ls');
  await table.shows(/ID +NAME +PROGRAM +STATE +HEALTH +FOR +ASKS/);
  await table.shows(/working.* +.*stalled: long tool/);
  await table.shows(/ACTIVE +AGENT/);
  await table.shows(/blocked, stalled/);
  await table.ended;
  assert.match((await run('ls')).stdout, /\tapi\tactive\t.*\tblocked\tstalled\n/);
});

test('why an agent is said to be in its state is a report to read', async (t) => {
  const { run } = await commands(t);
  const { stdout } = await run('agent', 'explain', 'api');
  assert.match(stdout, /^api is blocked \(permission\) since .*, health ok\n {2}claude, its life x1\n/);
  assert.match(stdout, /Do you want to run npm test\?\n {4}1 {2}Yes\n {4}2 {2}No\n/);
  assert.match(stdout, /\* +screen +blocked +claude\.proceed +while seen +"Do you want\[2J to"\n/);
  assert.match(stdout, /\n\| > hello\n\nBefore that\n.* ago +working -> blocked +screen claude\.proceed/);
  assert.match(stdout, /2 reports of an earlier life/);
});

const ends: [answer: Partial<Receipt>, code: number, told: RegExp][] = [
  [{ state: 'submitted' }, 0, /^$/],
  [{ state: 'queued' }, 0, /rdv injection get 00000000/],
  [{ state: 'refused', code: 'AGENT_BUSY', reason: 'It works.' }, 1, /^rdv: It works\.\n.*--mode whenIdle/],
  [{ state: 'indeterminate', reason: 'Lost.' }, 1, /^rdv: Lost\.\nIt is never typed twice/],
  [{ state: 'expired', reason: 'Too late.' }, 124, /^rdv: Too late\.\n.*--ttl-ms/],
];
for (const [answer, code, told] of ends) {
  test(`inject ends with ${code} for a text that is ${answer.state}`, async (t) => {
    const { stub, run } = await commands(t, answer);
    const outcome = await run('inject', 'api', 'run', 'it');
    assert.equal(outcome.code, code, outcome.stderr);
    assert.match(outcome.stderr, told);
    assert.equal(outcome.stdout.split('\t')[1], answer.state);
    const [{ params }] = (await stub.heardOf('agent/send')) as [Heard];
    assert.deepEqual(params, { sessionId: uuid(1), text: 'run it' });
  });
}

test('agent send ends as inject does', async (t) => {
  const { run } = await commands(t, { state: 'expired', reason: 'Too late.' });
  const { code, stdout } = await run('agent', 'send', 'api', 'run it', '--json');
  assert.deepEqual([code, JSON.parse(stdout).reason], [124, 'Too late.']);
});

test('inject takes its text from stdin, and says how and how long to wait', async (t) => {
  const { stub } = await commands(t);
  const options = ['--mode', 'whenIdle', '--wait', 'completed', '--ttl-ms', '5000', '--no-submit', '--key', 'k'];
  const environment = { RDV_SOCKET: stub.socketPath };
  const { code } = await rdv(stub.home, ['inject', 'api', '-', ...options], environment, 'two\nlines\n');
  assert.equal(code, 0);
  const [heard] = await stub.heardOf('agent/send');
  const how = { mode: 'whenIdle', wait: 'completed', ttlMs: 5000, submit: false, idempotencyKey: 'k' };
  assert.deepEqual(heard!.params, { sessionId: uuid(1), text: 'two\nlines', ...how });
});

test('a dialog is answered by the name of its session and the number, label or id of the answer', async (t) => {
  const { stub, run } = await commands(t);
  const answers = ['2', 'No', 'yes', '3'].map((answer) => run('interaction', 'respond', 'api', answer));
  const [listed, elsewhere, ...done] = await Promise.all([
    run('interaction', 'list'),
    run('interaction', 'respond', 'web', '1'),
    ...answers,
  ]);
  assert.match(listed!.stdout, /\tapi\tpermission\tyes\tYes\tDo you want/);
  assert.equal(elsewhere!.code, 3);
  assert.deepEqual(
    done.map(({ code }) => code),
    [0, 0, 0, 2],
  );
  assert.match(done[3]!.stderr, /1 \(Yes\), 2 \(No\)/);
  const given = (await stub.heardOf('interaction/respond', 3)).map(({ params }) => params);
  assert.deepEqual([...new Set(given.map(({ interactionId }) => interactionId))], [`${uuid(1)}.abc`]);
  assert.deepEqual(given.map(({ optionId }) => optionId).sort(), ['no', 'no', 'yes']);
});

test('orchestrators, insights and receipts are meant by name or the beginning of their id', async (t) => {
  const { run } = await commands(t);
  const [all, ...found] = await Promise.all([
    run('orchestrator', 'list'),
    run('insight', 'list', 'master'),
    run('insight', 'list', 'Master Control'),
    run('insight', 'get', '0000'),
    run('injection', 'get', '0000'),
  ]);
  assert.match(all!.stdout, /\tMaster Control\tidle\tyes\t300s\tno\t/);
  assert.match(found[0]!.stdout, /\terror\t.*\t-\tIt stands still\.\n/);
  assert.deepEqual(
    found.map(({ code }) => code),
    [0, 0, 0, 0],
  );
});

test('what is neither yes nor no unless somebody says so is said both ways, and one thing is shown field by field', async (t) => {
  const { stub, run } = await commands(t);
  const ran = await Promise.all([
    run('insight', 'list', 'master', '--resolved'),
    run('insight', 'list', 'master', '--no-resolved'),
    run('insight', 'list', 'master'),
    run('orchestrator', 'get', 'master'),
    run('orchestrator', 'update', 'master', '--no-auto-intervention'),
  ]);
  const asked = (await stub.heardOf('insight/list', 3)).map(({ params }) => String(params.resolved));
  assert.deepEqual(asked.sort(), ['false', 'true', 'undefined']);
  const [{ params }] = (await stub.heardOf('orchestrator/update')) as [Heard];
  assert.deepEqual(params, { id: uuid(800), autoIntervention: false });
  for (const { stdout } of ran.slice(3)) assert.match(stdout, /^name\tMaster Control$/m);
});
