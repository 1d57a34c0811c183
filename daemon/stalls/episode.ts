/** An episode without progress: what is told of it, and what becomes of it. */
import type { AgentState, Session, SessionHealth, Severity, Stall, Told } from '#protocol';
import { type Facts, isStall, type Judgement } from './stall.js';

export type Reason = Told<'session/recovered'>['reason'];

/** What becomes of a session's episode, if there is one; nothing while its agent flaps. */
export type Turn = 'begin' | 'worsen' | 'end' | 'none';

const MINUTE_MS = 60_000;

const SEVERITIES: readonly (readonly [after: number, severity: Severity])[] = [
  [60 * MINUTE_MS, 'critical'],
  [30 * MINUTE_MS, 'error'],
  [15 * MINUTE_MS, 'warning'],
];

export function severityAfter(ms: number): Severity {
  return SEVERITIES.find(([after]) => ms >= after)?.[1] ?? 'info';
}

/** When it becomes more severe. */
export function severerAt(since: number, now: number): number | undefined {
  const times = SEVERITIES.map(([after]) => since + after).filter((at) => at > now);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** `open` is what was told of it last, and since when nothing came of it. */
export function turnOf(
  open: (Pick<Stall, 'health' | 'severity'> & { readonly since: number }) | undefined,
  { health, since }: Judgement,
  now: number,
): Turn {
  if (health === 'flapping') return 'none';
  if (!open) return isStall(health) ? 'begin' : 'none';
  const dying = open.health === 'crash_loop' && health === 'crash_loop';
  if (since > open.since && !dying) return 'end';
  const severer = severityAfter(now - open.since) !== open.severity;
  return severer || worst(open.health, health) !== open.health ? 'worsen' : 'none';
}

const RANKS: readonly SessionHealth[] = ['unknown', 'ok', 'flapping', 'slow', 'stalled', 'hung', 'crash_loop'];

/** Without progress nothing gets better, whichever row of the table now counts. */
export function worst(one: SessionHealth, other: SessionHealth): SessionHealth {
  return RANKS.indexOf(one) >= RANKS.indexOf(other) ? one : other;
}

/** Why an episode is over, by the state its session is now in. */
export function reasonFor(state: AgentState): Reason {
  return REASONS[state] ?? 'progress';
}

const REASONS: Partial<Record<AgentState, Reason>> = {
  idle: 'idle',
  done: 'idle',
  // They wait for somebody as well: for a provider, for a login.
  blocked: 'blocked',
  limited: 'blocked',
  auth_failed: 'blocked',
  exited: 'ended',
};

/** How sure it is, 0 to 1: a tool may well be silent for long, a spinner turns beside a provider that is slow. */
export function confidenceOf({ health, cause }: Judgement, { childAlive }: Pick<Facts, 'childAlive'>): number {
  const sure = { startup: 0.7, no_progress: 0.9, long_tool: 0.6, frozen_spinner: 0.8, flapping: 0.5, crash_loop: 1 };
  // Without a look at processes one thing less speaks for it.
  const blind = childAlive === undefined && cause !== 'startup' && cause !== 'crash_loop' ? 0.2 : 0;
  const told = (cause ? sure[cause] : 0) - blind;
  return Math.round((health === 'hung' ? told + (1 - told) / 2 : told) * 100) / 100;
}

export interface Noticed {
  readonly id: string;
  readonly session: Pick<Session, 'id' | 'name' | 'tmuxSessionName' | 'folderId'>;
  readonly judged: Judgement;
  readonly facts: Pick<Facts, 'state' | 'childAlive'>;
  /** How long there was no progress. */
  readonly forMs: number;
  /** Unix ms. */
  readonly at: number;
}

export function stallFrom({ id, session, judged, facts, forMs, at }: Noticed): Stall {
  return {
    id,
    sessionId: session.id,
    sessionName: session.name,
    tmuxSessionName: session.tmuxSessionName,
    folderId: session.folderId,
    state: facts.state,
    health: judged.health,
    cause: judged.cause ?? 'no_progress',
    lastActivityAt: Math.round(at - forMs),
    stalledMinutes: minutes(forMs),
    severity: severityAfter(forMs),
    confidence: confidenceOf(judged, facts),
    startedAt: at,
  };
}

/** The same episode, worse. Its cause stays what it was told to be, unless its health has become worse by another. */
export function worsened(stall: Stall, { judged, facts, forMs }: Pick<Noticed, 'judged' | 'facts' | 'forMs'>): Stall {
  const health = worst(stall.health, judged.health);
  const now = { severity: severityAfter(forMs), stalledMinutes: minutes(forMs) };
  if (health === stall.health) return { ...stall, ...now };
  return { ...stall, ...now, health, cause: judged.cause ?? stall.cause, confidence: confidenceOf(judged, facts) };
}

/** To a tenth. */
export function minutes(ms: number): number {
  return Math.round(Math.max(0, ms) / (MINUTE_MS / 10)) / 10;
}

const REMIND_MS = 10 * MINUTE_MS;

/** When a person is next to be reminded of what waits since then: after 10 minutes, then after three times as long each. */
export function remindAt(since: number, now: number): number {
  let after = REMIND_MS;
  while (since + after <= now) after *= 3;
  return since + after;
}
