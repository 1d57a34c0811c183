/** Judges whether an agent gets anywhere, by what is known of it: the table of stalls. */
import type { AgentState, SessionHealth, StallCause } from '#protocol';

/** Times are milliseconds of one clock, whichever. */
export interface Facts {
  readonly state: AgentState;
  /** Since when it is in it. */
  readonly stateAt: number;
  /** When it last got somewhere; a change of state counts. */
  readonly progressAt: number;
  /** When anything on its screen last moved. */
  readonly movedAt: number;
  readonly toolOpen: boolean;
  /** A process that it started for what it does now is alive; undefined when processes were not looked at. */
  readonly childAlive: boolean | undefined;
  /** When its state last went back to the one before, oldest first. */
  readonly flips: readonly number[];
  /** When a program of it died, oldest first. */
  readonly deaths: readonly number[];
}

export interface Judgement {
  readonly health: SessionHealth;
  readonly cause: StallCause | null;
  /** Since when nothing came of it. */
  readonly since: number;
  /** When it must be judged again though nothing happens; undefined for never. */
  readonly nextAt: number | undefined;
}

export interface Row {
  readonly warnMs: number;
  readonly stalledMs: number;
  readonly hungMs: number;
}

const row = (warn: number, stalled: number, hung: number): Row => ({
  warnMs: warn * 1000,
  stalledMs: stalled * 1000,
  hungMs: hung * 1000,
});

export const rows = {
  startup: row(30, 90, 150),
  no_progress: row(120, 300, 1800),
  long_tool: row(300, 600, 3600),
  frozen_spinner: row(300, 600, 1800),
} as const;

/** A spinner turns at least so often. */
export const MOVES_MS = 15_000;
/** More flips than this within so long are flapping. */
const FLIPS = 3;
const FLIPS_MS = 60_000;
const DEATHS = 3;
const DEATHS_MS = 30_000;
/** One that lives so long after it died again and again is out of it. */
const ALIVE_MS = 30_000;

/** So many are all that is ever looked at. */
export const KEPT_FLIPS = FLIPS + 1;
export const KEPT_DEATHS = DEATHS;

/** `thresholdMs`: when an agent that works without a sign of it counts as stalled; no other work counts so any sooner. */
export function judgeStall(facts: Facts, { thresholdMs }: { readonly thresholdMs: number }, now: number): Judgement {
  const dying = crashLoop(facts, now);
  if (dying) return dying;
  const flippedAt = facts.flips.at(-KEPT_FLIPS);
  if (flippedAt !== undefined && now < flippedAt + FLIPS_MS)
    return { health: 'flapping', cause: 'flapping', since: flippedAt, nextAt: flippedAt + FLIPS_MS };
  const { state, progressAt: since } = facts;
  if (state === 'starting') return judgeRow(rows.startup, 'startup', since, now);
  if (state === 'working') return judgeWork(facts, thresholdMs, now);
  return { health: state === 'unknown' ? 'unknown' : 'ok', cause: null, since, nextAt: undefined };
}

/** Whether it is a stall that people hear of. */
export function isStall(health: SessionHealth): boolean {
  return health === 'stalled' || health === 'hung' || health === 'crash_loop';
}

function crashLoop({ deaths, state }: Facts, now: number): Judgement | undefined {
  const [first, last] = [deaths.at(-DEATHS), deaths.at(-1)];
  if (first === undefined || last === undefined || last - first > DEATHS_MS) return undefined;
  const dead = state === 'exited';
  if (!dead && now >= last + ALIVE_MS) return undefined;
  return { health: 'crash_loop', cause: 'crash_loop', since: first, nextAt: dead ? undefined : last + ALIVE_MS };
}

function judgeWork(facts: Facts, thresholdMs: number, now: number): Judgement {
  const { progressAt: since, movedAt } = facts;
  const later = (each: Row) => scaled(each, Math.max(thresholdMs, each.stalledMs));
  if (facts.toolOpen || facts.childAlive) return judgeRow(later(rows.long_tool), 'long_tool', since, now);
  const silent = scaled(rows.no_progress, thresholdMs);
  const stillAt = movedAt + MOVES_MS;
  if (movedAt <= since || now >= stillAt) return judgeRow(silent, 'no_progress', since, now);
  const judged = judgeRow(later(rows.frozen_spinner), 'frozen_spinner', since, now);
  // Once the spinner stands still as well, the other row counts, from the same time.
  const otherAt = Math.max(stillAt, since + silent.warnMs);
  return { ...judged, nextAt: Math.min(judged.nextAt ?? otherAt, otherAt) };
}

function judgeRow({ warnMs, stalledMs, hungMs }: Row, cause: StallCause, since: number, now: number): Judgement {
  if (now >= since + hungMs) return { health: 'hung', cause, since, nextAt: undefined };
  if (now >= since + stalledMs) return { health: 'stalled', cause, since, nextAt: since + hungMs };
  if (now >= since + warnMs) return { health: 'slow', cause, since, nextAt: since + stalledMs };
  return { health: 'ok', cause: null, since, nextAt: since + warnMs };
}

export function scaled({ warnMs, stalledMs, hungMs }: Row, toMs: number): Row {
  const by = toMs / stalledMs;
  return { warnMs: Math.round(warnMs * by), stalledMs: toMs, hungMs: Math.round(hungMs * by) };
}
