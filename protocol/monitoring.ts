/** Monitoring: what orchestrators watch and have done, and what agents tell those who watch them. */
import * as z from 'zod';
import { AgentProvider, SessionHealth, StallCause } from './agents.js';
import { method } from './define.js';
import { OrchestratorAudit, OrchestratorStatus, OrchestratorType } from './orchestrator.js';

export const agentEvents = ['heartbeat', 'session_start', 'session_end', 'task_complete', 'error', 'stalled'] as const;

const id = z.uuid().describe('Orchestrator id.');
const Monitoring = z.object({ isActive: z.boolean(), orchestratorId: z.uuid() });

export const monitoringMethods = {
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
    example: 'rdv orchestrator start-monitoring master --interval-ms 30000',
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
    example: 'rdv orchestrator stop-monitoring master',
  }),

  'orchestrator/monitoring': method({
    summary: 'Tells whether an orchestrator watches.',
    effect: 'read',
    concerns: { orchestrator: ['id'] },
    params: z.object({ id }),
    result: Monitoring,
    errors: ['NotFound'],
    args: ['id'],
    http: 'GET /api/orchestrators/:id/monitoring/status',
    doors: ['cli'],
    example: 'rdv orchestrator monitoring master',
  }),

  'orchestrator/stalled': method({
    summary: 'Lists the sessions of an orchestrator that make no progress, the longest first.',
    effect: 'read',
    concerns: { orchestrator: ['id'] },
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
    example: 'rdv orchestrator stalled master',
  }),

  'orchestrator/audit': method({
    summary: 'Lists what an orchestrator did and what was done to it, newest first.',
    effect: 'read',
    concerns: { orchestrator: ['id'] },
    params: z.object({
      id,
      actionType: z.string().max(100).optional().describe('Only this one, such as `command_injected`.'),
      sessionId: z.uuid().optional().describe('Only what was done to this session.'),
      startDate: z.string().max(40).optional().describe('ISO-8601; not before.'),
      endDate: z.string().max(40).optional().describe('ISO-8601; not after.'),
      limit: z.int().min(1).max(500).default(100).describe('How many at most.'),
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
    example: 'rdv orchestrator audit master --limit 20',
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
    example: 'rdv orchestrator health',
  }),

  'orchestrator/events': method({
    summary: 'Tells which events of agents are taken.',
    effect: 'read',
    nobody: true,
    concerns: {},
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
    concerns: {},
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
};
