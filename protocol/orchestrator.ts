/** What an orchestrator is: who it watches, how it is set, and what it is doing. */
import * as z from 'zod';

export const OrchestratorType = z.enum(['master', 'sub_orchestrator']);
/** `master` watches every session of its user, `sub_orchestrator` those of one folder. */
export type OrchestratorType = z.infer<typeof OrchestratorType>;

export const OrchestratorStatus = z.enum(['pending_bootstrap', 'idle', 'analyzing', 'acting', 'paused']);
export type OrchestratorStatus = z.infer<typeof OrchestratorStatus>;

const AUTO_INTERVENTION =
  'Whether it may nudge: type one line into an agent that says that it works while nothing comes of it, twice in 6 hours at most. Otherwise it only tells.';

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
  autoIntervention: z.boolean().describe(AUTO_INTERVENTION),
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

/** What can be set of one. */
export const orchestratorSettings = {
  customInstructions: z
    .string()
    .max(20_000)
    .nullable()
    .optional()
    .describe('What its agent is told beside what all are told.'),
  monitoringInterval: z.int().min(1).max(86_400).optional().describe('Seconds.'),
  stallThreshold: z.int().min(10).max(86_400).optional().describe('Seconds.'),
  autoIntervention: z.boolean().optional().describe(AUTO_INTERVENTION),
};

/** The row of the audit that tells of a change. */
export const Logged = z.object({ id: z.string(), actionType: z.string(), timestamp: z.string().describe('ISO-8601.') });
