/** Agents: which program works in a session, what it is doing, and whether it gets anywhere. */
import * as z from 'zod';

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
