/** Agents: which program works in a session, what it is doing, and whether it gets anywhere. */
import * as z from 'zod';
import { method, notification } from './define.js';

export const AgentProvider = z.enum(['claude', 'codex', 'gemini', 'opencode', 'none']);
export type AgentProvider = z.infer<typeof AgentProvider>;

export const AgentState = z.enum([
  'starting',
  'working',
  'blocked',
  'idle',
  'done',
  'limited',
  'auth_failed',
  'exited',
  'unknown',
]);
/** `blocked` waits for a person, `limited` for its provider. `unknown` is what nothing tells, and never counts as idle. */
export type AgentState = z.infer<typeof AgentState>;

export const SessionHealth = z.enum(['ok', 'slow', 'stalled', 'hung', 'flapping', 'crash_loop', 'unknown']);
export type SessionHealth = z.infer<typeof SessionHealth>;

/** What runs in a session, as far as its screen is read: an agent, or any shell. */
export const AgentProgram = z.enum(['claude', 'codex', 'gemini', 'opencode', 'shell']);
export type AgentProgram = z.infer<typeof AgentProgram>;

export const BlockedKind = z.enum(['permission', 'question', 'trust', 'login', 'plan', 'other']);
export type BlockedKind = z.infer<typeof BlockedKind>;

export const StallCause = z.enum(['startup', 'no_progress', 'long_tool', 'frozen_spinner', 'flapping', 'crash_loop']);
export type StallCause = z.infer<typeof StallCause>;

export const Blocked = z.object({
  kind: BlockedKind,
  since: z.int().describe('Unix ms.'),
  text: z.string().describe('What it asks, without control characters.'),
  options: z
    .array(z.object({ id: z.string(), label: z.string() }))
    .describe('What can be answered; empty when unknown.'),
  interactionId: z
    .string()
    .nullable()
    .describe('For `interaction/respond`; null when the screen does not tell how to answer.'),
});
export type Blocked = z.infer<typeof Blocked>;

export const Evidence = z.object({
  source: z
    .enum(['exit', 'screen', 'title', 'progress', 'hook', 'process', 'absence', 'startup'])
    .describe('What told: `progress` is a sequence of the terminal, `absence` that nothing told otherwise.'),
  says: AgentState,
  rule: z.string().nullable().describe('The rule of the manifest that matched, or the event of the hook.'),
  matched: z.string().nullable().describe('The text it matched, at most 200 characters.'),
  spawnId: z.string().describe('The life of the program it is about.'),
  seq: z.int().describe('Order of the evidence of a session.'),
  at: z.int().describe('Unix ms.'),
  leftMs: z.int().nullable().describe('How long it still counts; null for as long as it is seen.'),
  decisive: z.boolean().describe('The state follows from it.'),
});
export type Evidence = z.infer<typeof Evidence>;

export const Agent = z.object({
  sessionId: z.uuid(),
  name: z.string().describe("The session's."),
  folderId: z.uuid().nullable(),
  program: AgentProgram,
  state: AgentState,
  since: z.int().describe('When it came into this state, Unix ms.'),
  health: SessionHealth,
  cause: StallCause.nullable().describe('Why its health is what it is; null when it is well or unknown.'),
  blocked: Blocked.nullable().describe('What it waits for; null unless `blocked`.'),
  limitedUntilAt: z.int().nullable().describe('When its limit ends, Unix ms; null when unknown or not limited.'),
  exitCode: z.int().nullable().describe('Of a program that ended; null when unknown.'),
  spawnId: z.string().describe('Names this life of the program; another one begins with another program.'),
  evidence: z.array(Evidence).describe('What was looked at, the strongest first.'),
});
export type Agent = z.infer<typeof Agent>;

/** What a hook of an agent tells. */
export const HookEvent = z.enum([
  'sessionStart',
  'sessionEnd',
  'turnStart',
  'turnEnd',
  'turnFailed',
  'toolStart',
  'toolEnd',
  'permission',
  'question',
  'idle',
  'compacting',
  'limited',
  'authFailed',
  'heartbeat',
]);
export type HookEvent = z.infer<typeof HookEvent>;

export const HookReport = z.object({
  sessionId: z.uuid(),
  agent: AgentProgram.exclude(['shell']),
  event: HookEvent,
  rawEvent: z.string().max(100).optional().describe("The event's name in the agent's own words."),
  agentSessionId: z.string().max(200).optional().describe("The agent's own id of its conversation: one life of it."),
  turnId: z.string().max(200).optional().describe('Which turn; of an agent within the agent, its own.'),
  subagent: z.boolean().default(false).describe('It is about an agent within the agent.'),
  tool: z.string().max(200).optional(),
  message: z.string().max(2000).optional(),
  transcriptPath: z.string().max(4096).optional(),
  untilAt: z.int().optional().describe('When a limit ends, Unix ms.'),
  happenedAt: z.int().optional().describe('When, Unix ms; when it arrives if absent.'),
});
export type HookReport = z.infer<typeof HookReport>;

export const AgentTransition = z.object({
  at: z.int().describe('Unix ms.'),
  sessionId: z.uuid(),
  before: AgentState,
  state: AgentState,
  healthBefore: SessionHealth,
  health: SessionHealth,
  cause: StallCause.nullable(),
  evidence: z.array(Evidence),
});
export type AgentTransition = z.infer<typeof AgentTransition>;

const sessionId = z.uuid().describe('Session id.');

export const agentMethods = {
  'agent/get': method({
    summary: 'Returns what the program of a session is doing, and the evidence for it.',
    effect: 'read',
    concerns: { session: ['sessionId'], watched: true },
    params: z.object({ sessionId }),
    result: Agent,
    errors: ['NotFound', 'Gone'],
    args: ['sessionId'],
    doors: ['cli', 'mcp'],
    example: 'rdv agent get api',
  }),

  'agent/list': method({
    summary: 'Lists what the programs of the live sessions are doing, in tab order.',
    effect: 'read',
    concerns: { folder: ['folderId'] },
    params: z.object({
      folderId: z.uuid().optional().describe('Only sessions in this folder.'),
      states: z.array(AgentState).optional().describe('Only those in one of these states.'),
    }),
    result: z.object({ agents: z.array(Agent) }),
    errors: ['NotFound'],
    doors: ['cli', 'mcp'],
    example: 'rdv agent list --states blocked',
  }),

  'agent/explain': method({
    summary: 'Tells why a session is said to be in its state, with every rule looked at, and its past transitions.',
    effect: 'read',
    concerns: { session: ['sessionId'], watched: true },
    params: z.object({
      sessionId,
      limit: z.int().min(0).max(1000).default(20).describe('Past transitions, the newest first.'),
    }),
    result: z.object({
      agent: Agent,
      screen: z.array(z.string()).describe('The lines that were looked at.'),
      transitions: z.array(AgentTransition),
      ignoredReports: z.int().describe('Reports of an earlier life of the program, which count for nothing.'),
    }),
    errors: ['NotFound', 'Gone', 'Unavailable'],
    args: ['sessionId'],
    doors: ['cli', 'mcp'],
    example: 'rdv agent explain api',
  }),

  'agent/report': method({
    summary: "Takes what an agent's hook tells of it; one more piece of evidence, not the last word.",
    effect: 'write',
    concerns: { session: ['sessionId'] },
    params: HookReport,
    result: z.object({ success: z.literal(true), counted: z.boolean().describe('False for an earlier life of it.') }),
    errors: ['NotFound', 'Gone'],
  }),
};

const seq = z.int().describe('Place in the event journal.');
const at = z.int().describe('Unix ms.');

export const agentNotifications = {
  'agent/changed': notification({
    summary: 'The program of a session does something else, or gets on better or worse.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({
      seq,
      at,
      sessionId,
      before: AgentState,
      healthBefore: SessionHealth,
      agent: Agent,
    }),
  }),
};
