/** Orchestrators: they watch sessions, tell who is stuck, and may type into them. */
import * as z from 'zod';
import { AgentProvider } from './agents.js';
import { method, notification } from './define.js';
import { Logged, Orchestrator, OrchestratorType, orchestratorSettings } from './orchestrator.js';

export * from './orchestrator.js';

const id = z.uuid().describe('Orchestrator id.');
const folderId = z.uuid().describe('Folder id.');
const success = z.object({ success: z.literal(true) });

export const orchestratorMethods = {
  'orchestrator/list': method({
    summary: "Lists the user's orchestrators, the master first.",
    effect: 'read',
    perMinute: 60,
    concerns: {},
    params: z.object({}),
    result: z.object({ orchestrators: z.array(Orchestrator) }),
    http: 'GET /api/orchestrators',
    doors: ['cli', 'mcp'],
    example: 'rdv orchestrator list',
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
      ...orchestratorSettings,
      startMonitoring: z.boolean().default(true).describe('Look after its sessions from now on.'),
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
    concerns: { orchestrator: ['id'] },
    params: z.object({ id }),
    result: z.object({ orchestrator: Orchestrator }),
    errors: ['NotFound'],
    args: ['id'],
    http: 'GET /api/orchestrators/:id',
    doors: ['cli', 'mcp'],
    example: 'rdv orchestrator get master',
  }),

  'orchestrator/update': method({
    summary: 'Changes the settings of an orchestrator, or pauses or resumes it.',
    effect: 'write',
    audit: 'after',
    params: z.object({
      id,
      action: z.enum(['pause', 'resume']).optional().describe('Pause or resume it too.'),
      ...orchestratorSettings,
    }),
    result: z.object({ orchestrator: Orchestrator, auditLog: Logged.optional() }),
    errors: ['InvalidParams', 'NotFound'],
    lock: 'id',
    args: ['id'],
    http: 'PATCH /api/orchestrators/:id',
    doors: ['cli', 'mcp'],
    example: 'rdv orchestrator update master --monitoring-interval 60',
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
    example: 'rdv orchestrator delete master',
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
    example: 'rdv orchestrator pause master',
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
    example: 'rdv orchestrator resume master',
  }),

  'orchestrator/reinitialize': method({
    summary: 'Makes an orchestrator anew, in a session of its own with an agent that is told its task.',
    effect: 'destroy',
    params: z.object({
      type: OrchestratorType,
      folderId: z.uuid().optional().describe('Needed for a `sub_orchestrator`.'),
      config: z
        .object({ ...orchestratorSettings, agentProvider: AgentProvider.optional() })
        .optional()
        .describe('What is to be other than it was.'),
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
    example: 'rdv orchestrator reinitialize sub_orchestrator --folder-id work/api',
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
    example: 'rdv orchestrator of-folder work/api',
  }),

  'orchestrator/ensure': method({
    summary: 'Makes the orchestrator of a folder, unless there is one.',
    effect: 'write',
    audit: 'after',
    concerns: { folder: ['folderId'] },
    params: z.object({
      folderId,
      ...orchestratorSettings,
      startMonitoring: z.boolean().default(true).describe('Look after its sessions from now on.'),
    }),
    result: z.object({ orchestrator: Orchestrator, created: z.boolean(), sessionId: z.uuid().nullable() }),
    errors: ['NotFound', 'InvalidParams'],
    args: ['folderId'],
    http: {
      routes: 'POST /api/folders/:folderId/orchestrator',
      status: { may: [201, 200], of: ({ created }) => (created ? 201 : 200) },
    },
    doors: ['cli'],
    example: 'rdv orchestrator ensure work/api',
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
