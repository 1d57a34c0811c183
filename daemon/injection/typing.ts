/** Types one text into one program: pasted, seen to stand there, sent off by Enter, seen to be taken. Nothing is ever typed twice. */
import { type ReceiptState, RpcError } from '#protocol';
import type { Look } from '../agents/agents.js';
import type { Submit } from '../agents/manifests/manifest.js';
import type { Backend, Place } from '../backend/index.js';
import type { Reason, Waiting } from './receipt.js';
import { broken, ended, type Refusal, refusalOf, stands, type Taken, taken } from './seen.js';
import { givenWay, PRESSED, type UntilDeps, until } from './until.js';

export interface TypingDeps extends UntilDeps {
  readonly backend: Pick<Backend, 'leaveModes' | 'paste' | 'type' | 'keys' | 'capture' | 'ping'>;
  readonly times: Times;
  readonly now: () => number;
  /** How the agent wants text to be sent off. */
  submitOf(provider: Look['provider']): Submit;
}

export interface Times {
  /** For the text to be seen. */
  readonly echoMs: number;
  /** For the prompt to be seen taken, from the first Enter on. */
  readonly confirmMs: number;
  /** A text that still stands there so long after Enter gets another. */
  readonly againMs: number;
  /** Of what manifests say: 1 but in tests. */
  readonly pauses: number;
}

export const usualTimes: Times = { echoMs: 2000, confirmMs: 5000, againMs: 1000, pauses: 1 };

/** Enters for one text. */
const ENTERS = 3;
/** A terminal that is read line by line cuts longer ones off. */
const LINE_BYTES = 4095;

export interface Job {
  readonly sessionId: string;
  readonly place: Place;
  readonly waiting: Waiting;
  readonly submit: boolean;
  /**
   * Called once, just before the first byte; writes down that it begins. False when it was given up or taken back
   * meanwhile: then nothing is typed. Throws when it cannot be written.
   */
  begin(look: Look): boolean;
  /** Writes down a step, with what was seen, or why it is the last. */
  step(state: ReceiptState, seen: readonly string[], why?: Reason): void;
  /** Writes down an Enter, before it is pressed. */
  entering(count: number): void;
}

/** Somebody waits to close or suspend the session. */
export const ENDING: Refusal = {
  ...{ code: PRESSED, passing: true },
  reason: 'The session was being closed or suspended, so nothing was typed.',
};

/**
 * Resolves with why nothing was typed, or undefined when typing began or is wanted no more; the steps tell what came of that. The caller holds
 * the session's lock. Throws only before typing began: Gone, Unavailable.
 */
export async function typeText(deps: TypingDeps, job: Job): Promise<Refusal | undefined> {
  const { agents, backend } = deps;
  const { sessionId, place, waiting } = job;
  const early = refusalOf(await agents.look(sessionId), waiting.mode, waiting.expect);
  if (early) return early;
  // In copy mode tmux would take the keys, without a word.
  await backend.leaveModes(place.pane);
  const { modes } = await backend.capture(place.pane, { history: 0, styled: false });
  const look = await agents.look(sessionId);
  const late = refusalOf(look, waiting.mode, waiting.expect) ?? unfit(look, waiting.text, modes.bracketedPaste === 1);
  if (late) return late;
  if (deps.pressed?.aborted) return ENDING;
  if (!job.begin(look)) return undefined;
  try {
    await typeAndSend(deps, job, look);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    giveUp(job, { code: error.data.code!, reason: error.message });
  }
  return undefined;
}

const LOOK = 'Look at the screen; nothing is typed again.';

/** Without brackets a line feed is Enter, and a tab whatever the program makes of it. */
function unfit({ provider }: Look, text: string, brackets: boolean): Refusal | undefined {
  if (!brackets && /[\n\t]/.test(text)) {
    const reason =
      'The program takes no pastes, so every line would be sent off by itself. Send one line without tabs.';
    return { code: 'NO_BRACKETED_PASTE', reason, passing: false };
  }
  if (provider !== 'shell' || text.split('\n').every((line) => Buffer.byteLength(line) <= LINE_BYTES)) return undefined;
  const reason = `A line of more than ${LINE_BYTES} bytes may be cut by the terminal. Put it into a file.`;
  return { code: 'LINE_TOO_LONG', reason, passing: false };
}

/** What a text is looked for by. */
interface Sought {
  readonly before: Look;
  readonly submit: Submit;
  readonly placeholders: readonly RegExp[];
  there(look: Look): boolean;
}

async function typeAndSend(deps: TypingDeps, job: Job, before: Look): Promise<void> {
  const { backend, times } = deps;
  const { sessionId, place, waiting } = job;
  const submit = deps.submitOf(before.provider);
  const placeholders = submit.pastedPlaceholder.map((source) => new RegExp(`^(?:${source})$`, 'iu'));
  const there = (look: Look) => stands(look, waiting.text, placeholders);

  await backend.paste(place.pane, Buffer.from(waiting.text));
  const echo = await until(deps, sessionId, times.echoMs, (look) => broken(before, look) ?? (there(look) || undefined));
  if (echo !== true) return giveUp(job, echo ?? UNSEEN, 'Enter was not pressed.');
  job.step('typed', ['the text stands in the prompt']);
  if (!job.submit) return;
  const early = await until(deps, sessionId, submit.pauseMs * times.pauses, (look) => broken(before, look));
  if (early) return giveUp(job, early, 'Enter was not pressed.');
  const outcome = await sendOff(deps, job, { before, submit, placeholders, there });
  if (!('seen' in outcome)) return giveUp(job, outcome);
  job.step('submitted', [outcome.seen]);
  if (outcome.turn) job.step('turnStarted', []);
}

const UNSEEN = { code: 'NO_ECHO', reason: 'The text was not seen to arrive in the prompt.' };
const CHANGED = { code: 'TEXT_CHANGED', reason: 'Somebody changed what stood in the prompt. Enter was not pressed.' };
const UNCONFIRMED = { code: 'NOT_CONFIRMED', reason: 'The text left the prompt, but nothing shows that it was taken.' };
const LEFT = { code: 'NOT_TAKEN', reason: 'The text still stands in the prompt, however often Enter was pressed.' };

function giveUp(job: Job, { code, reason }: Reason, more = ''): void {
  job.step('indeterminate', [], { code, reason: [reason, more, LOOK].filter(Boolean).join(' ') });
}

/** Presses Enter, again only while the text is seen to stand there still, until something shows that it was taken. */
async function sendOff(deps: TypingDeps, job: Job, sought: Sought): Promise<Taken | Reason> {
  const { before, there } = sought;
  const { sessionId, waiting } = job;
  const pressed = await lookNow(deps, sessionId);
  const unfit = broken(before, pressed) ?? (there(pressed) ? undefined : CHANGED);
  if (unfit) return unfit;
  const since = deps.now();
  const late = performance.now() + deps.times.confirmMs;
  const left = () => Math.max(late - performance.now(), 0);
  const judge = (look: Look): Taken | Reason | undefined => {
    const over = ended(before, look);
    return (
      over ?? taken(pressed, look, waiting.text, { since, placeholders: sought.placeholders }) ?? broken(before, look)
    );
  };
  for (let enters = 1; enters <= ENTERS; enters++) {
    if (enters > 1) {
      // What stands there now gets the key, whatever was seen before.
      const look = await lookNow(deps, sessionId);
      const outcome = judge(look);
      if (outcome) return outcome;
      if (!there(look)) break;
    }
    if (deps.pressed?.aborted) throw givenWay();
    job.entering(enters);
    await press(deps, job.place, sought.submit.keys);
    const outcome = await until(deps, sessionId, Math.min(deps.times.againMs, left()), judge);
    if (outcome) return outcome;
  }
  const outcome = await until(deps, sessionId, left(), judge);
  return outcome ?? (there(await deps.agents.look(sessionId)) ? LEFT : UNCONFIRMED);
}

/** What the backend has read of the program comes before its answer, so nothing that it knows of is missing in the look. */
async function lookNow({ agents, backend }: TypingDeps, sessionId: string): Promise<Look> {
  await backend.ping();
  return agents.look(sessionId);
}

/** Enter as the one byte that it is: tmux may write the key otherwise, as the program asked for. */
async function press({ backend }: TypingDeps, { pane }: Place, keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    if (key === 'Enter') await backend.type(pane, ENTER);
    else await backend.keys(pane, [key]);
  }
}

const ENTER = Buffer.from('\r');
