/** Waits for something to become true of a session: a line printed, silence, a state of its agent, the end of its program. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type AgentState, type Parsed, type Result, RpcError, type Session } from '#protocol';
import type { Backend } from '../backend/index.js';
import type { Caller } from '../rpc/handlers.js';
import { compilePattern, matchesIn, type Pattern } from './pattern.js';
import type { Places } from './places.js';
import type { SessionStore } from './store.js';
import { plainText } from './text.js';

export interface WaitDeps {
  readonly store: SessionStore;
  readonly places: Places;
  readonly backend: Pick<Backend, 'capture'>;
  readonly agents: AgentsAsked;
  /** Aborted when the daemon begins to stop: no wait holds it up. */
  readonly ending: AbortSignal;
}

/** What is asked of the agents. */
export interface AgentsAsked {
  /** The last look; undefined before the first. */
  find(sessionId: string): { readonly verdict: { readonly state: AgentState } } | undefined;
  /** Returns the way out. */
  onChange(listener: (change: { readonly look: { readonly sessionId: string } }) => void): () => void;
}

type Wanted = Parsed<'session/wait'>;
type Found = Omit<Result<'session/wait'>, 'elapsedMs'>;

/** A busy screen is looked at this often at most. */
const LOOK_MS = 100;
/** Lines above the screen looked at, so that a line that scrolled by between two looks is not missed. */
const LOOK_LINES = 2000;
const PROGRESS_MS = 1000;
/** A look that takes longer than the whole wait may go on for so long after it. */
const GRACE_MS = 1000;

/**
 * Level-triggered: what is already true answers at once. Ends with the program the session runs now, after `timeoutMs`
 * with Timeout, or with the caller's signal.
 */
export async function waitFor(
  deps: WaitDeps,
  session: Session,
  wanted: Wanted,
  caller: Caller,
): Promise<Result<'session/wait'>> {
  const started = performance.now();
  const elapsed = () => Math.round(performance.now() - started);
  const { pane } = deps.places.get(session.id);
  const over = () => caller.signal.aborted || deps.ending.aborted || elapsed() >= wanted.timeoutMs + GRACE_MS;
  const look = lookFor(deps, session, wanted, pane, over);
  const silence = createSilence(deps.places, session, wanted);
  const bell = createBell();
  const signal = AbortSignal.any([caller.signal, deps.ending]);
  const leave = deps.places.listen(session.id, bell.ring);
  const leaveAgents = deps.agents.onChange(({ look: { sessionId } }) => {
    if (sessionId === session.id) bell.ring();
  });
  const ticking = setInterval(() => caller.progress({ elapsedMs: elapsed() }), PROGRESS_MS);
  signal.addEventListener('abort', bell.ring);
  try {
    for (;;) {
      const found = (await look()) ?? silence.reached();
      if (found) return { ...found, elapsedMs: elapsed() };
      if (deps.ending.aborted) throw new RpcError('Unavailable', 'The daemon is stopping. Wait again in a moment.');
      if (caller.signal.aborted) throw new RpcError('Cancelled', 'The wait was cancelled.');
      if (elapsed() >= wanted.timeoutMs) throw timedOut(wanted);
      await bell.rung(Math.min(wanted.timeoutMs - elapsed(), silence.leftMs()));
      if (wanted.until === 'pattern') await pause(Math.min(LOOK_MS, wanted.timeoutMs), signal);
    }
  } finally {
    leave();
    leaveAgents();
    clearInterval(ticking);
    signal.removeEventListener('abort', bell.ring);
  }
}

/** Whether the program ended, or the line is there, or its agent is where it was to come. */
function lookFor(
  deps: WaitDeps,
  { id }: Session,
  { until, pattern, states }: Wanted,
  pane: number,
  over: () => boolean,
) {
  const { store, places, backend, agents } = deps;
  const wanted = until === 'state' ? statesOf(states) : [];
  const expression = until === 'pattern' ? patternOf(pattern) : undefined;
  return async (): Promise<Found | undefined> => {
    const session = store.find(id);
    const line = expression && places.find(id) ? await findLine(backend, pane, expression, over) : undefined;
    if (line !== undefined) return { reason: 'matched', line };
    const state = session?.exit ? 'exited' : (agents.find(id)?.verdict.state ?? 'unknown');
    if (wanted.includes(state))
      return { reason: 'state', state, ...(session?.exit && { exitCode: session.exit.code }) };
    if (session?.exit) return { reason: 'exited', exitCode: session.exit.code };
    if (places.find(id)?.pane !== pane)
      throw new RpcError('Gone', `Session ${id} was closed.`, { code: 'TMUX_SESSION_GONE' });
    return undefined;
  };
}

/** The newest line that matches. */
async function findLine(backend: WaitDeps['backend'], pane: number, pattern: Pattern, over: () => boolean) {
  const captured = await backend.capture(pane, { history: LOOK_LINES, styled: false });
  const lines = plainText(captured).split('\n');
  for await (const { index } of matchesIn(lines, pattern, over)) return lines[index];
  return undefined;
}

function patternOf(pattern: string | undefined): Pattern {
  if (pattern !== undefined) return compilePattern(pattern);
  throw new RpcError('InvalidParams', 'Expected `pattern` when waiting until `pattern`, got none.');
}

function statesOf(states: readonly AgentState[] | undefined): readonly AgentState[] {
  if (states !== undefined) return states;
  throw new RpcError('InvalidParams', 'Expected `states` when waiting until `state`, got none.');
}

function createSilence(places: Places, { id }: Session, { until, idleMs }: Wanted) {
  const leftMs = () => (until === 'idle' ? Math.max(0, idleMs - places.quietMs(id)) : Number.POSITIVE_INFINITY);
  return {
    leftMs,
    reached: (): Found | undefined => (until === 'idle' && leftMs() <= 0 ? { reason: 'idle' } : undefined),
  };
}

/** Ends early, and quietly, when the signal comes. */
const pause = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }).catch(() => {});

/** Something to wait at that others may ring; a ring between two waits is not lost. */
function createBell() {
  let wake = () => {};
  let missed = false;
  return {
    ring() {
      missed = true;
      wake();
    },
    /** Resolves when rung, at the latest after `ms`. */
    async rung(ms: number): Promise<void> {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        wake = resolve;
        timer = setTimeout(resolve, Math.min(ms, 2 ** 31 - 1));
        if (missed) resolve();
      });
      clearTimeout(timer);
      missed = false;
    },
  };
}

function timedOut({ until, timeoutMs, pattern, states = [] }: Wanted): RpcError {
  const what =
    until === 'pattern'
      ? `the pattern ${pattern} did not appear`
      : until === 'idle'
        ? 'the session did not fall silent'
        : until === 'state'
          ? `its agent was not ${states.join(' or ')}`
          : 'the program did not end';
  return new RpcError('Timeout', `Within ${timeoutMs} ms ${what}.`);
}
