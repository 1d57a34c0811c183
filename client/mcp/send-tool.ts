/** `terminal_send`: text for an agent or a shell, as far as it was seen to arrive; keys; and answers to dialogs. */
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { type Agent, type Interaction, methods, type Params, type Receipt, type Session } from '#protocol';
import { RpcError } from '#protocol/errors';
import { tame } from '../clean.js';
import { failure } from '../failure.js';
import { acts, defineTool } from './define.js';
import { findSession, short } from './find.js';
import { spareOwn } from './guard.js';
import { noteTyped, unseenMs } from './lately.js';
import { callOnce, isLost } from './link.js';
import { questionOf } from './rows.js';
import { agentOf, session } from './session-tools.js';
import type { Calling } from './tool.js';

const Sent = z.object({
  id: z.string(),
  state: z.string(),
  seen: z.boolean().describe('The text, on the screen.'),
});

export const terminalSend = defineTool({
  name: 'terminal_send',
  description:
    'Types text and Enter into an agent or shell, never over a draft or into a dialog. `keys` are pressed whatever is there; `answer` answers a dialog.',
  input: z.object({
    session,
    text: z.string().min(1).max(262_144).optional(),
    enter: z.boolean().optional().describe('Default: true with text and no keys.'),
    keys: z.array(z.string().max(20)).max(100).optional().describe('Behind the text: Enter, Escape, Up, C-c.'),
    answer: z.string().min(1).max(200).optional().describe('Number or label of the option.'),
    when: z.enum(['now', 'idle']).default('now').describe('idle: wait in a queue until it is.'),
  }),
  output: Sent,
  hints: acts,
  async run({ session: given, text, enter, keys, answer, when }, calling) {
    const found = await findSession(calling, given);
    const { id } = found;
    await spareOwn('session/send', methods['session/send'], { id }, calling);
    if (answer !== undefined) {
      if (text !== undefined || keys?.length) throw alone('answer', 'text and keys');
      return answered(calling, id, answer);
    }
    if (text === undefined) {
      if (when === 'idle') throw alone('when', 'keys');
      return typed(calling, id, { text: '', keys: keys ?? [], enter: enter ?? false });
    }
    const behind = behindText(keys, enter);
    if (when === 'idle' && behind.keys.length > 0) throw alone('when', 'keys');
    const agent = await agentOf(calling, found);
    if (agent?.program === 'shell' && when === 'now') return intoShell(calling, found, text, behind);
    return intoAgent(calling, found, { text, mode: when === 'idle' ? 'whenIdle' : 'now' }, behind);
  },
});

interface Behind {
  readonly keys: readonly string[];
  readonly enter: boolean;
}

/** The one key Enter sends a text off as `enter` does, which can be seen to work. */
function behindText(keys: readonly string[] = [], enter: boolean | undefined): Behind {
  if (keys.length === 1 && keys[0] === 'Enter') return { keys: [], enter: true };
  return { keys, enter: enter ?? keys.length === 0 };
}

async function intoAgent(
  calling: Calling,
  session: Session,
  what: Pick<Params<'agent/send'>, 'text' | 'mode'>,
  behind: Behind,
) {
  const submit = behind.enter && behind.keys.length === 0;
  const receipt = await accepted(calling, session, await injected(calling, { sessionId: session.id, submit, ...what }));
  return submit ? told(receipt) : followed(calling, receipt, told(receipt), behind);
}

/** What runs in a shell reads what it will; only the shell's own prompt is known. */
const NO_PROMPT: readonly unknown[] = ['AGENT_BUSY', 'AGENT_UNKNOWN', 'AGENT_STARTING', 'NO_PROMPT'];

/** Guarded at its prompt; Enter is pressed once, since what then reads it may be anything. */
async function intoShell(calling: Calling, session: Session, text: string, behind: Behind) {
  const { link, signal } = calling;
  const { id: sessionId } = session;
  const params = { sessionId, text, submit: false } as const;
  let receipt = await injected(calling, params);
  const unseen = unseenMs(link, sessionId);
  if (unseen > 0 && NO_PROMPT.includes(receipt.code)) {
    await delay(unseen, undefined, { signal });
    receipt = await injected(calling, params);
  }
  // Where an agent should be, what is meant for it is no command.
  if (NO_PROMPT.includes(receipt.code) && !isAgents(session)) return typed(calling, sessionId, { text, ...behind });
  return followed(calling, receipt, told(await accepted(calling, session, receipt)), behind);
}

const isAgents = ({ agentProvider }: Session): boolean => agentProvider !== null && agentProvider !== 'none';

/** Presses what comes behind a text, but nothing behind one that was not seen to arrive. */
async function followed(
  { link, signal }: Calling,
  { sessionId, state }: Receipt,
  answer: ReturnType<typeof told>,
  { keys, enter }: Behind,
) {
  const all = [...keys, ...(enter ? ['Enter'] : [])];
  if (all.length === 0) return answer;
  const { id } = answer.structured;
  if (state !== 'typed') return { ...answer, text: `${answer.text} Nothing was pressed behind it.` };
  try {
    await link.call('session/send', { id: sessionId, keys: all }, { signal });
  } catch (error) {
    if (!(error instanceof RpcError) || signal.aborted) throw error;
    const pressed = isLost(error) ? 'nobody can say whether all was pressed' : 'not all was pressed';
    const said = `${id}: the text was typed and seen in its prompt, but ${pressed} behind it: ${error.message}`;
    throw failure(error.kind, said, 'terminal_read shows it; send keys alone.');
  }
  noteTyped(link, sessionId);
  const pressed = all.join(', ');
  return { ...answer, text: `${id}: typed, seen in its prompt, and ${pressed} pressed. ${LOOK}` };
}

/** The receipt of what was not refused. */
async function accepted(calling: Calling, session: Session, receipt: Receipt): Promise<Receipt> {
  if (receipt.state === 'refused' || receipt.state === 'expired') throw await refused(calling, session, receipt);
  return receipt;
}

/** Nothing that was asked for is left out without a word. */
function alone(argument: string, others: string): RpcError {
  return failure(
    'InvalidParams',
    `\`${argument}\` does not go with ${others}; nothing was sent.`,
    'Send them in calls of their own.',
  );
}

interface Typed extends Behind {
  readonly text: string;
}

async function typed({ link, signal }: Calling, id: string, { text, keys, enter }: Typed) {
  if (text === '' && keys.length === 0 && !enter)
    throw failure('InvalidParams', 'There is nothing to send.', 'Give text, keys, enter or answer.');
  await link.call('session/send', { id, text, keys: [...keys], enter }, { signal });
  noteTyped(link, id);
  const structured = { id: short(id), state: 'typed', seen: false };
  return { structured, text: `Typed into ${structured.id}; terminal_read shows what came of it.` };
}

const injected = ({ link, signal }: Calling, params: Params<'agent/send'>): Promise<Receipt> =>
  callOnce(link, 'agent/send', params, { signal });

function told({ sessionId, state, reason, removed }: Receipt) {
  const id = short(sessionId);
  const said = sayings[state] ?? state;
  const out = removed.length > 0 ? ` Taken out of it: ${removed.join(', ')}.` : '';
  return {
    structured: {
      id,
      state,
      seen: state !== 'queued' && state !== 'indeterminate',
    },
    text: tame(`${id}: ${said}${reason === null ? '' : ` ${reason}`}${out}`),
  };
}

const sayings: Partial<Record<Receipt['state'], string>> = {
  queued: 'waits until it is idle; events_since tells when it was typed.',
  typed: 'typed, and seen in its prompt; Enter was not pressed.',
  submitted: 'submitted: seen to leave the prompt. terminal_wait until prompt, then terminal_read.',
  turnStarted: 'submitted, and it works on it. terminal_wait until prompt, then terminal_read.',
  completed: 'submitted, and done.',
  indeterminate: 'typed, but nobody can say whether it was taken: terminal_read before you send it again.',
};

async function refused(calling: Calling, found: Session, { code, reason }: Receipt): Promise<RpcError> {
  const why = reason ?? 'It was not typed.';
  const blocked = code === 'AGENT_BLOCKED' ? (await agentOf(calling, found))?.blocked : undefined;
  if (blocked) return failure('Conflict', `Not typed: ${short(found.id)} ${questionOf(blocked)}`, answerTo(blocked));
  return failure(
    'Conflict',
    `Not typed: ${why.replace(/ Send it with `mode: whenIdle`.*$|; `agent\/get` tells until when(?=\.$)/, '')}`,
    cures[code ?? ''] ?? LOOK,
  );
}

function answerTo({ kind, interactionId }: NonNullable<Agent['blocked']>): string {
  if (interactionId !== null) return 'Answer it: terminal_send with `answer`.';
  return kind === 'login' ? 'Ask the person to type it there.' : 'terminal_send with `keys` answers it.';
}

const LOOK = 'terminal_read shows its screen.';
const LATER = 'terminal_send with `when` "idle" types it as soon as it is idle.';
const cures: Readonly<Record<string, string>> = {
  AGENT_BLOCKED: 'terminal_read shows what it asks; press `keys` to answer.',
  AGENT_BUSY: LATER,
  AGENT_STARTING: `terminal_read shows whether it comes up. ${LATER}`,
  AGENT_LIMITED: LATER,
  DRAFT_PRESENT: 'terminal_read shows it: if it is yours, `keys` ["Enter"] sends it off; else send with `when` "idle".',
  SESSION_SUSPENDED: 'session_resume it first.',
  AGENT_AUTH_FAILED: 'Ask the person to log in there.',
  AGENT_EXITED: 'session_create starts another.',
  COMMAND_DENIED: 'Ask the person.',
};

async function answered({ link, signal }: Calling, sessionId: string, given: string) {
  const { interactions } = await link.call('interaction/list', { sessionId }, { signal });
  const [asked] = interactions;
  if (!asked) throw failure('Conflict', `${short(sessionId)} asks nothing that could be answered.`, LOOK);
  const optionId = optionOf(asked, given);
  await link.call('interaction/respond', { interactionId: asked.id, optionId }, { signal });
  const structured = { id: short(sessionId), state: 'answered', seen: true };
  return { structured, text: `${structured.id}: answered.` };
}

function optionOf(asked: Pick<Interaction, 'options' | 'text' | 'kind'>, given: string): string {
  const { options } = asked;
  const found =
    options.find(({ id, label }) => id === given || label.toLowerCase() === given.toLowerCase()) ??
    (/^[1-9]\d*$/.test(given) ? options[Number(given) - 1] : undefined);
  if (found) return found.id;
  const asks = questionOf(asked as Agent['blocked'])!;
  throw failure('InvalidParams', `"${given}" is no answer: it ${asks}`, 'Give the number of one.');
}
