/** What an agent is doing, as far as the evidence goes: the precedence of all that can speak for a state. Pure. */
import type { AgentState } from '#protocol';
import { type BlockedKind, type Evidence, isFresh, type Says, timeLeft } from './evidence.js';
import { APART_MS, type Gathered } from './gather.js';

export interface Verdict {
  readonly state: AgentState;
  /** Only while blocked. */
  readonly blocked?: { readonly kind: BlockedKind; readonly since: number };
  /** Only while limited, where the agent says it: Unix ms. */
  readonly until?: number;
  /** Only when exited; null when a signal ended it or nothing is known. */
  readonly code?: number | null;
  /** When this state began, Unix ms. */
  readonly since: number;
  /** What decided comes first, then what else speaks, for or against; at most EVIDENCE of them. */
  readonly evidence: readonly Weighed[];
  /** When it is to be judged again though nothing happens, Unix ms; null when that changes nothing. */
  readonly deadlineAt: number | null;
}

export interface Weighed extends Evidence {
  /** How long it still holds; null for as long as nothing else is said. */
  readonly leftMs: number | null;
}

/** Pieces of evidence that a verdict carries. */
const EVIDENCE = 10;
/** A working agent of which nothing is seen any more is idle after so many looks, */
export const CONFIRMATIONS = 3;
/** APART_MS apart, and so long without any sign of work. */
export const CALM_MS = 1500;

/** A shell whose command takes no longer than this was idle all the time. */
const COMMAND_MS = 1000;

interface Ruling {
  readonly state: AgentState;
  readonly by: Evidence;
  /** Look again then, at the latest. */
  readonly again?: number;
}

/** `before` is the verdict before this one on the same program, if there was one. */
export function judge(gathered: Gathered, before: Verdict | undefined, now: number): Verdict {
  const { state, by, again } = rule(gathered, before, now);
  const { kind = 'other', until, code } = by;
  const same = before?.state === state && (state !== 'blocked' || before.blocked?.kind === kind);
  const since = same ? before.since : now;
  const others = [...spoken(gathered), ...(gathered.hook ? [gathered.hook] : [])];
  const evidence = [by, ...others.filter((other) => other !== by)].slice(0, EVIDENCE);
  return {
    state,
    ...(state === 'blocked' && { blocked: { kind, since } }),
    ...(state === 'limited' && until !== undefined && { until }),
    ...(state === 'exited' && { code: code ?? null }),
    since,
    evidence: evidence.map((each) => ({ ...each, leftMs: timeLeft(each, now) })),
    deadlineAt: earliest([again, ...evidence.map(endOf)], now),
  };
}

/** Higher wins; each step answers or passes on. */
function rule(gathered: Gathered, before: Verdict | undefined, now: number): Ruling {
  const { exit, blocked, hook, calm } = gathered;
  if (exit) return { state: 'exited', by: exit };
  const asking = said(gathered, 'blocked') ?? blocked;
  if (asking) return { state: 'blocked', by: asking };
  const busy = said(gathered, 'busy');
  if (busy) return { state: 'working', by: busy };
  const over = said(gathered, 'done');
  if (over) return { state: 'done', by: over };
  const awaited = said(gathered, 'awaited');
  if (awaited) return { state: 'starting', by: awaited };
  const heard = hook && isFresh(hook, now) ? byHook(gathered, hook, now) : undefined;
  if (heard) return heard;
  const shown = said(gathered, 'auth_failed') ?? limitIn(gathered, now) ?? said(gathered, 'idle');
  if (shown?.says === 'idle' && now < gathered.readyAt)
    return { state: 'starting', by: shown, again: gathered.readyAt };
  if (shown?.says === 'idle' && before?.state === 'working' && !gathered.settled && calm.count < 2)
    return { state: 'working', by: before.evidence[0] ?? shown, again: now + APART_MS };
  if (shown) return { state: shown.says as AgentState, by: shown };
  return byAbsence(gathered, before, now);
}

/**
 * A hook's word holds while it is fresh. That work began ends when the screen shows for a while that it is over, for
 * nobody tells of an interruption; that it is over counts for nothing where the screen asks something nobody knows.
 */
function byHook(gathered: Gathered, hook: Evidence, now: number): Ruling | undefined {
  const { turns, calm } = gathered;
  if (hook.says === 'busy' || (hook.says === 'idle' && turns.length > 0)) {
    const shown = said(gathered, 'idle') ?? said(gathered, 'auth_failed') ?? limitIn(gathered, now);
    const calmFrom = Math.max(calm.since, hook.at);
    if (shown && calm.count >= CONFIRMATIONS && now - calmFrom >= CALM_MS) return undefined;
    const again = calm.count >= CONFIRMATIONS ? Math.max(now + 1, calmFrom + CALM_MS) : now + APART_MS;
    return { state: 'working', by: hook, ...(shown && { again }) };
  }
  if (hook.says === 'limited' && (hook.until ?? Number.POSITIVE_INFINITY) <= now) return undefined;
  if (hook.says === 'idle') {
    const doubt = said(gathered, 'doubt');
    if (doubt && !said(gathered, 'idle')) return { state: 'unknown', by: doubt };
    if (limitIn(gathered, now) ?? said(gathered, 'auth_failed')) return undefined;
    return { state: 'idle', by: hook };
  }
  return hook.says === 'limited' || hook.says === 'auth_failed' || hook.says === 'done'
    ? { state: hook.says, by: hook }
    : undefined;
}

function byAbsence(gathered: Gathered, before: Verdict | undefined, now: number): Ruling {
  const { calm } = gathered;
  const doubt = said(gathered, 'doubt');
  const first = before?.evidence[0];
  if (before?.state === 'working' && first) {
    const confirmed = calm.count >= CONFIRMATIONS && now - Math.max(calm.since, calm.busyAt) >= CALM_MS;
    if (confirmed && !doubt) return { state: 'idle', by: nothing(gathered, 'absence', now) };
    if (!confirmed) {
      const whole = Math.max(calm.since, calm.busyAt) + CALM_MS;
      return {
        state: 'working',
        by: first,
        again: calm.count < CONFIRMATIONS ? now + APART_MS : Math.max(whole, now + 1),
      };
    }
  }
  if (before?.state === 'idle' && first?.source === 'absence' && !doubt) return { state: 'idle', by: first };
  const passing = (gathered.absentAt ?? now) + COMMAND_MS;
  if (before?.state === 'idle' && first && !gathered.startsSlowly && now < passing) {
    return { state: 'idle', by: first, again: passing };
  }
  if (doubt) return { state: 'unknown', by: doubt };
  if (now < gathered.readyAt)
    return { state: 'starting', by: nothing(gathered, 'start', now), again: gathered.readyAt };
  if (!gathered.ready && gathered.startsSlowly) return { state: 'starting', by: nothing(gathered, 'start', now) };
  return { state: 'unknown', by: nothing(gathered, 'absence', now) };
}

/** The newest look's evidence of a kind, the first of its rules. */
function said({ screen }: Gathered, says: Says): Evidence | undefined {
  return screen.find((evidence) => evidence.says === says);
}

/** A limit that is over limits nothing. */
function limitIn(gathered: Gathered, now: number): Evidence | undefined {
  const limit = said(gathered, 'limited');
  return limit && (limit.until ?? Number.POSITIVE_INFINITY) > now ? limit : undefined;
}

const spoken = ({ screen, blocked }: Gathered) =>
  blocked && !screen.includes(blocked) ? [...screen, blocked] : screen;

function nothing({ spawnId, seq }: Gathered, source: 'absence' | 'start', now: number): Evidence {
  const rule = source === 'start' ? 'no-sign-yet' : 'nothing-seen';
  return { source, says: 'nothing', rule, span: null, spawnId, seq, at: now, ttlMs: null };
}

/** When what an evidence says is over. */
function endOf({ at, ttlMs, says, until }: Evidence): number | undefined {
  if (says === 'limited' && until !== undefined) return until;
  return ttlMs === null ? undefined : at + ttlMs;
}

function earliest(times: readonly (number | undefined)[], now: number): number | null {
  const coming = times.filter((time): time is number => time !== undefined && time > now);
  return coming.length > 0 ? Math.min(...coming) : null;
}
