/** What an orchestrator does by itself about a session that makes no progress: nothing but a nudge, and seldom. Pure. */
import type { Stall } from '#protocol';
import { isWatching, type Kept } from './orchestrator.js';

/** One that was tried, as the log has it. */
export interface Nudge {
  readonly receiptId: string;
  readonly stallId: string;
  /** Of the session, when it was tried. */
  readonly health: string;
  /** Unix ms. */
  readonly at: number;
  /** State of the receipt when nothing more could be waited for; null while that is not known. */
  readonly outcome: string | null;
}

export interface Situation {
  readonly owner: Pick<Kept, 'autoIntervention' | 'monitoring' | 'status'>;
  readonly stall: Pick<Stall, 'id' | 'health' | 'cause' | 'state'>;
  /** All of the session that `NUDGES_MS` reaches back to, whichever orchestrator tried them. */
  readonly nudges: readonly Nudge[];
  /** When somebody last typed into the session, Unix ms. */
  readonly typedAt: number | undefined;
}

const MOST = 2;
export const NUDGES_MS = 6 * 3_600_000;
/** Whoever typed so short a time ago is still there. */
const HANDS_MS = 60_000;

/**
 * An agent that says that it works, while nothing comes of it, may take a line. One that has yet to come up takes none;
 * one that waits for a tool would read it only when the tool is back; one that changes to and fro, or dies, needs a person.
 */
const HELPED: ReadonlySet<Stall['cause']> = new Set(['no_progress', 'frozen_spinner'] as const);

export function remedyFor({ owner, stall, nudges, typedAt }: Situation, now: number): 'nudge' | 'notify' {
  if (!owner.autoIntervention || !isWatching(owner)) return 'notify';
  if (stall.health !== 'stalled' && stall.health !== 'hung') return 'notify';
  if (stall.state !== 'working' || !HELPED.has(stall.cause)) return 'notify';
  if (typedAt !== undefined && now - typedAt < HANDS_MS) return 'notify';
  if (nudges.some(({ stallId, health }) => stallId === stall.id && health === stall.health)) return 'notify';
  const typed = nudges.filter(({ at, outcome }) => outcome !== 'refused' && now - at < NUDGES_MS);
  return typed.length < MOST ? 'nudge' : 'notify';
}
