/** Injection: text that reaches a program on a machine's behalf, with a receipt of what became of it; and dialogs answered. */
import * as z from 'zod';
import { AgentProgram, AgentState, BlockedKind } from './agents.js';
import { method, notification } from './define.js';

/** Bounds of injected text. */
export const injectionLimits = { textBytes: 262_144, ttlMs: 1_800_000, queue: 50 } as const;

export const ReceiptState = z.enum([
  'queued',
  'typed',
  'submitted',
  'turnStarted',
  'completed',
  'refused',
  'expired',
  'indeterminate',
]);
/**
 * `typed`: the text was seen in the prompt box. `submitted`: it left that after Enter. `turnStarted`, `completed`: the
 * agent was seen to work on it, and to be done. `indeterminate`: nobody can say; nothing is ever typed twice.
 */
export type ReceiptState = z.infer<typeof ReceiptState>;

export const Receipt = z.object({
  id: z.uuid(),
  sessionId: z.uuid(),
  orchestratorId: z.uuid().nullable().describe('For whom it was; null for a user or a program of theirs.'),
  auditLogId: z.string().nullable().describe("Of the row in its orchestrator's audit that tells of it."),
  state: ReceiptState,
  reason: z.string().nullable().describe('Why it went no further; null while all is well.'),
  code: z.string().nullable().describe('The same for programs, such as `AGENT_BLOCKED` or `DRAFT_PRESENT`.'),
  textHash: z.string().describe('SHA-256 of the text as it was typed.'),
  bytes: z.int().describe('Of the text as it was typed.'),
  removed: z.array(z.string()).describe('What was taken out of the text before: kinds of control sequences.'),
  submit: z.boolean(),
  spawnId: z.string().nullable().describe('The life of the program it went to.'),
  enters: z.int().describe('How often Enter was pressed.'),
  evidence: z.array(z.string()).describe('What was seen at each step.'),
  createdAt: z.int(),
  updatedAt: z.int(),
  expiresAt: z.int().describe('If it still waits then it is given up.'),
});
export type Receipt = z.infer<typeof Receipt>;

export const Interaction = z.object({
  id: z.string().describe('Bound to the dialog as it stands on the screen.'),
  sessionId: z.uuid(),
  sessionName: z.string(),
  program: AgentProgram,
  kind: BlockedKind,
  text: z.string(),
  options: z.array(z.object({ id: z.string(), label: z.string() })),
  since: z.int().describe('Unix ms.'),
});
export type Interaction = z.infer<typeof Interaction>;

const text = z
  .string()
  .min(1)
  .max(injectionLimits.textBytes)
  .describe('What to type, at most 256 KiB; control characters are taken out, but tabs and line feeds.');

const idempotencyKey = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe('The same key again returns the receipt of the first, also after a restart; nothing is typed twice.');

/** How and when; shared by those who type for a machine. */
const how = {
  mode: z
    .enum(['now', 'whenIdle', 'queue'])
    .default('now')
    .describe('`now` or not at all; `whenIdle` as soon as it is idle; `queue` the same behind what already waits.'),
  submit: z.boolean().default(true).describe('Press Enter behind it.'),
  expect: z
    .object({
      spawnId: z.string().max(200).optional().describe('Only to this life of the program.'),
      states: z
        .array(AgentState)
        .min(1)
        .optional()
        .describe('Only in one of these states, blocked and unknown included.'),
    })
    .default({})
    .describe('Only if it is so; otherwise nothing is typed.'),
  ttlMs: z.int().min(1000).max(86_400_000).default(injectionLimits.ttlMs).describe('How long it may wait.'),
  wait: z
    .enum(['queued', 'submitted', 'completed'])
    .optional()
    .describe('How far the answer waits, `submitted` for `now` and else `queued` when absent; events tell the rest.'),
  reason: z.string().max(1000).optional().describe('For the audit.'),
  idempotencyKey,
};

export const injectionMethods = {
  'agent/send': method({
    summary: "Types text into a session's agent as its next prompt, and tells what was seen of it.",
    effect: 'write',
    scope: 'terminal:write',
    category: 'inject',
    concerns: { session: ['sessionId'] },
    audit: 'before',
    params: z.object({ sessionId: z.uuid().describe('Session id.'), text, ...how }),
    result: Receipt,
    errors: ['NotFound', 'Conflict', 'Gone', 'Unavailable'],
    args: ['sessionId', 'text'],
    doors: ['cli', 'mcp'],
    example: 'rdv agent send api "run the tests" --mode whenIdle',
  }),

  'orchestrator/inject': method({
    summary: 'Types a command into a session an orchestrator watches, unless that is paused.',
    effect: 'write',
    scope: 'terminal:write',
    category: 'inject',
    concerns: { session: ['sessionId'], watched: true, orchestrator: ['id'] },
    audit: 'before',
    params: z.object({
      id: z.uuid().describe('Orchestrator id.'),
      sessionId: z.uuid().describe('Session id.'),
      command: text,
      pressEnter: z.boolean().default(true).describe('Press Enter behind it.'),
      mode: how.mode,
      expect: how.expect,
      ttlMs: how.ttlMs,
      wait: how.wait,
      reason: how.reason,
      idempotencyKey,
    }),
    result: z.object({
      success: z.boolean().describe('It was seen to be submitted, or to wait in the queue.'),
      sessionId: z.uuid(),
      command: z.string().describe('As it was typed.'),
      at: z.int().describe('Unix ms.'),
      timestamp: z.string().describe('The same as ISO-8601 text.'),
      auditLogId: z.string(),
      receipt: Receipt,
      error: z.string().optional(),
    }),
    errors: ['NotFound', 'Conflict', 'Gone', 'Unavailable'],
    args: ['id', 'sessionId', 'command'],
    http: {
      routes: ['POST /api/orchestrators/:id/inject', 'POST /api/orchestrators/:id/commands'],
      codes: { sessionId: 'MISSING_SESSION_ID', command: 'MISSING_COMMAND' },
      headers: { idempotencyKey: 'Idempotency-Key' },
    },
    doors: ['cli', 'mcp'],
    example: 'rdv orchestrator inject master api "run the tests" --mode whenIdle',
  }),

  'injection/get': method({
    summary: 'Returns the receipt of an injection.',
    effect: 'read',
    params: z.object({ id: z.uuid().describe('Receipt id.') }),
    result: Receipt,
    errors: ['NotFound'],
    args: ['id'],
    doors: ['cli', 'mcp'],
    example: 'rdv injection get 5b1e7c90',
  }),

  'injection/list': method({
    summary: 'Lists receipts, newest first.',
    effect: 'read',
    concerns: { session: ['sessionId'], watched: true },
    params: z.object({
      sessionId: z.uuid().optional().describe('Only of this session.'),
      states: z.array(ReceiptState).optional().describe('Only in one of these states.'),
      limit: z.int().min(1).max(500).default(50).describe('How many at most.'),
    }),
    result: z.object({ receipts: z.array(Receipt) }),
    errors: ['NotFound'],
    doors: ['cli', 'mcp'],
    example: 'rdv injection list --session-id api --limit 20',
  }),

  'injection/cancel': method({
    summary: 'Takes back an injection that still waits.',
    effect: 'write',
    params: z.object({ id: z.uuid().describe('Receipt id.') }),
    result: Receipt,
    errors: ['NotFound', 'Conflict'],
    args: ['id'],
    doors: ['cli', 'mcp'],
    example: 'rdv injection cancel 5b1e7c90',
  }),

  'interaction/list': method({
    summary: 'Lists the dialogs that wait for an answer.',
    effect: 'read',
    concerns: { session: ['sessionId'], watched: true },
    params: z.object({ sessionId: z.uuid().optional().describe('Only of this session.') }),
    result: z.object({ interactions: z.array(Interaction) }),
    errors: ['NotFound'],
    doors: ['cli', 'mcp'],
    example: 'rdv interaction list',
  }),

  'interaction/respond': method({
    summary: 'Answers a dialog, if it still stands there as it was listed; of two answers one is taken.',
    effect: 'write',
    scope: 'terminal:write',
    category: 'inject',
    audit: 'before',
    params: z.object({
      interactionId: z.string().min(1).max(200).describe('From `interaction/list`.'),
      optionId: z.string().min(1).max(200).describe('One of its options.'),
    }),
    result: z.object({ success: z.literal(true), sessionId: z.uuid(), evidence: z.string() }),
    errors: ['NotFound', 'Conflict', 'Gone', 'Unavailable'],
    args: ['interactionId', 'optionId'],
    doors: ['cli', 'mcp'],
    example: 'rdv interaction respond api 1',
  }),
};

const seq = z.int().describe('Place in the event journal.');
const at = z.int().describe('Unix ms.');

export const injectionNotifications = {
  'injection/changed': notification({
    summary: 'An injection came a step further, or goes no further.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, sessionId: z.uuid(), receipt: Receipt }),
  }),
};
