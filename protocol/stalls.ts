/** Stalls: agents that make no progress, from the first notice of an episode to its end. */
import * as z from 'zod';
import { AgentState, SessionHealth, StallCause } from './agents.js';
import { method, notification } from './define.js';

export const Severity = z.enum(['info', 'warning', 'error', 'critical']);
export type Severity = z.infer<typeof Severity>;

export const Stall = z.object({
  id: z.uuid().describe('Of the episode.'),
  sessionId: z.uuid(),
  sessionName: z.string(),
  tmuxSessionName: z.string(),
  folderId: z.uuid().nullable(),
  state: AgentState.describe('What it is stuck in.'),
  health: SessionHealth,
  cause: StallCause,
  lastActivityAt: z.int().describe('Its last progress, Unix ms.'),
  stalledMinutes: z.number().describe('Minutes since then.'),
  severity: Severity.describe('By duration: warning from 15 minutes, error from 30, critical from 60.'),
  confidence: z.number().min(0).max(1),
  startedAt: z.int().describe('When it was noticed, Unix ms.'),
});
export type Stall = z.infer<typeof Stall>;

export const stallMethods = {
  'session/stalls': method({
    summary: 'Lists the sessions that make no progress now, the longest first.',
    effect: 'read',
    concerns: {},
    params: z.object({}),
    result: z.object({ stalls: z.array(Stall), checkedAt: z.int() }),
    doors: ['cli', 'mcp'],
    example: 'rdv session stalls',
  }),
};

const seq = z.int().describe('Place in the event journal.');
const at = z.int().describe('Unix ms.');

export const stallNotifications = {
  'session/stalled': notification({
    summary: 'A session makes no progress; told once an episode.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, sessionId: z.uuid(), stall: Stall }),
  }),
  'session/recovered': notification({
    summary: 'A session that was told to be stalled goes on, or has ended.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({
      seq,
      at,
      sessionId: z.uuid(),
      stall: Stall,
      reason: z.enum(['progress', 'idle', 'blocked', 'ended', 'reset']),
    }),
  }),
};
