/** Insights: what an orchestrator noticed, once for each episode, until somebody or the end of it resolves it. */
import * as z from 'zod';
import { method, notification } from './define.js';
import { Severity } from './stalls.js';

export const InsightType = z.enum(['stall_detected', 'performance', 'error', 'suggestion']);
export type InsightType = z.infer<typeof InsightType>;

export const Insight = z.object({
  id: z.uuid(),
  orchestratorId: z.uuid(),
  sessionId: z.uuid().nullable(),
  type: InsightType,
  severity: Severity,
  message: z.string(),
  context: z.record(z.string(), z.unknown()).describe('What it rests on, with the evidence.'),
  suggestedActions: z.array(
    z.object({
      label: z.string(),
      description: z.string(),
      command: z.string().optional(),
      dangerous: z.boolean().optional(),
    }),
  ),
  confidence: z.number().min(0).max(1),
  resolved: z.boolean(),
  resolvedAt: z.int().nullable(),
  resolvedBy: z.string().nullable().describe('Who or what resolved it: a user, `recovery`, ...'),
  createdAt: z.int(),
});
export type Insight = z.infer<typeof Insight>;

export const InsightCounts = z.object({
  total: z.int(),
  unresolved: z.int(),
  bySeverity: z.object({ info: z.int(), warning: z.int(), error: z.int(), critical: z.int() }).describe('Unresolved.'),
});
export type InsightCounts = z.infer<typeof InsightCounts>;

const id = z.uuid().describe('Insight id.');
const orchestratorId = z.uuid().describe('Orchestrator id.');

export const insightMethods = {
  'insight/list': method({
    summary: 'Lists the insights of an orchestrator, newest first.',
    effect: 'read',
    concerns: { orchestrator: ['orchestratorId'] },
    params: z.object({
      orchestratorId,
      sessionId: z.uuid().optional().describe('Only about this session.'),
      type: InsightType.optional().describe('Only of this kind.'),
      severity: Severity.optional().describe('Only this severe.'),
      resolved: z.boolean().optional().describe('Only resolved ones, or only those that are not.'),
      limit: z.int().min(1).max(500).default(50).describe('How many at most.'),
    }),
    result: z.object({
      orchestratorId: z.uuid(),
      count: z.int().describe('Of those listed.'),
      counts: InsightCounts.describe('Of all of this orchestrator.'),
      insights: z.array(Insight),
    }),
    errors: ['NotFound'],
    args: ['orchestratorId'],
    http: 'GET /api/orchestrators/:orchestratorId/insights',
    doors: ['cli', 'mcp'],
    example: 'rdv insight list 3f2a --severity critical',
  }),

  'insight/counts': method({
    summary: 'Counts the insights of an orchestrator.',
    effect: 'read',
    concerns: { orchestrator: ['orchestratorId'] },
    params: z.object({ orchestratorId }),
    result: InsightCounts,
    errors: ['NotFound'],
    args: ['orchestratorId'],
    http: 'GET /api/orchestrators/:orchestratorId/insights/counts',
    doors: ['cli', 'mcp'],
    example: 'rdv insight counts master',
  }),

  'insight/get': method({
    summary: 'Returns one insight.',
    effect: 'read',
    concerns: {},
    params: z.object({ id }),
    result: Insight,
    errors: ['NotFound'],
    args: ['id'],
    http: 'GET /api/insights/:id',
    doors: ['cli', 'mcp'],
    example: 'rdv insight get 5b1e7c90',
  }),

  'insight/resolve': method({
    summary: 'Marks an insight as resolved; again is harmless.',
    effect: 'write',
    concerns: {},
    params: z.object({
      id,
      resolvedBy: z.string().min(1).max(200).optional().describe('The user when absent.'),
    }),
    result: Insight,
    errors: ['NotFound'],
    args: ['id'],
    http: 'POST /api/insights/:id/resolve',
    doors: ['cli', 'mcp'],
    example: 'rdv insight resolve 5b1e7c90',
  }),

  'insight/resolveSession': method({
    summary: 'Marks every insight about a session as resolved.',
    effect: 'write',
    concerns: { session: ['sessionId'], watched: true },
    params: z.object({
      sessionId: z.uuid().describe('Session id.'),
      resolvedBy: z.string().min(1).max(200).optional().describe('The user when absent.'),
    }),
    result: z.object({ resolvedCount: z.int() }),
    errors: ['NotFound'],
    args: ['sessionId'],
    http: 'POST /api/sessions/:sessionId/insights/resolve',
    doors: ['cli'],
    example: 'rdv insight resolve-session api',
  }),

  'insight/delete': method({
    summary: 'Deletes an insight.',
    effect: 'destroy',
    params: z.object({ id }),
    result: z.object({ success: z.literal(true) }),
    errors: ['NotFound'],
    args: ['id'],
    http: 'DELETE /api/insights/:id',
    doors: ['cli'],
    example: 'rdv insight delete 5b1e7c90',
  }),

  'insight/cleanup': method({
    summary: 'Deletes insights that were resolved long ago.',
    effect: 'destroy',
    params: z.object({
      maxAgeSecs: z
        .int()
        .min(0)
        .max(3_153_600_000)
        .default(2_592_000)
        .describe('Since they were resolved, in seconds; 30 days when absent.'),
    }),
    result: z.object({ deletedCount: z.int() }),
    http: 'POST /api/insights/cleanup',
    doors: ['cli'],
    example: 'rdv insight cleanup --max-age-secs 604800',
  }),
};

const seq = z.int().describe('Place in the event journal.');
const at = z.int().describe('Unix ms.');

export const insightNotifications = {
  'insight/created': notification({
    summary: 'An orchestrator noticed something.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, insight: Insight }),
  }),
  'insight/changed': notification({
    summary: 'An insight was resolved, or has become more severe.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, insight: Insight }),
  }),
  'insight/deleted': notification({
    summary: 'An insight was deleted.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, insight: Insight }),
  }),
};
