/** `terminal_wait`: until a session does what is waited for, or for a bounded time. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import type { Agent, AgentState, Params, Result } from '#protocol';
import { RpcError } from '#protocol/errors';
import { tame } from '../clean.js';
import { failure } from '../failure.js';
import { defineTool, looks } from './define.js';
import { findSession } from './find.js';
import { cut } from './fitting.js';
import { noteTyped, unseenMs } from './lately.js';
import { questionOf } from './rows.js';
import { agentOf, session } from './session-tools.js';
import type { Calling } from './tool.js';

/** A client gives up after a minute or so; whoever waits longer asks again. */
const LONGEST_S = 300;
/** Whatever it waits for then, it does not work. */
const RESTING: readonly AgentState[] = ['idle', 'done', 'blocked', 'limited', 'auth_failed'];

export const terminalWait = defineTool({
  name: 'terminal_wait',
  description: `Waits for a line that matches, silence, the end of the program, or its prompt: agent or shell idle, or asking. At most ${LONGEST_S} s; call again to go on.`,
  input: z.object({
    session,
    until: z.enum(['prompt', 'pattern', 'idle', 'exit']),
    pattern: z.string().min(1).max(1000).optional().describe('RE2; what is on the screen counts.'),
    seconds: z.number().min(0).default(30),
    idleSeconds: z.number().positive().max(600).default(2),
  }),
  output: z.object({
    reason: z.string().describe('matched, idle, state, exited, timeout.'),
    state: z.string().optional(),
    line: z.string().optional(),
    exitCode: z.int().nullable().optional(),
    seconds: z.number(),
    question: z.string().optional(),
  }),
  hints: looks,
  async run({ session: given, until, pattern, seconds, idleSeconds }, calling) {
    if (until === 'pattern' && pattern === undefined)
      throw failure('InvalidParams', '`pattern` is missing.', 'Say which line to wait for.');
    if (until !== 'pattern' && pattern !== undefined)
      throw failure('InvalidParams', `\`pattern\` is not looked for until "${until}".`, 'Use `until` "pattern".');
    const found = await findSession(calling, given);
    const limit = Math.min(seconds, LONGEST_S);
    const what = {
      id: found.id,
      until: until === 'prompt' ? ('state' as const) : until,
      ...(pattern !== undefined && { pattern }),
      ...(until === 'prompt' && { states: [...RESTING] }),
      idleMs: Math.max(50, Math.round(idleSeconds * 1000)),
    };
    const began = performance.now();
    const waited = () => Math.round((performance.now() - began) / 100) / 10;
    const span = { limit, waited };
    const result = until === 'prompt' ? await waitForPrompt(calling, what, span) : await waitFor(calling, what, span);
    const isPrompt = until === 'prompt' && (!result || result.state === 'blocked');
    const agent = isPrompt ? await agentOf(calling, found) : undefined;
    return answerOf(result, agent, { seconds: waited(), clamped: limit < seconds });
  },
});

type What = Omit<Params<'session/wait'>, 'timeoutMs'>;

interface Time {
  readonly limit: number;
  waited(): number;
}

const LOOK_MS = 100;
/** A receipt that does not go on tells no more. */
const RECEIPT_S = 3;

/** As `waitFor`; idle does not count while what was typed, or is about to be, has not begun. */
async function waitForPrompt(calling: Calling, what: What, time: Time): ReturnType<typeof waitFor> {
  const { link, signal } = calling;
  for (;;) {
    const result = await waitFor(calling, what, time);
    if (result?.state !== 'idle' || time.waited() >= time.limit) return result;
    if (!(await isPending(calling, what.id, time.waited()))) return result;
    const pause = Math.min(Math.max(unseenMs(link, what.id), LOOK_MS), Math.max(0, time.limit - time.waited()) * 1000);
    await delay(pause, undefined, { signal });
  }
}

/** Whether the session's shell or agent has yet to begin with something. */
async function isPending({ link, signal }: Calling, id: string, waited: number): Promise<boolean> {
  const [{ startup }, { receipts }] = await Promise.all([
    link.call('session/get', { id }, { signal }),
    link.call('injection/list', { sessionId: id, limit: 1 }, { signal }),
  ]);
  if (startup?.state === 'waiting') noteTyped(link, id);
  return unseenMs(link, id) > 0 || (receipts[0]?.state === 'submitted' && waited < RECEIPT_S);
}

/** Undefined when nothing came of it in time. It goes on for what is left of the time where the daemon is lost. */
async function waitFor(
  { link, signal, progress }: Calling,
  what: What,
  { limit, waited }: Time,
): Promise<Result<'session/wait'> | undefined> {
  const progressToken = randomUUID();
  const params = () => ({ ...what, progressToken, timeoutMs: Math.max(0, Math.round((limit - waited()) * 1000)) });
  const onProgress = () => progress({ progress: waited(), total: limit });
  try {
    return await link.call('session/wait', params, { signal, onProgress });
  } catch (error) {
    if (error instanceof RpcError && error.kind === 'Timeout') return undefined;
    throw error;
  }
}

interface Span {
  readonly seconds: number;
  readonly clamped: boolean;
}

/** `agent` is how it is now, where that tells more. */
function answerOf(result: Result<'session/wait'> | undefined, agent: Agent | undefined, { seconds, clamped }: Span) {
  if (!result) {
    const most = clamped ? ', the longest there is' : '';
    const state = agent?.state;
    const now =
      state === undefined ? '' : ` Its state is ${state}${state === 'starting' ? ': terminal_read shows why' : ''}.`;
    return {
      structured: { reason: 'timeout' as const, ...(state !== undefined && { state }), seconds },
      text: `Not yet, after ${seconds} s${most}.${now} Call again to go on waiting.`,
    };
  }
  const question = result.state === 'blocked' ? questionOf(agent?.blocked) : undefined;
  const { reason, state, exitCode } = result;
  const line = result.line === undefined ? undefined : cut(tame(result.line), 500);
  const structured = {
    reason,
    ...(state !== undefined && { state }),
    ...(line !== undefined && { line }),
    ...(exitCode !== undefined && { exitCode }),
    seconds,
    ...(question && { question }),
  };
  return { structured, text: `${saying({ ...result, line: line ?? '' }, question)} (${seconds} s)` };
}

function saying({ reason, state, line, exitCode }: Result<'session/wait'>, question: string | undefined): string {
  if (reason === 'matched') return `Matched: ${line}`;
  if (reason === 'exited')
    return `Its program ended${exitCode === null || exitCode === undefined ? '' : ` with ${exitCode}`}.`;
  if (reason === 'idle') return 'Silent.';
  if (question) return `It ${question}`;
  return states[state ?? 'idle'] ?? `Its state is ${state}.`;
}

const states: Partial<Record<Agent['state'], string>> = {
  idle: 'It is idle: at its prompt.',
  done: 'Its agent has ended.',
  blocked: 'It asks something: terminal_read.',
  limited: 'Its agent has reached its limit.',
  auth_failed: 'Its agent is not logged in: ask the person.',
};
