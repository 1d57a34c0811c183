/** What the contract says of orchestrators, of what they notice, and of what agents tell them. */
import assert from 'node:assert/strict';
import { nobody, type On, type Row } from './rows.js';

export const Orchestrator = {
  ...{ id: 'uuid', userId: 'string', name: 'string', sessionId: 'uuid|null', type: 'string', status: 'string' },
  ...{ scopeType: 'string|null', scopeId: 'uuid|null', customInstructions: 'string|null' },
  ...{ monitoringInterval: 'number', stallThreshold: 'number', autoIntervention: 'boolean' },
  ...{ lastActivityAt: 'iso', createdAt: 'iso', updatedAt: 'iso', isMonitoringActive: 'boolean' },
} as const;
const auditLog = { id: 'uuid', actionType: 'string', timestamp: 'iso' } as const;
const shown = { orchestrator: Orchestrator } as const;
const settings = {
  ...{ customInstructions: 'Be kind.', monitoringInterval: 60, stallThreshold: 600, autoIntervention: true },
} as const;
const bySeverity = { info: 'number', warning: 'number', error: 'number', critical: 'number' } as const;
const counts = { total: 'number', unresolved: 'number', bySeverity } as const;
const Insight = {
  ...{ id: 'uuid', orchestratorId: 'uuid', sessionId: 'uuid|null', type: 'string', severity: 'string' },
  ...{ message: 'string', context: 'any', confidence: 'number', resolved: 'boolean', resolvedAt: 'iso|null' },
  ...{ resolvedBy: 'string|null', createdAt: 'iso' },
  suggestedActions: [{ label: 'string', description: 'string', '+': 'command dangerous' }],
} as const;

const folder = async (on: On, wanted = {}) => (await on.folder(wanted)).id as string;

/** That of a new folder. */
export async function control(on: On) {
  const folderId = await folder(on);
  const { body } = await on.ask('POST', `/api/folders/${folderId}/orchestrator`, {});
  return { id: body.orchestrator.id as string, folderId };
}

const masterOf = async ({ rpc }: On) => {
  const { orchestrators } = await rpc('orchestrator/list', {});
  return orchestrators.find(({ type }) => type === 'master');
};

async function withoutMaster(on: On) {
  const master = await masterOf(on);
  if (master) await on.rpc('orchestrator/delete', { id: master.id });
}

async function withMaster(on: On) {
  if (!(await masterOf(on))) await on.rpc('orchestrator/create', { type: 'master' });
}

/** An insight of the control of a folder, as an agent that fails brings it about. */
async function insight(on: On) {
  const { id: orchestratorId, folderId } = await control(on);
  const { id: sessionId } = await on.session({ folderId, startupCommand: '' });
  await on.ask('POST', '/api/orchestrators/agent-event', { event: 'error', agent: 'claude', sessionId, reason: 'Oh.' });
  const { insights } = await on.rpc('insight/list', { orchestratorId });
  return { id: insights[0]!.id, orchestratorId, sessionId: sessionId as string };
}

const missing = (route: string, body?: Record<string, unknown>): Row => ({
  ...{ route, what: 'nobody has it', fails: [404, 'ORCHESTRATOR_NOT_FOUND'] },
  send: () => ({ id: nobody, ...(body && { body }) }),
});

const made: readonly Row[] = [
  {
    ...{ route: 'POST /api/orchestrators', what: 'the master', status: 201, gives: { ...shown, auditLog } },
    async send(on) {
      await withoutMaster(on);
      return { body: { type: 'master' } };
    },
    look: (_on, { body: { orchestrator } }) =>
      assert.deepEqual(
        [orchestrator.name, orchestrator.status, orchestrator.stallThreshold, orchestrator.isMonitoringActive],
        ['Master Control', 'idle', 300, true],
      ),
  },
  {
    ...{ route: 'POST /api/orchestrators', fails: [400, 'MASTER_ORCHESTRATOR_ALREADY_EXISTS'] },
    async send(on) {
      await withMaster(on);
      return { body: { type: 'master' } };
    },
  },
  {
    ...{ route: 'POST /api/orchestrators', what: 'of a folder', status: 201, gives: { ...shown, auditLog } },
    send: async (on) => ({
      body: { type: 'sub_orchestrator', folderId: await folder(on), ...settings, startMonitoring: false },
    }),
    look: (_on, { body: { orchestrator, auditLog } }, { body }) => {
      for (const [name, value] of Object.entries(settings)) assert.equal(orchestrator[name], value, name);
      assert.deepEqual([orchestrator.scopeType, orchestrator.scopeId], ['folder', body!.folderId]);
      assert.deepEqual([orchestrator.isMonitoringActive, auditLog.actionType], [false, 'created']);
    },
  },
  {
    ...{ route: 'POST /api/orchestrators', fails: [400, 'SUB_ORCHESTRATOR_ALREADY_EXISTS'] },
    send: async (on) => ({ body: { type: 'sub_orchestrator', folderId: (await control(on)).folderId } }),
  },
  {
    ...{ route: 'POST /api/orchestrators', fails: [400, 'INVALID_TYPE'] },
    send: () => ({ body: { type: 'overlord' } }),
  },
  { route: 'POST /api/orchestrators', what: 'no type', fails: [400, 'INVALID_TYPE'], send: () => ({ body: {} }) },
  {
    ...{ route: 'POST /api/orchestrators', fails: [400, 'MISSING_FOLDER_ID'] },
    send: () => ({ body: { type: 'sub_orchestrator' } }),
  },
  {
    ...{ route: 'GET /api/orchestrators', gives: { orchestrators: [Orchestrator] } },
    async send(on) {
      await withMaster(on);
      return { id: (await control(on)).id };
    },
    look: async (on, { body: { orchestrators } }, { id }) => {
      assert.equal(orchestrators[0].type, 'master');
      assert.ok(orchestrators.some((each: { id: string }) => each.id === id));
      assert.deepEqual((await on.other('GET', '/api/orchestrators')).body, { orchestrators: [] });
    },
  },
  { route: 'GET /api/orchestrators/:id', gives: shown, send: control },
  missing('GET /api/orchestrators/:id'),
  {
    ...{ route: 'DELETE /api/orchestrators/:id', send: control },
    look: async (on, _answer, { id }) =>
      assert.equal((await on.ask('GET', `/api/orchestrators/${id}`)).body.code, 'ORCHESTRATOR_NOT_FOUND'),
  },
  missing('DELETE /api/orchestrators/:id'),
];

const changed: readonly Row[] = [
  {
    ...{ route: 'PATCH /api/orchestrators/:id', gives: { ...shown, auditLog } },
    send: async (on) => ({ ...(await control(on)), body: settings }),
    look: (_on, { body: { orchestrator, auditLog } }) => {
      for (const [name, value] of Object.entries(settings)) assert.equal(orchestrator[name], value, name);
      assert.equal(auditLog.actionType, 'config_changed');
    },
  },
  {
    ...{ route: 'PATCH /api/orchestrators/:id', what: 'paused', gives: { ...shown, auditLog } },
    send: async (on) => ({ ...(await control(on)), body: { action: 'pause' } }),
    look: async (on, { body: { orchestrator } }, { id }) => {
      assert.deepEqual([orchestrator.status, orchestrator.isMonitoringActive], ['paused', false]);
      const resumed = await on.ask('PATCH', `/api/orchestrators/${id}`, { action: 'resume' });
      assert.deepEqual(
        [resumed.body.orchestrator.status, resumed.body.orchestrator.isMonitoringActive],
        ['idle', true],
      );
    },
  },
  {
    ...{ route: 'PATCH /api/orchestrators/:id', fails: [400, 'NO_UPDATES'] },
    send: async (on) => ({ ...(await control(on)), body: {} }),
  },
  missing('PATCH /api/orchestrators/:id', { action: 'pause' }),
  ...(['pause', 'resume'] as const).flatMap((verb): Row[] => [
    {
      ...{ route: `POST /api/orchestrators/:id/${verb}`, gives: shown, send: control },
      look: (_on, { body }) => assert.equal(body.orchestrator.status, verb === 'pause' ? 'paused' : 'idle'),
    },
    missing(`POST /api/orchestrators/:id/${verb}`),
  ]),
];

const active = { isActive: 'boolean', orchestratorId: 'uuid' } as const;

const monitored: readonly Row[] = [
  {
    ...{ route: 'POST /api/orchestrators/:id/monitoring/start', gives: active },
    send: async (on) => ({ ...(await control(on)), body: { intervalMs: 45_000 } }),
    look: async (on, { body }, { id }) => {
      assert.equal(body.isActive, true);
      assert.equal((await on.ask('GET', `/api/orchestrators/${id}`)).body.orchestrator.monitoringInterval, 45);
    },
  },
  {
    ...{ route: 'POST /api/orchestrators/:id/monitoring/start', fails: [400, 'ORCHESTRATOR_PAUSED'] },
    async send(on) {
      const { id } = await control(on);
      await on.ask('POST', `/api/orchestrators/${id}/pause`);
      return { id };
    },
  },
  {
    ...{ route: 'POST /api/orchestrators/:id/monitoring/stop', gives: active, send: control },
    look: async (on, { body }, { id }) => {
      assert.equal(body.isActive, false);
      assert.equal((await on.ask('GET', `/api/orchestrators/${id}/monitoring/status`)).body.isActive, false);
    },
  },
  { route: 'GET /api/orchestrators/:id/monitoring/status', gives: active, send: control },
  missing('POST /api/orchestrators/:id/monitoring/start'),
  missing('POST /api/orchestrators/:id/monitoring/stop'),
  missing('GET /api/orchestrators/:id/monitoring/status'),
  {
    ...{ route: 'GET /api/orchestrators/:id/stalled-sessions', send: control },
    gives: { orchestratorId: 'uuid', stalledSessions: [], checkedAt: 'iso' },
  },
  missing('GET /api/orchestrators/:id/stalled-sessions'),
  {
    ...{ route: 'GET /api/orchestrators/:id/audit', what: 'with every filter' },
    gives: {
      ...{ orchestratorId: 'uuid', count: 'number', total: 'number' },
      logs: [
        {
          ...{ id: 'uuid', orchestratorId: 'uuid', actionType: 'string', targetSessionId: 'uuid|null' },
          ...{ details: 'any', createdAt: 'iso' },
        },
      ],
    },
    async send(on) {
      const { id } = await control(on);
      for (const verb of ['pause', 'resume', 'pause', 'resume'])
        await on.ask('POST', `/api/orchestrators/${id}/${verb}`);
      const startDate = new Date(Date.now() - 60_000).toISOString();
      return { id, query: { actionType: 'paused', startDate, endDate: '2999-12-31', limit: '1' } };
    },
    look: (_on, { body: { count, total, logs } }) =>
      assert.deepEqual([count, total, logs[0].actionType, logs[0].details.to], [1, 2, 'paused', 'paused']),
  },
  {
    ...{ route: 'GET /api/orchestrators/:id/audit', what: 'no time', fails: [400, 'INVALID_PARAMS'] },
    send: async (on) => ({ ...(await control(on)), query: { startDate: 'yesterday' } }),
  },
  missing('GET /api/orchestrators/:id/audit'),
  {
    ...{ route: 'GET /api/orchestrators/health', send: async (on) => ({ ...(await control(on)) }) },
    gives: {
      summary: {
        ...{ totalOrchestrators: 'number', activeOrchestrators: 'number', healthyOrchestrators: 'number' },
        ...{ receivingHeartbeats: 'number', overallHealth: 'number' },
      },
      orchestrators: [
        {
          ...{ orchestratorId: 'uuid', type: 'string', status: 'string', stallCheckingActive: 'boolean' },
          health: {
            ...{ minutesSinceActivity: 'number', stallThresholdMinutes: 'number' },
            ...{ isHealthy: 'boolean', receivingHeartbeats: 'boolean' },
          },
          config: { monitoringInterval: 'number', stallThreshold: 'number', autoIntervention: 'boolean' },
          timestamps: { lastActivityAt: 'iso', createdAt: 'iso', updatedAt: 'iso' },
        },
      ],
    },
    look: (_on, { body: { summary } }) => assert.ok(summary.totalOrchestrators > 0 && summary.overallHealth <= 100),
  },
];

const ofFolder = (verb: string) => `${verb} /api/folders/:id/orchestrator`;
const noFolder = (verb: string): Row => ({
  ...{ route: ofFolder(verb), what: 'nobody has it', fails: [404, 'FOLDER_NOT_FOUND'] },
  send: () => ({ id: nobody, ...(verb === 'POST' && { body: {} }) }),
});

const folders: readonly Row[] = [
  {
    ...{ route: ofFolder('GET'), gives: { orchestrator: Orchestrator } },
    send: async (on) => ({ id: (await control(on)).folderId }),
  },
  {
    ...{ route: ofFolder('GET'), what: 'none', gives: { orchestrator: 'null' } },
    send: async (on) => ({ id: await folder(on) }),
  },
  {
    ...{ route: ofFolder('POST'), status: 201, gives: { ...shown, created: 'boolean', sessionId: 'uuid|null' } },
    send: async (on) => ({ id: await folder(on, { name: 'api' }), body: { ...settings, startMonitoring: true } }),
    look: (_on, { body }) => assert.deepEqual([body.created, body.orchestrator.name], [true, 'api Control']),
  },
  {
    ...{ route: ofFolder('POST'), what: 'one that is there', status: 200 },
    gives: { ...shown, created: 'boolean', sessionId: 'uuid|null' },
    send: async (on) => ({ id: (await control(on)).folderId, body: { stallThreshold: 900 } }),
    look: (_on, { body }) => assert.deepEqual([body.created, body.orchestrator.stallThreshold], [false, 300]),
  },
  { route: ofFolder('DELETE'), send: async (on) => ({ id: (await control(on)).folderId }) },
  {
    ...{ route: ofFolder('DELETE'), what: 'none', fails: [404, 'ORCHESTRATOR_NOT_FOUND'] },
    send: async (on) => ({ id: await folder(on) }),
  },
  ...['GET', 'POST', 'DELETE'].map(noFolder),
];

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
export const orchestratorRows: readonly Row[] = [...made, ...changed, ...monitored, ...folders];
export const noticeRows: readonly Row[] = [...insights, ...events, ...reinitialized];
