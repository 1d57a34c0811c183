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

export const folder = async (on: On, wanted = {}) => (await on.folder(wanted)).id as string;

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

export async function withMaster(on: On) {
  if (!(await masterOf(on))) await on.rpc('orchestrator/create', { type: 'master' });
}

export const missing = (route: string, body?: Record<string, unknown>): Row => ({
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

export const orchestratorRows: readonly Row[] = [...made, ...changed, ...monitored, ...folders];
