/** What is known of an agent's progress, look by look. */
import type { AgentState } from '#protocol';
import { type Content, contentOf, moved } from './content.js';
import { type Facts, KEPT_DEATHS, KEPT_FLIPS, MOVES_MS } from './stall.js';
import { type Sample, startedSince, workBetween } from './tree.js';

/** What matters here of one look at a session. */
export interface Seen {
  /** One life of the program in the session. */
  readonly spawnId: string;
  readonly state: AgentState;
  /** How long it has been in it, for the first look after a restart. */
  readonly forMs: number;
  /** Not of a shell, which owes nobody anything. */
  readonly isAgent: boolean;
  /** It ended, and not as it should. */
  readonly died: boolean;
  readonly toolOpen: boolean;
  readonly screen: { readonly lines: readonly string[]; readonly cols: number; readonly rows: number };
}

export interface Progress extends Facts {
  readonly spawnId: string;
  readonly isAgent: boolean;
  /** This life of it has once been ready for something. */
  readonly ready: boolean;
  /** The last two states that say something, which `unknown` does not. */
  readonly lastState: AgentState;
  readonly stateBefore: AgentState | undefined;
  /** When what it does now was begun. */
  readonly turnAt: number;
  readonly content: Content;
  /** Screens it has shown in this state: one that comes again is nothing new, such as a spinner nobody knows. */
  readonly shown: readonly number[];
  readonly size: string;
  /** When it was last made to draw, by another size or by a text that was typed for it: what is new then is not its own. */
  readonly drawnAt: number;
  readonly dead: boolean;
  /** Its processes, when they were last looked at. */
  readonly sample: Sample | undefined;
}

const SHOWN = 64;
/** For so long a program draws again what was there, or what was typed. */
const REDRAWN_MS = 3000;
/** Agents wait for people, and people answer, at any pace. */
const UNFLIPPED: readonly AgentState[] = ['blocked', 'exited'];

const READY = new Set<AgentState>(['working', 'idle', 'blocked', 'done', 'limited']);

/** At the first look, from which on clocks run. */
export function firstSeen({ screen, died, forMs, ...seen }: Seen, now: number): Progress {
  const content = contentOf(screen);
  const began = now - forMs;
  return {
    ...{ ...seen, lastState: seen.state, stateBefore: undefined, stateAt: began, turnAt: began },
    ...{ progressAt: now, movedAt: now, childAlive: undefined, sample: undefined, ready: READY.has(seen.state) },
    ...{ flips: [], deaths: died ? [now] : [], dead: died },
    ...{ content, shown: [content.hash], size: sizeOf(screen), drawnAt: Number.NEGATIVE_INFINITY },
  };
}

export function seenAgain(known: Progress, seen: Seen, now: number): Progress {
  if (known.spawnId !== seen.spawnId) return anotherLife(known, seen, now);
  const turned = seen.state !== 'unknown' && seen.state !== known.lastState;
  const content = contentOf(seen.screen, known.content);
  const size = sizeOf(seen.screen);
  const drawnAt = size === known.size ? known.drawnAt : now;
  const isNew = !known.shown.includes(content.hash);
  const progress = turned || seen.toolOpen !== known.toolOpen || (isNew && !isDrawing({ drawnAt }, now));
  return {
    ...{ ...known, state: seen.state, toolOpen: seen.toolOpen, content, size, drawnAt },
    ...(moved(content, known.content) && { movedAt: now }),
    ...(progress && { progressAt: now }),
    ...(isNew && { shown: [...known.shown.slice(1 - SHOWN), content.hash] }),
    ...(seen.died && !known.dead && { dead: true, deaths: kept([...known.deaths, now]) }),
    ...(turned && turnedTo(known, seen.state, content, now)),
  };
}

/** Whether what is new on its screen may not be its own. */
export function isDrawing({ drawnAt }: Pick<Progress, 'drawnAt'>, now: number): boolean {
  return now - drawnAt < REDRAWN_MS;
}

/** One that came to its end without ever having been ready died as well, though nobody knows how. */
function anotherLife(known: Progress, seen: Seen, now: number): Progress {
  const next = firstSeen({ ...seen, forMs: 0 }, now);
  const stillborn = known.isAgent && !known.ready && !known.dead;
  return { ...next, deaths: kept([...known.deaths, ...(stillborn ? [now] : []), ...next.deaths]) };
}

function kept(deaths: readonly number[]): readonly number[] {
  return deaths.slice(-KEPT_DEATHS);
}

/** Something happened then that no screen shows. */
export function progressed(known: Progress, at: number): Progress {
  return at > known.progressAt ? { ...known, progressAt: at } : known;
}

/** What another state means. */
function turnedTo(known: Progress, state: AgentState, content: Content, now: number): Partial<Progress> {
  const isFlip = state === known.stateBefore && !UNFLIPPED.includes(state) && !UNFLIPPED.includes(known.lastState);
  // What waited for an answer goes on with what it did.
  const isTurn = state === 'working' && known.lastState !== 'blocked';
  return {
    ...{ lastState: state, stateBefore: known.lastState, stateAt: now, shown: [content.hash] },
    ready: known.ready || READY.has(state),
    ...(isFlip && { flips: [...known.flips, now].slice(-KEPT_FLIPS) }),
    ...(isTurn && { turnAt: now, childAlive: undefined, sample: undefined }),
  };
}

/** After a look at its processes; undefined when nobody could tell. */
export function sampled(known: Progress, sample: Sample | undefined): Progress {
  if (!sample) return { ...known, sample, childAlive: undefined };
  const { turnAt: since, sample: before } = known;
  // A spinner that is drawn costs something.
  const own = sample.at - known.movedAt >= MOVES_MS;
  const workedAt = before && workBetween(before, sample, { own, since });
  return {
    ...{ ...known, sample, childAlive: startedSince(sample, since).length > 0 },
    ...(workedAt !== undefined && workedAt > known.progressAt && { progressAt: workedAt }),
  };
}

/**
 * After the clock jumped or everything slept: nothing is concluded from what was before. Processes are older by what the
 * clock of the rest did not count.
 */
export function begunAnew(known: Progress, sleptMs: number, now: number): Progress {
  return {
    ...{ ...known, stateAt: now, progressAt: now, movedAt: now, turnAt: known.turnAt - sleptMs },
    ...{ flips: [], deaths: [], sample: undefined },
  };
}

function sizeOf({ cols, rows }: Seen['screen']): string {
  return `${cols}x${rows}`;
}
