/** One session that is watched: what is known of its progress, what was told of it, and when it must be judged again. */
import type { Session, SessionHealth, Stall, StallCause } from '#protocol';
import type { Agents } from '../agents/agents.js';
import type { Journal } from '../events/journal.js';
import { type Reason, reasonFor, remindAt, severerAt, type Turn, turnOf } from './episode.js';
import type { Episodes, Open } from './episodes.js';
import { isDrawing, type Progress } from './progress.js';
import { sampleAt } from './sampling.js';
import { isStall, type Judgement } from './stall.js';

export interface Track {
  progress: Progress;
  told: Shown;
  remindAt: number | undefined;
  sampledAt: number;
  sampling: boolean;
  /** Where its agent writes down what it does, as a hook told. */
  transcript: string | undefined;
}

interface Shown {
  readonly health: SessionHealth;
  readonly cause: StallCause | null;
}

/** How a session stands at one time. */
export interface Standing {
  readonly session: Session;
  readonly progress: Progress;
  readonly judged: Judgement;
  readonly now: number;
}

export interface TellDeps {
  readonly episodes: Episodes;
  readonly agents: Pick<Agents, 'setHealth'>;
  readonly journal: Pick<Journal, 'act' | 'afterwards'>;
}

/** After the first look at a session: an episode from before a restart goes on if that shows what it showed then. */
export function createTrack(episodes: Episodes, session: Session, first: Progress, now: number): Track {
  const open = episodes.find(session.id);
  const isSame = open?.hash === first.content.hash && [open.stall.state, 'unknown'].includes(first.state);
  const since = open && isSame ? now - episodes.silentMs(open) : Number.NEGATIVE_INFINITY;
  if (open) episodes.resume(open, since);
  return {
    progress: isSame ? { ...first, progressAt: since } : first,
    told: { health: session.health, cause: open?.stall.cause ?? null },
    ...{ remindAt: undefined, sampledAt: Number.NEGATIVE_INFINITY, sampling: false, transcript: undefined },
  };
}

/**
 * What tells what has changed: an episode that begins, ends or gets worse, and the session's health; all in one commit.
 * Undefined when there is nothing to tell, as for most looks. `anew`: an episode may end without progress, because
 * another measure counts.
 */
export function telling(deps: TellDeps, standing: Standing, track: Track, anew: boolean): (() => void) | undefined {
  const { episodes, agents, journal } = deps;
  const { session, progress, judged, now } = standing;
  const open = episodes.find(session.id);
  const freed = open !== undefined && anew && judged.health !== 'flapping' && !isStall(judged.health);
  const next = freed ? 'end' : turnOf(open && { ...open.stall, since: open.since ?? now }, judged, now);
  // Its processes may tell of progress in a moment.
  const turn = next === 'begin' && track.sampling ? 'none' : next;
  // The daemon after this one knows the episode by the screen, as that is after a text was typed.
  const redrawn = open !== undefined && open.hash !== progress.content.hash && isDrawing(progress, now);
  if (turn === 'none' && !redrawn && isTold(track, shown(judged, open?.stall))) return undefined;
  return () =>
    journal.act(() => {
      const stall = become(
        episodes,
        standing,
        turn === 'none' && redrawn ? 'worsen' : turn,
        freed ? 'reset' : reasonFor(progress.state),
      );
      const told = shown(judged, stall);
      if (isTold(track, told)) return;
      agents.setHealth(session.id, told.health, told.cause);
      journal.afterwards(() => {
        track.told = told;
      });
    });
}

/** The episode that is then open. */
function become(episodes: Episodes, standing: Standing, turn: Turn, reason: Reason): Stall | undefined {
  const open = episodes.find(standing.session.id);
  if (!open) return turn === 'begin' ? episodes.begin(standing) : undefined;
  if (turn === 'worsen') return episodes.worsen(open, standing);
  if (turn !== 'end') return open.stall;
  episodes.end(open, reason);
  // What ended may be another episode than the one that is judged now.
  return turnOf(undefined, standing.judged, standing.now) === 'begin' ? episodes.begin(standing) : undefined;
}

/** What a session is shown as: an episode that is open counts for more than what is judged now. */
function shown(judged: Judgement, stall: Stall | undefined): Shown {
  const { health, cause } = judged.health === 'flapping' ? judged : (stall ?? judged);
  return { health, cause };
}

function isTold({ told }: Track, { health, cause }: Shown): boolean {
  return told.health === health && told.cause === cause;
}

/** When it must be judged again though nothing happens; undefined for never. Sets when a person is to be reminded. */
export function nextTime(track: Track, standing: Standing, open: Open | undefined, thresholdMs: number) {
  const { progress, sampledAt } = track;
  const { judged, now } = standing;
  track.remindAt = progress.state === 'blocked' ? remindAt(progress.stateAt, now) : undefined;
  const times = [
    judged.nextAt,
    open?.since === undefined ? undefined : severerAt(open.since, now),
    track.remindAt,
    track.sampling ? undefined : sampleAt(progress, judged, { thresholdMs, sampledAt }),
  ].filter((at) => at !== undefined);
  return times.length > 0 ? Math.max(now, Math.min(...times)) : undefined;
}
