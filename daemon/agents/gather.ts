/** Gathers what is known of a program, look by look and report by report, for a verdict to be made of it. Pure. */
import type { BlockedKind, Evidence, Says } from './evidence.js';

/** All that is known of one life of a program. */
export interface Gathered {
  readonly spawnId: string;
  /** Of the newest evidence. */
  readonly seq: number;
  /** An idle screen before then is not believed: programs show one before they ask something. Unix ms. */
  readonly readyAt: number;
  /** Whether a program that shows nothing known has not begun yet, however long that takes. */
  readonly startsSlowly: boolean;
  /** Since when nothing positive is seen; undefined while something is. Unix ms. */
  readonly absentAt: number | undefined;
  /** Anything positive was seen. */
  readonly ready: boolean;
  readonly exit?: Evidence;
  /** Of the newest look, strongest first. */
  readonly screen: readonly Evidence[];
  /** Whether the program was quiet at that look, so that it shows no half of a picture. */
  readonly settled: boolean;
  /** What blocked it last and was not cleared since. */
  readonly blocked?: Evidence;
  /** The newest report. */
  readonly hook?: Evidence;
  /** Turns that began and did not end, oldest first. */
  readonly turns: readonly string[];
  /** A tool began, and nobody said that it ended. */
  readonly toolOpen: boolean;
  readonly calm: Calm;
  /** Reports about an older life. */
  readonly dropped: number;
}

/** Looks in a row that showed neither work nor a question. */
export interface Calm {
  /** Those at least APART_MS apart. */
  readonly count: number;
  /** Of the first of them. */
  readonly since: number;
  /** Of the last one counted. */
  readonly at: number;
  /** When something last spoke for work. */
  readonly busyAt: number;
}

/** Looks closer together than this count as one. */
export const APART_MS = 100;

export interface Beginning {
  readonly spawnId: string;
  readonly startedAt: number;
  readonly graceMs: number;
  readonly startsSlowly: boolean;
}

/** Nested turns remembered; an agent that opens more never told of the end of the first. */
const TURNS = 64;
/** A hook may be heard before what it tells of is drawn: until then the screen cannot clear it. */
export const DRAWN_MS = 1000;

export function begin({ spawnId, startedAt, graceMs, startsSlowly }: Beginning): Gathered {
  const calm = { count: 0, since: startedAt, at: 0, busyAt: 0 };
  const known = { ready: false, screen: [], settled: false, turns: [], toolOpen: false, absentAt: undefined };
  return { spawnId, seq: 0, readyAt: startedAt + graceMs, startsSlowly, ...known, calm, dropped: 0 };
}

/** What a rule or a hook says, before it has its place among the evidence. */
export interface Claim {
  readonly source: Evidence['source'];
  readonly says: Says;
  readonly rule: string;
  readonly span: string | null;
  readonly kind?: BlockedKind;
  readonly until?: number;
  readonly code?: number | null;
  readonly ttlMs?: number | null;
}

/** One look at the screen. */
export function looked(gathered: Gathered, claims: readonly Claim[], settled: boolean, now: number): Gathered {
  const { blocked, calm: before } = gathered;
  const screen = claims.map((claim, at) => evidenceOf(gathered, claim, at + 1, now));
  const asking = screen.find(({ says }) => says === 'blocked');
  const busy = screen.some(({ says }) => says === 'busy');
  const positive = screen.some(({ says }) => CLEARING.has(says));
  const cleared = positive && blocked && (blocked.source !== 'hook' || now - blocked.at >= DRAWN_MS);
  const standing = asking ?? (cleared ? undefined : blocked);
  const { blocked: _, ...rest } = gathered;
  return {
    ...rest,
    seq: gathered.seq + claims.length,
    absentAt: positive || asking ? undefined : (gathered.absentAt ?? now),
    ready: gathered.ready || positive || asking !== undefined,
    screen: screen.map((evidence) => bornBefore(gathered.screen, evidence)),
    settled,
    ...(standing && { blocked: asking ? bornBefore(gathered.screen, asking) : standing }),
    calm: busy || asking ? { ...CALM, busyAt: busy ? now : before.busyAt } : calmer(before, now),
  };
}

const CLEARING: ReadonlySet<Says> = new Set<Says>(['busy', 'idle', 'limited', 'auth_failed', 'done']);
const CALM: Calm = { count: 0, since: 0, at: 0, busyAt: 0 };

function calmer(calm: Calm, now: number): Calm {
  if (calm.count === 0) return { ...calm, count: 1, since: now, at: now };
  return now - calm.at >= APART_MS ? { ...calm, count: calm.count + 1, at: now } : calm;
}

/** The same thing seen again is as old as it was: a limit of two hours does not begin anew with each look. */
function bornBefore(before: readonly Evidence[], evidence: Evidence): Evidence {
  const { rule, span, says } = evidence;
  return before.find((known) => known.rule === rule && known.span === span && known.says === says) ?? evidence;
}

/** What a hook told. */
export interface Told {
  readonly claim: Claim;
  /** A turn that began or ended; of one without a name the only one of its kind. `none`: no turn is open any more. */
  readonly turn?: {
    readonly own: 'outer' | 'inner';
    readonly id: string | undefined;
    readonly now: 'open' | 'closed' | 'none';
  };
  /** A tool began or ended; undefined leaves it as it is. */
  readonly toolOpen?: boolean;
}

/** `at` is when it happened. What is older than the newest report tells of what is over. */
export function reported(gathered: Gathered, { claim, turn, toolOpen }: Told, at: number): Gathered {
  if (gathered.hook && at < gathered.hook.at) return { ...gathered, dropped: gathered.dropped + 1 };
  const { blocked, ...rest } = gathered;
  const turns = turnsAfter(gathered.turns, turn);
  const evidence = evidenceOf(gathered, claim, 1, at);
  const asks = evidence.says === 'blocked';
  const speaks = evidence.says !== 'nothing';
  const standing = asks ? evidence : speaks ? undefined : blocked;
  return {
    ...rest,
    seq: evidence.seq,
    ready: gathered.ready || speaks,
    ...(speaks && { hook: evidence }),
    ...(standing && { blocked: standing }),
    turns,
    toolOpen: toolOpen ?? gathered.toolOpen,
    calm: evidence.says === 'busy' ? { ...CALM, busyAt: at } : gathered.calm,
  };
}

function turnsAfter(turns: readonly string[], turn: Told['turn']): readonly string[] {
  if (!turn) return turns;
  const { own, id, now } = turn;
  if (now === 'none') return [];
  const name = `${own} ${id ?? ''}`;
  const ends = (open: string) => (id === undefined && now === 'closed' ? open.startsWith(`${own} `) : open === name);
  const others = turns.filter((open) => !ends(open));
  return now === 'open' ? [...others, name].slice(-TURNS) : others;
}

/** A report of another life is only counted. */
export function dropped(gathered: Gathered): Gathered {
  return { ...gathered, dropped: gathered.dropped + 1 };
}

/** The program ended. */
export function ended(gathered: Gathered, claim: Claim, now: number): Gathered {
  return { ...gathered, seq: gathered.seq + 1, exit: evidenceOf(gathered, claim, 1, now), turns: [], toolOpen: false };
}

function evidenceOf(
  { spawnId, seq }: Gathered,
  { ttlMs = null, ...claim }: Claim,
  step: number,
  now: number,
): Evidence {
  return { ...claim, spawnId, seq: seq + step, at: now, ttlMs };
}
