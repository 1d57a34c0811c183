/** The injection methods as callers meet them: whose sessions, which orchestrators, what is thrown and what is told. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { type MethodName, methods, type Orchestrator, type Params, type Result, type Session } from '#protocol';
import { createInjectionSlice, type Entry, injectionHandlers } from '../../../daemon/injection/handlers.js';
import { usual } from '../../../daemon/injection/policy.js';
import { openInjecting } from '../../support/agent/injecting.js';
import { identityOf } from '../../support/identity.js';
import { createFakePeer } from '../../support/memory.js';
import { sample } from '../../support/sample.js';

const orchestrator: Orchestrator = {
  ...{ id: randomUUID(), userId: 'ann', name: 'Master Control', sessionId: null, type: 'master', status: 'idle' },
  ...{ scopeType: null, scopeId: null, customInstructions: null, monitoringInterval: 30, stallThreshold: 300 },
  ...{ autoIntervention: false, lastActivityAt: 1, createdAt: 1, updatedAt: 1, isMonitoringActive: true },
};

async function open(t: TestContext, paused = false) {
  const it = openInjecting(t);
  await it.staged.agents.look('');
  const slice = createInjectionSlice({ ...it.deps, db: it.db, policyOf: () => usual });
  t.after(slice.close);
  const logged: Entry[] = [];
  const handlers = injectionHandlers(slice, {
    get(user, id) {
      assert.deepEqual([user, id], ['ann', orchestrator.id]);
      return paused ? { ...orchestrator, status: 'paused' } : orchestrator;
    },
    watches: (_orchestrator, session) => !session.isOrchestratorSession,
    log: (entry) => ({ id: `row ${logged.push(entry)}` }),
  });
  const add = (changes: Partial<Session>) => {
    const session = sample(changes);
    it.sessions.intend(session);
    it.sessions.save(session);
    return session.id;
  };
  async function call<M extends MethodName & keyof typeof handlers>(
    name: M,
    params: Params<M>,
    user = 'ann',
  ): Promise<Result<M>> {
    const { signal } = new AbortController();
    const { peer } = createFakePeer(user);
    const caller = { user, identity: identityOf(user), peer, signal, progress() {} };
    const run = handlers[name] as (params: unknown, caller: unknown) => unknown;
    return methods[name].result.parse(await run(methods[name].params.parse(params), caller)) as Result<M>;
  }
  return { ...it, add, call, logged, sessionId: it.session.id };
}

const id = orchestrator.id;

test('an orchestrator types a command, which its own log tells before, and the receipt after', async (t) => {
  const { call, logged, sessionId, staged } = await open(t);
  const asked = { id, sessionId, command: 'npm \x1b[1mtest', reason: 'stalled', idempotencyKey: 'k' };
  const { at, timestamp, receipt, ...rest } = await call('orchestrator/inject', asked);
  assert.deepEqual(rest, { success: true, sessionId, command: 'npm test', auditLogId: 'row 1' });
  assert.equal(Date.parse(timestamp), at);
  assert.match(receipt.state, /^(submitted|turnStarted)$/);
  assert.deepEqual([receipt.orchestratorId, receipt.auditLogId], [id, 'row 1']);
  const details = { receiptId: receipt.id, textHash: receipt.textHash, mode: 'now', reason: 'stalled' };
  assert.deepEqual(logged, [{ orchestratorId: id, userId: 'ann', action: 'command_injected', sessionId, details }]);
  const again = await call('orchestrator/inject', asked);
  assert.deepEqual([again.auditLogId, again.receipt.id, logged.length], ['row 1', receipt.id, 1]);
  assert.deepEqual(staged.submitted, ['npm test']);
});

test('what an orchestrator may not, or cannot, is refused in the words of the routes', async (t) => {
  const { call, add, sessionId, staged, logged } = await open(t);
  const inject = (session: string, command = 'ls') => call('orchestrator/inject', { id, sessionId: session, command });
  const code = (expected: string) => ({ data: { code: expected } });
  const fails = (session: string, expected: string, command?: string) =>
    assert.rejects(inject(session, command), (error: any) => {
      assert.equal(error.data.code, expected);
      return true;
    });
  await fails(add({ userId: 'bob' }), 'SESSION_NOT_FOUND');
  await fails(add({ isOrchestratorSession: true }), 'SESSION_NOT_IN_SCOPE');
  await fails(add({ status: 'closed' }), 'SESSION_CLOSED');
  await fails(add({ status: 'suspended' }), 'SESSION_SUSPENDED');
  await fails(add({ exit: { code: 0, signal: null, at: 1 } }), 'SESSION_CLOSED');
  await fails(sessionId, 'INVALID_COMMAND', '\x1b[2J');
  assert.equal(logged.length, 0);
  await fails(sessionId, 'INVALID_COMMAND', 'mkfs /dev/sda');
  staged.tell({ do: 'ask', kind: 'permission' });
  await fails(sessionId, 'COMMAND_INJECTION_FAILED');
  assert.equal(staged.read.length, 0);
  const other = await open(t, true);
  const paused = other.call('orchestrator/inject', { id, sessionId: other.sessionId, command: 'ls' });
  await assert.rejects(paused, code('ORCHESTRATOR_PAUSED'));
});

test('a success that nobody saw is none', async (t) => {
  const { call, sessionId, staged } = await open(t);
  staged.tell({ do: 'quirks', quirks: { swallowPastes: 1 } });
  const { success, error, receipt } = await call('orchestrator/inject', { id, sessionId, command: 'ls' });
  assert.deepEqual([success, receipt.code], [false, 'NO_ECHO']);
  assert.match(error!, /not seen to arrive/);
});

test('receipts are listed, read and taken back by whom they belong to', async (t) => {
  const { call, sessionId, staged } = await open(t);
  staged.tell({ do: 'work' });
  const one = await call('agent/send', { sessionId, text: 'one', mode: 'queue' });
  const two = await call('agent/send', { sessionId, text: 'two', mode: 'whenIdle', wait: 'queued' });
  const list = async (params: Params<'injection/list'>, user = 'ann') =>
    (await call('injection/list', params, user)).receipts.map((receipt) => receipt.id);
  assert.deepEqual(await list({}), [two.id, one.id]);
  assert.deepEqual(await list({ sessionId, limit: 1 }), [two.id]);
  assert.deepEqual(await list({}, 'bob'), []);
  await assert.rejects(list({ sessionId }, 'bob'), { data: { code: 'SESSION_NOT_FOUND' } });
  for (const name of ['injection/get', 'injection/cancel'] as const)
    await assert.rejects(call(name, { id: one.id }, 'bob'), { data: { code: 'INJECTION_NOT_FOUND' } });
  assert.equal((await call('injection/cancel', { id: one.id })).code, 'CANCELLED');
  assert.equal((await call('injection/get', { id: one.id })).state, 'refused');
  assert.deepEqual(await list({ states: ['refused'] }), [one.id]);
  await assert.rejects(call('agent/send', { sessionId, text: 'x' }, 'bob'), { data: { code: 'SESSION_NOT_FOUND' } });
});

test('a dialog of another user is none', async (t) => {
  const { call, sessionId, staged } = await open(t);
  staged.tell({ do: 'ask', kind: 'question' });
  await staged.agents.look('');
  const { interactions } = await call('interaction/list', {});
  const asked = { interactionId: interactions[0]!.id, optionId: '2' };
  assert.deepEqual((await call('interaction/list', {}, 'bob')).interactions, []);
  await assert.rejects(call('interaction/respond', asked, 'bob'), { data: { code: 'INTERACTION_NOT_FOUND' } });
  const { evidence } = await call('interaction/respond', asked);
  assert.equal(evidence, '"Postgres" was chosen: the dialog is gone.');
  await assert.rejects(call('interaction/list', { sessionId }, 'bob'), { data: { code: 'SESSION_NOT_FOUND' } });
});
