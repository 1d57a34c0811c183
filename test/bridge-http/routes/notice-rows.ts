/** What the contract says of what orchestrators notice and do: insights, events of agents, agents brought up, text typed. */
import assert from 'node:assert/strict';
import { control, folder, missing, Orchestrator, withMaster } from './orchestrator-rows.js';
import { nobody, type On, type Row } from './rows.js';

const bySeverity = { info: 'number', warning: 'number', error: 'number', critical: 'number' } as const;
const counts = { total: 'number', unresolved: 'number', bySeverity } as const;
const Insight = {
  ...{ id: 'uuid', orchestratorId: 'uuid', sessionId: 'uuid|null', type: 'string', severity: 'string' },
  ...{ message: 'string', context: 'any', confidence: 'number', resolved: 'boolean', resolvedAt: 'iso|null' },
  ...{ resolvedBy: 'string|null', createdAt: 'iso' },
  suggestedActions: [{ label: 'string', description: 'string', '+': 'command dangerous' }],
} as const;

/** An insight of the control of a folder, as an agent that fails brings it about. */
async function insight(on: On) {
  const { id: orchestratorId, folderId } = await control(on);
  const { id: sessionId } = await on.session({ folderId, startupCommand: '' });
  await on.ask('POST', '/api/orchestrators/agent-event', { event: 'error', agent: 'claude', sessionId, reason: 'Oh.' });
  const { insights } = await on.rpc('insight/list', { orchestratorId });
  return { id: insights[0]!.id, orchestratorId, sessionId: sessionId as string };
}

const insights: readonly Row[] = [
  {
    ...{ route: 'GET /api/orchestrators/:id/insights', what: 'with every filter' },
    gives: { orchestratorId: 'uuid', count: 'number', counts, insights: [Insight] },
    async send(on) {
      const { orchestratorId: id, sessionId } = await insight(on);
      return { id, query: { sessionId, type: 'error', severity: 'error', resolved: 'false', limit: '5' } };
    },
    look: (_on, { body }) => {
      assert.deepEqual([body.count, body.counts.unresolved, body.counts.bySeverity.error], [1, 1, 1]);
      assert.match(body.insights[0].message, /^The claude agent of session ".+" says that it failed: Oh\.$/);
    },
  },
  missing('GET /api/orchestrators/:id/insights'),
  {
    ...{ route: 'GET /api/orchestrators/:id/insights/counts', gives: counts },
    send: async (on) => ({ id: (await insight(on)).orchestratorId }),
  },
  missing('GET /api/orchestrators/:id/insights/counts'),
  { route: 'GET /api/insights/:id', gives: Insight, send: insight },
  { route: 'GET /api/insights/:id', fails: [404, 'INSIGHT_NOT_FOUND'], send: () => ({ id: nobody }) },
  {
    ...{ route: 'POST /api/insights/:id/resolve', gives: Insight },
    send: async (on) => ({ id: (await insight(on)).id, body: { resolvedBy: 'Ann' } }),
    look: (_on, { body }) => assert.deepEqual([body.resolved, body.resolvedBy], [true, 'Ann']),
  },
  { route: 'POST /api/insights/:id/resolve', fails: [404, 'INSIGHT_NOT_FOUND'], send: () => ({ id: nobody }) },
  { route: 'DELETE /api/insights/:id', send: insight },
  { route: 'DELETE /api/insights/:id', fails: [404, 'INSIGHT_NOT_FOUND'], send: () => ({ id: nobody }) },
  {
    ...{ route: 'POST /api/insights/cleanup', gives: { deletedCount: 'number' } },
    async send(on) {
      const { id } = await insight(on);
      await on.ask('POST', `/api/insights/${id}/resolve`, {});
      return { body: { maxAgeSecs: 0 } };
    },
    look: (_on, { body }) => assert.ok(body.deletedCount >= 1),
  },
  {
    ...{ route: 'POST /api/sessions/:id/insights/resolve', gives: { resolvedCount: 'number' } },
    send: async (on) => ({ id: (await insight(on)).sessionId, body: { resolvedBy: 'Ann' } }),
    // That of the folder's control, and that of the master.
    look: (_on, { body }) => assert.ok(body.resolvedCount >= 1),
  },
  {
    ...{ route: 'POST /api/sessions/:id/insights/resolve', fails: [404, 'SESSION_NOT_FOUND'] },
    send: () => ({ id: nobody }),
  },
];

const event = '/api/orchestrators/agent-event';
const routing = {
  ...{ folderOrchestrator: 'uuid|null', masterOrchestrator: 'uuid|null', escalated: 'boolean' },
} as const;
const told = {
  ...{ received: 'boolean', sessionFound: 'boolean', sessionId: 'string|null', event: 'string', routing },
} as const;

const events: readonly Row[] = [
  {
    ...{ route: `GET ${event}` },
    gives: { status: 'string', endpoint: 'string', supportedEvents: ['string'], supportedAgents: ['string'] },
    look: (_on, { body }) => assert.deepEqual([body.status, body.endpoint], ['ok', event]),
  },
  {
    ...{ route: `POST ${event}`, what: 'by the name in tmux', gives: told },
    async send(on) {
      const { id, folderId } = await control(on);
      const { tmuxSessionName } = await on.session({ folderId, startupCommand: '' });
      const context = { cwd: '/', filesModified: ['a'], lastMessage: 'x', transcriptPath: '/t' };
      return { id, body: { event: 'heartbeat', agent: 'codex', tmuxSessionName, folderId, timestamp: 1, context } };
    },
    look: async (on, { body }, { id }) => {
      assert.deepEqual([body.sessionFound, body.routing.folderOrchestrator, body.routing.escalated], [true, id, false]);
      const { orchestrators } = (await on.ask('GET', '/api/orchestrators/health')).body;
      const one = orchestrators.find(({ orchestratorId }: { orchestratorId: string }) => orchestratorId === id);
      assert.equal(one.health.receivingHeartbeats, true);
    },
  },
  {
    ...{ route: `POST ${event}`, what: 'an agent that is stuck', gives: told },
    async send(on) {
      await withMaster(on);
      const { id, folderId } = await control(on);
      const { id: sessionId } = await on.session({ folderId, startupCommand: '' });
      return { id, body: { event: 'stalled', agent: 'claude', sessionId, reason: 'Waiting.' } };
    },
    look: async (on, { body }, { id }) => {
      assert.deepEqual([body.routing.folderOrchestrator, body.routing.escalated], [id, true]);
      for (const orchestratorId of [id!, body.routing.masterOrchestrator]) {
        const { insights } = await on.rpc('insight/list', { orchestratorId, sessionId: body.sessionId });
        assert.deepEqual([insights.length, insights[0]?.type, insights[0]?.severity], [1, 'stall_detected', 'warning']);
      }
    },
  },
  {
    ...{ route: `POST ${event}`, what: 'of nobody', gives: told },
    send: () => ({ body: { event: 'error', agent: 'claude', sessionId: nobody } }),
    look: (_on, { body }) => assert.deepEqual([body.sessionFound, body.sessionId], [false, null]),
  },
  {
    ...{ route: `POST ${event}`, what: 'an event nobody knows', fails: [400, 'INVALID_PARAMS'] },
    send: () => ({ body: { event: 'party', agent: 'claude' } }),
  },
];

const anew = 'POST /api/orchestrators/reinitialize';

const reinitialized: readonly Row[] = [
  {
    ...{ route: anew },
    gives: {
      ...{ success: 'boolean', type: 'string', folderId: 'uuid', orchestrator: Orchestrator },
      ...{ previousOrchestrator: Orchestrator, message: 'string' },
    },
    async send(on) {
      const { id, folderId } = await control(on);
      await on.ask('PATCH', `/api/folders/${folderId}`, { path: on.place.folder });
      return {
        id,
        body: { type: 'sub_orchestrator', folderId, config: { stall_threshold: 900, agentProvider: 'codex' } },
      };
    },
    look: async (on, { body: { orchestrator, previousOrchestrator } }, { id }) => {
      assert.deepEqual([previousOrchestrator.id, orchestrator.stallThreshold], [id, 900]);
      const session = await on.rpc('session/get', { id: orchestrator.sessionId });
      assert.deepEqual([session.isOrchestratorSession, session.agentProvider], [true, 'codex']);
      assert.equal(session.name, orchestrator.name);
    },
  },
  { route: anew, fails: [400, 'INVALID_TYPE'], send: () => ({ body: { type: 'x' } }) },
  { route: anew, fails: [400, 'MISSING_FOLDER_ID'], send: () => ({ body: { type: 'sub_orchestrator' } }) },
  {
    ...{ route: anew, fails: [400, 'FOLDER_NOT_FOUND'] },
    send: () => ({ body: { type: 'sub_orchestrator', folderId: nobody } }),
  },
  {
    ...{ route: anew, fails: [400, 'NO_PROJECT_PATH'] },
    send: async (on) => ({ body: { type: 'sub_orchestrator', folderId: await folder(on) } }),
  },
  {
    ...{ route: anew, fails: [400, 'BOOTSTRAP_FAILED'] },
    async send(on) {
      const { id, folderId } = await control(on);
      await on.ask('PATCH', `/api/folders/${folderId}`, { path: '/nowhere' });
      return { id, body: { type: 'sub_orchestrator', folderId } };
    },
    look: async (on, _answer, { id }) =>
      assert.equal((await on.ask('GET', `/api/orchestrators/${id}`)).body.orchestrator.status, 'idle'),
  },
];

/** A session that a control watches; what is sent waits there. */
async function watched(on: On, fields: Record<string, unknown> = {}) {
  const { id, folderId } = await control(on);
  const { id: sessionId } = await on.session({ folderId, startupCommand: '' });
  return { id, body: { sessionId, command: 'echo hi', mode: 'queue', wait: 'queued', ...fields } };
}

const injected = (route: string): readonly Row[] => [
  {
    ...{ route, send: (on) => watched(on, { reason: 'a test', pressEnter: false }) },
    gives: {
      ...{ success: 'boolean', sessionId: 'uuid', command: 'string', at: 'iso', timestamp: 'iso', auditLogId: 'uuid' },
      ...{ receipt: 'any', '+': 'error' },
    },
    look: async (on, { body }, { id }) => {
      const { logs } = await on.rpc('orchestrator/audit', { id: id!, actionType: 'command_injected' });
      assert.deepEqual([logs.length, logs[0]?.id], [1, body.auditLogId]);
      assert.doesNotMatch(JSON.stringify(logs), /echo hi/);
    },
  },
  { route, fails: [400, 'MISSING_SESSION_ID'], send: (on) => watched(on, { sessionId: undefined }) },
  { route, fails: [400, 'MISSING_COMMAND'], send: (on) => watched(on, { command: undefined }) },
  { route, fails: [400, 'INVALID_COMMAND'], send: (on) => watched(on, { command: '\u0003\u0003' }) },
  {
    ...{ route, fails: [400, 'COMMAND_INJECTION_FAILED'] },
    send: (on) => watched(on, { mode: 'now', wait: 'submitted', expect: { states: ['limited'] } }),
  },
  {
    ...{ route, fails: [400, 'SESSION_CLOSED'] },
    async send(on) {
      const sent = await watched(on);
      await on.ask('DELETE', `/api/sessions/${sent.body.sessionId}`);
      return sent;
    },
  },
  {
    ...{ route, fails: [400, 'ORCHESTRATOR_PAUSED'] },
    async send(on) {
      const sent = await watched(on);
      await on.ask('POST', `/api/orchestrators/${sent.id}/pause`);
      return sent;
    },
  },
  {
    ...{ route, fails: [400, 'SESSION_NOT_IN_SCOPE'] },
    send: async (on) => watched(on, { sessionId: (await on.session({ startupCommand: '' })).id }),
  },
  { route, fails: [404, 'SESSION_NOT_FOUND'], send: (on) => watched(on, { sessionId: nobody }) },
  { route, fails: [404, 'ORCHESTRATOR_NOT_FOUND'], send: async (on) => ({ ...(await watched(on)), id: nobody }) },
];

export const injectionRows = injected('POST /api/orchestrators/:id/inject');
export const commandRows = injected('POST /api/orchestrators/:id/commands').slice(0, 3);
export const noticeRows: readonly Row[] = [...insights, ...events, ...reinitialized];
