/** Orchestrators: they watch sessions, tell who is stuck, and may type into them. */
import * as z from 'zod';
import { AgentProvider, SessionHealth, StallCause } from './agents.js';
import { method, notification } from './define.js';

export const OrchestratorType = z.enum(['master', 'sub_orchestrator']);
/** `master` watches every session of its user, `sub_orchestrator` those of one folder. */
export type OrchestratorType = z.infer<typeof OrchestratorType>;

export const OrchestratorStatus = z.enum(['pending_bootstrap', 'idle', 'analyzing', 'acting', 'paused']);
export type OrchestratorStatus = z.infer<typeof OrchestratorStatus>;

export const Orchestrator = z.object({
  id: z.uuid(),
  userId: z.string(),
  name: z.string().describe("`Master Control`, or the folder's name and `Control`."),
  sessionId: z.uuid().nullable().describe('The session it lives in, if it has one.'),
  type: OrchestratorType,
  status: OrchestratorStatus,
  scopeType: z.literal('folder').nullable(),
  scopeId: z.uuid().nullable().describe('The folder it watches; null for all.'),
  customInstructions: z.string().nullable(),
  monitoringInterval: z.int().describe('Seconds between two reports of its own; what happens is told at once.'),
  stallThreshold: z.int().describe('Seconds without progress after which a working session is stalled.'),
  autoIntervention: z.boolean().describe('Whether it may nudge a stalled session by itself.'),
  lastActivityAt: z.int(),
  createdAt: z.int(),
  updatedAt: z.int(),
  isMonitoringActive: z.boolean(),
});
export type Orchestrator = z.infer<typeof Orchestrator>;

export const OrchestratorAudit = z.object({
  id: z.string(),
  orchestratorId: z.uuid(),
  actionType: z.string().describe('Such as `created`, `paused`, `command_injected`.'),
  targetSessionId: z.uuid().nullable(),
  details: z.record(z.string(), z.unknown()),
  createdAt: z.int(),
});
export type OrchestratorAudit = z.infer<typeof OrchestratorAudit>;

export const agentEvents = ['heartbeat', 'session_start', 'session_end', 'task_complete', 'error', 'stalled'] as const;

const id = z.uuid().describe('Orchestrator id.');
const folderId = z.uuid().describe('Folder id.');
const success = z.object({ success: z.literal(true) });

/** What can be set of one. */
const settings = {
  customInstructions: z.string().max(20_000).nullable().optional(),
  monitoringInterval: z.int().min(1).max(86_400).optional().describe('Seconds.'),
  stallThreshold: z.int().min(10).max(86_400).optional().describe('Seconds.'),
  autoIntervention: z.boolean().optional(),
};

const Logged = z.object({ id: z.string(), actionType: z.string(), timestamp: z.string().describe('ISO-8601.') });

const Monitoring = z.object({ isActive: z.boolean(), orchestratorId: z.uuid() });

export const orchestratorMethods = {
  'orchestrator/list': method({
    summary: "Lists the user's orchestrators, the master first.",
    effect: 'read',
    perMinute: 60,
    params: z.object({}),
    result: z.object({ orchestrators: z.array(Orchestrator) }),
    http: 'GET /api/orchestrators',
    doors: ['cli', 'mcp'],
  }),

  'orchestrator/create': method({
    summary: 'Makes an orchestrator: one master a user, one for each folder.',
    effect: 'write',
    perMinute: 10,
    audit: 'after',
    params: z.object({
      type: OrchestratorType,
      sessionId: z.uuid().optional().describe('The session it lives in.'),
      folderId: z.uuid().optional().describe('The folder it watches; needed for a `sub_orchestrator`.'),
      ...settings,
      startMonitoring: z.boolean().default(true),
    }),
    result: z.object({ orchestrator: Orchestrator, auditLog: Logged }),
    errors: ['InvalidParams', 'NotFound', 'Conflict'],
    args: ['type'],
    http: { routes: 'POST /api/orchestrators', status: 201, codes: { type: 'INVALID_TYPE' } },
    doors: ['cli', 'mcp'],
    example: 'rdv orchestrator create sub_orchestrator --folder-id api --stall-threshold 600',
  }),

  'orchestrator/get': method({
    summary: 'Returns one orchestrator.',
    effect: 'read',
    params: z.object({ id }),
    result: z.object({ orchestrator: Orchestrator }),
    errors: ['NotFound'],
    args: ['id'],
    http: 'GET /api/orchestrators/:id',
    doors: ['cli', 'mcp'],
  }),

  'orchestrator/update': method({
    summary: 'Changes the settings of an orchestrator, or pauses or resumes it.',
    effect: 'write',
    audit: 'after',
    params: z.object({ id, action: z.enum(['pause', 'resume']).optional(), ...settings }),
    result: z.object({ orchestrator: Orchestrator, auditLog: Logged.optional() }),
    errors: ['InvalidParams', 'NotFound'],
    lock: 'id',
    args: ['id'],
    http: 'PATCH /api/orchestrators/:id',
    doors: ['cli', 'mcp'],
  }),

  'orchestrator/delete': method({
    summary: 'Deletes an orchestrator with its insights; the sessions it watched stay as they are.',
    effect: 'destroy',
    params: z.object({ id }),
    result: success,
    errors: ['NotFound'],
    lock: 'id',
    args: ['id'],
    http: 'DELETE /api/orchestrators/:id',
    doors: ['cli'],
  }),

  'orchestrator/pause': method({
    summary: 'Stops what an orchestrator does: monitoring and typing; again is harmless.',
    effect: 'write',
    audit: 'after',
    params: z.object({ id }),
    result: z.object({ orchestrator: Orchestrator }),
    errors: ['NotFound'],
    lock: 'id',
    args: ['id'],
    http: 'POST /api/orchestrators/:id/pause',
    doors: ['cli', 'mcp'],
  }),

  'orchestrator/resume': method({
    summary: 'Lets a paused orchestrator go on; again is harmless.',
    effect: 'write',
    audit: 'after',
    params: z.object({ id }),
    result: z.object({ orchestrator: Orchestrator }),
    errors: ['NotFound'],
    lock: 'id',
    args: ['id'],
    http: 'POST /api/orchestrators/:id/resume',
    doors: ['cli', 'mcp'],
  }),

  'orchestrator/startMonitoring': method({
    summary: 'Lets an orchestrator watch its sessions; also after a restart of the daemon.',
    effect: 'write',
    audit: 'after',
    params: z.object({
      id,
      intervalMs: z.int().min(1000).max(86_400_000).optional().describe('Sets the monitoring interval.'),
    }),
    result: Monitoring,
    errors: ['NotFound', 'Conflict'],
    lock: 'id',
    args: ['id'],
    http: 'POST /api/orchestrators/:id/monitoring/start',
    doors: ['cli'],
  }),

  'orchestrator/stopMonitoring': method({
    summary: 'Lets an orchestrator watch no longer.',
    effect: 'write',
    audit: 'after',
    params: z.object({ id }),
    result: Monitoring,
    errors: ['NotFound'],
    lock: 'id',
    args: ['id'],
    http: 'POST /api/orchestrators/:id/monitoring/stop',
    doors: ['cli'],
  }),

  'orchestrator/monitoring': method({
    summary: 'Tells whether an orchestrator watches.',
    effect: 'read',
    params: z.object({ id }),
    result: Monitoring,
    errors: ['NotFound'],
    args: ['id'],
    http: 'GET /api/orchestrators/:id/monitoring/status',
    doors: ['cli'],
  }),

  'orchestrator/stalled': method({
    summary: 'Lists the sessions of an orchestrator that make no progress, the longest first.',
    effect: 'read',
    params: z.object({ id }),
    result: z.object({
      orchestratorId: z.uuid(),
      stalledSessions: z.array(
        z.object({
          sessionId: z.uuid(),
          sessionName: z.string(),
          tmuxSessionName: z.string(),
          folderId: z.uuid().nullable(),
          lastActivityAt: z.int(),
          stalledMinutes: z.number(),
          health: SessionHealth,
          cause: StallCause,
        }),
      ),
      checkedAt: z.int(),
    }),
    errors: ['NotFound'],
    args: ['id'],
    http: 'GET /api/orchestrators/:id/stalled-sessions',
    doors: ['cli', 'mcp'],
  }),

  'orchestrator/audit': method({
    summary: 'Lists what an orchestrator did and what was done to it, newest first.',
    effect: 'read',
    params: z.object({
      id,
      actionType: z.string().max(100).optional(),
      sessionId: z.uuid().optional().describe('Only what was done to this session.'),
      startDate: z.string().max(40).optional().describe('ISO-8601; not before.'),
      endDate: z.string().max(40).optional().describe('ISO-8601; not after.'),
      limit: z.int().min(1).max(500).default(100),
    }),
    result: z.object({
      orchestratorId: z.uuid(),
      count: z.int(),
      total: z.int().describe('That fit, whatever the limit.'),
      logs: z.array(OrchestratorAudit),
    }),
    errors: ['NotFound', 'InvalidParams'],
    args: ['id'],
    http: 'GET /api/orchestrators/:id/audit',
    doors: ['cli', 'mcp'],
  }),

  'orchestrator/health': method({
    summary: 'Tells how well the orchestrators watch.',
    effect: 'read',
    perMinute: 30,
    params: z.object({}),
    result: z.object({
      summary: z.object({
        totalOrchestrators: z.int(),
        activeOrchestrators: z.int().describe('Not paused.'),
        healthyOrchestrators: z.int(),
        receivingHeartbeats: z.int().describe('Those whose agents told something within their threshold.'),
        overallHealth: z.number().min(0).max(100).describe('The part that is healthy, in percent.'),
      }),
      orchestrators: z.array(
        z.object({
          orchestratorId: z.uuid(),
          type: OrchestratorType,
          status: OrchestratorStatus,
          stallCheckingActive: z.boolean(),
          health: z.object({
            minutesSinceActivity: z.number(),
            stallThresholdMinutes: z.number(),
            isHealthy: z.boolean(),
            receivingHeartbeats: z.boolean(),
          }),
          config: z.object({
            monitoringInterval: z.int(),
            stallThreshold: z.int(),
            autoIntervention: z.boolean(),
          }),
          timestamps: z.object({ lastActivityAt: z.int(), createdAt: z.int(), updatedAt: z.int() }),
        }),
      ),
    }),
    http: 'GET /api/orchestrators/health',
    doors: ['cli', 'mcp'],
  }),

  'orchestrator/events': method({
    summary: 'Tells which events of agents are taken.',
    effect: 'read',
    nobody: true,
    params: z.object({}),
    result: z.object({
      status: z.literal('ok'),
      endpoint: z.string(),
      supportedEvents: z.array(z.string()),
      supportedAgents: z.array(z.string()),
    }),
    http: 'GET /api/orchestrators/agent-event',
  }),

  'orchestrator/event': method({
    summary: 'Takes an event of an agent, for the owner of the session it names, and routes it to who watches that.',
    effect: 'write',
    nobody: true,
    params: z.object({
      event: z.enum(agentEvents),
      agent: AgentProvider.exclude(['none']),
      sessionId: z.string().max(200).optional(),
      tmuxSessionName: z.string().max(200).optional().describe('Names the session where its id is not known.'),
      folderId: z.string().max(200).nullable().optional(),
      timestamp: z.union([z.string().max(40), z.number()]).optional(),
      reason: z.string().max(2000).optional(),
      context: z
        .object({
          cwd: z.string().max(4096).optional(),
          filesModified: z.array(z.string().max(4096)).max(1000).optional(),
          lastMessage: z.string().max(20_000).optional(),
          transcriptPath: z.string().max(4096).optional(),
        })
        .optional(),
    }),
    result: z.object({
      received: z.literal(true),
      sessionFound: z.boolean(),
      sessionId: z.string().nullable(),
      event: z.enum(agentEvents),
      routing: z.object({
        folderOrchestrator: z.string().nullable(),
        masterOrchestrator: z.string().nullable(),
        escalated: z.boolean(),
      }),
    }),
    http: { routes: 'POST /api/orchestrators/agent-event', spelled: ['context'] },
  }),

  'orchestrator/reinitialize': method({
    summary: 'Makes an orchestrator anew, in a session of its own with an agent that is told its task.',
    effect: 'destroy',
    params: z.object({
      type: OrchestratorType,
      folderId: z.uuid().optional().describe('Needed for a `sub_orchestrator`.'),
      config: z.object({ ...settings, agentProvider: AgentProvider.optional() }).optional(),
    }),
    result: z.object({
      success: z.literal(true),
      type: OrchestratorType,
      folderId: z.uuid().optional(),
      orchestrator: Orchestrator,
      previousOrchestrator: Orchestrator.nullable(),
      message: z.string(),
    }),
    errors: ['InvalidParams', 'NotFound', 'Conflict', 'Unavailable'],
    args: ['type'],
    http: {
      routes: 'POST /api/orchestrators/reinitialize',
      codes: { type: 'INVALID_TYPE' },
      spelled: ['config'],
    },
    doors: ['cli'],
  }),

  'orchestrator/ofFolder': method({
    summary: 'Returns the orchestrator of a folder, or null.',
    effect: 'read',
    concerns: { folder: ['folderId'] },
    params: z.object({ folderId }),
    result: z.object({ orchestrator: Orchestrator.nullable() }),
    errors: ['NotFound'],
    args: ['folderId'],
    http: 'GET /api/folders/:folderId/orchestrator',
    doors: ['cli', 'mcp'],
  }),

  'orchestrator/ensure': method({
    summary: 'Makes the orchestrator of a folder, unless there is one.',
    effect: 'write',
    audit: 'after',
    concerns: { folder: ['folderId'] },
    params: z.object({ folderId, ...settings, startMonitoring: z.boolean().default(true) }),
    result: z.object({ orchestrator: Orchestrator, created: z.boolean(), sessionId: z.uuid().nullable() }),
    errors: ['NotFound', 'InvalidParams'],
    args: ['folderId'],
    http: {
      routes: 'POST /api/folders/:folderId/orchestrator',
      status: { may: [201, 200], of: ({ created }) => (created ? 201 : 200) },
    },
    doors: ['cli'],
  }),

  'orchestrator/deleteOfFolder': method({
    summary: 'Deletes the orchestrator of a folder.',
    effect: 'destroy',
    concerns: { folder: ['folderId'] },
    params: z.object({ folderId }),
    result: success,
    errors: ['NotFound'],
    args: ['folderId'],
    http: 'DELETE /api/folders/:folderId/orchestrator',
  }),
};

const seq = z.int().describe('Place in the event journal.');
const at = z.int().describe('Unix ms.');

export const orchestratorNotifications = {
  'orchestrator/created': notification({
    summary: 'An orchestrator was made.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, orchestrator: Orchestrator }),
  }),
  'orchestrator/changed': notification({
    summary: 'The status or the settings of an orchestrator are others now.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, orchestrator: Orchestrator }),
  }),
  'orchestrator/deleted': notification({
    summary: 'An orchestrator was deleted.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, orchestrator: Orchestrator }),
  }),
};
