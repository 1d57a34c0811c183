/** What a look at a screen tells of a text that is to be typed, was typed, or was sent off. Pure. */
import type { AgentState } from '#protocol';
import type { Look } from '../agents/agents.js';
import type { Expect, Mode, Reason } from './receipt.js';

export interface Refusal extends Reason {
  /** Whether it may be otherwise in a while. */
  readonly passing: boolean;
}

export type Seen = Pick<Look, 'spawnId' | 'provider' | 'grid' | 'verdict' | 'composer' | 'dialog'>;

/** Why nothing is typed now; undefined when it may be. */
export function refusalOf(look: Seen, mode: Mode, expect: Expect): Refusal | undefined {
  const { state } = look.verdict;
  if (expect.spawnId !== undefined && expect.spawnId !== look.spawnId) return final('SPAWN_CHANGED', spawnChanged);
  if (state === 'exited') return final('AGENT_EXITED', 'The program has ended. Start it again, or create a session.');
  if (look.dialog && look.dialog.options.length > 0) return passing('AGENT_BLOCKED', blocked);
  if (!allowed(look, mode, expect).includes(state)) return passing(codes[state], reasons[state]);
  // Whoever counts with an unknown screen counts with one that shows no prompt box.
  const blind = state === 'unknown' || state === 'blocked';
  if (!look.composer && !blind) return passing('NO_PROMPT', 'No prompt box is seen that the text could go into.');
  if (look.composer && look.composer.text.trim() !== '') return passing('DRAFT_PRESENT', draft);
  return undefined;
}

/** A command that runs reads what is typed; an agent that works keeps it for later. */
function allowed({ provider }: Seen, mode: Mode, { states }: Expect): readonly AgentState[] {
  if (states) return states;
  return mode === 'now' && provider !== 'shell' ? ['idle', 'working'] : ['idle'];
}

const final = (code: string, reason: string): Refusal => ({ code, reason, passing: false });
const passing = (code: string, reason: string): Refusal => ({ code, reason, passing: true });

const spawnChanged = 'Another program runs in the session than the one the text is for.';
const blocked = 'The program asks something. Answer it with interaction/respond, or in its terminal.';
const draft = 'Somebody has begun to write in the prompt box. Send it off or remove it in the terminal.';

const codes: Readonly<Record<AgentState, string>> = {
  starting: 'AGENT_STARTING',
  working: 'AGENT_BUSY',
  blocked: 'AGENT_BLOCKED',
  idle: 'AGENT_IDLE',
  done: 'AGENT_EXITED',
  limited: 'AGENT_LIMITED',
  auth_failed: 'AGENT_AUTH_FAILED',
  exited: 'AGENT_EXITED',
  unknown: 'AGENT_UNKNOWN',
};

const wait = 'Send it with `mode: whenIdle` to have it wait.';
const reasons: Readonly<Record<AgentState, string>> = {
  starting: `The program is still starting. ${wait}`,
  working: `The program works. ${wait}`,
  blocked,
  idle: 'The program is idle, which `expect` does not allow.',
  done: 'The agent has ended; a shell may be where it was. Start it again.',
  limited: 'The agent has reached its limit; `agent/get` tells until when.',
  auth_failed: 'The agent is not logged in. Log in in its terminal.',
  exited: 'The program has ended.',
  unknown: 'What the program does is not known, so nothing is typed. Look with agent/explain.',
};

/** What of a text a screen can be asked for: blanks move, and marks and controls are drawn in many ways. */
export function essence(text: string): string {
  return text.replace(/[^\p{L}\p{N}\p{P}\p{S}]/gu, '');
}

/** Enough of the end of a text to know it by. */
const TAIL = 30;
/** Of a text above the cursor; more may have left the screen. */
const SHOWN = 200;

/**
 * Whether the text, and nothing else, stands where it was typed: whole, its end where the box shows only that, or what an
 * agent shows for a long one. `placeholders` match the latter.
 */
export function stands({ provider, composer, grid }: Seen, text: string, placeholders: readonly RegExp[]): boolean {
  const wanted = essence(text);
  // A shell shows many lines from its prompt on down to the cursor.
  if (!composer || (provider === 'shell' && text.includes('\n'))) {
    const above = essence(grid.lines.slice(0, grid.cursor.line + 1).join(''));
    return wanted !== '' && above.endsWith(wanted.slice(-SHOWN));
  }
  const box = essence(composer.text);
  const scrolled = box.length >= TAIL && wanted.endsWith(box);
  return box === wanted || scrolled || placeholders.some((each) => each.test(composer.text.trim()));
}

/** Whether the program that the text is for is no more. */
export function ended(before: Seen, { spawnId, verdict }: Seen): Reason | undefined {
  if (spawnId !== before.spawnId) return { code: 'SPAWN_CHANGED', reason: 'Another program came in between.' };
  if (verdict.state === 'exited') return { code: 'AGENT_EXITED', reason: 'The program ended in between.' };
  return undefined;
}

/** Why typing goes no further; undefined while all is as it was. `before` is the look it began with. */
export function broken(before: Seen, look: Seen): Reason | undefined {
  const asks = look.dialog !== undefined || look.verdict.state === 'blocked';
  const asked = before.dialog !== undefined || before.verdict.state === 'blocked';
  if (asks && (!asked || look.dialog?.hash !== before.dialog?.hash))
    return { code: 'AGENT_BLOCKED', reason: 'The program asked something in between.' };
  return ended(before, look);
}

/** What shows that a prompt was taken after Enter. */
export interface Taken {
  readonly turn: boolean;
  readonly seen: string;
}

/** `since` is when Enter was pressed, Unix ms. */
export function taken(
  before: Seen,
  look: Seen,
  text: string,
  { since, placeholders }: { since: number; placeholders: readonly RegExp[] },
): Taken | undefined {
  const hook = turnHook(before, look, since);
  const standing = stands(look, text, placeholders);
  // While the text still stands there, work may be of a turn before.
  if (hook !== undefined && (!standing || BEGINS.test(hook)))
    return { turn: true, seen: `the hook ${hook} told of a turn` };
  if (standing) return undefined;
  const busy = busyBy(look);
  if (look.provider === 'shell') return takenByShell(before, look, busy);
  if (look.composer?.text.trim() !== '' || busy === undefined) return undefined;
  const seen = `the prompt box is empty and ${busy} shows work`;
  return before.verdict.state === 'working'
    ? { turn: false, seen: `${seen}, which began before` }
    : { turn: true, seen };
}

/** A shell takes a line by going on to another; what it does with that is told by marks only, or by its next prompt. */
function takenByShell(before: Seen, look: Seen, busy: string | undefined): Taken | undefined {
  if (busy !== undefined) return { turn: true, seen: `${busy} shows that a command runs` };
  const moved =
    look.grid.cursor.line !== before.grid.cursor.line || look.grid.lines.join('\n') !== before.grid.lines.join('\n');
  return moved ? { turn: false, seen: 'the cursor left the line' } : undefined;
}

/** Where positive evidence of work comes from. */
function busyBy({ verdict }: Seen): string | undefined {
  const [first] = verdict.evidence;
  return verdict.state === 'working' && first?.says === 'busy' ? `${first.source} (${first.rule})` : undefined;
}

/** What hooks call the beginning of a turn. */
const BEGINS = /^(turnStart|UserPromptSubmit|BeforeAgent|chat\.message)$/i;

/** A hook that told of work since then, where none was known of before; else one that names the beginning of a turn. */
function turnHook(before: Seen, { verdict }: Seen, since: number): string | undefined {
  const told = verdict.evidence.find(({ source, says, at }) => source === 'hook' && says === 'busy' && at >= since);
  if (!told) return undefined;
  return before.verdict.state !== 'working' || BEGINS.test(told.rule) ? told.rule : undefined;
}
