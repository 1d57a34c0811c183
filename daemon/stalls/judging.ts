/** Judges one session: tells what has become of it, and says when it must be judged again. */
import type { Session } from '#protocol';
import type { Clock } from './deadlines.js';
import { judgeStall } from './stall.js';
import { nextTime, type Standing, type TellDeps, type Track, telling } from './track.js';

export interface Reminder {
  readonly session: Session;
  readonly waitedMs: number;
}

export interface JudgingDeps extends TellDeps {
  /** When a session that works without a sign of it counts as stalled. */
  readonly thresholdMs: (session: Session) => number;
  readonly clock: Pick<Clock, 'ticks'>;
  readonly steady: (what: string, round: () => unknown) => Promise<boolean>;
  /** Judge this session again then; undefined for never, unless something happens. */
  readonly again: (sessionId: string, at: number | undefined) => void;
}

/** Names the work for the log. */
export const JUDGING = 'whether agents get anywhere';

/** What could not be written down is tried again. */
const AGAIN_MS = 5000;

export function createJudging(deps: JudgingDeps) {
  const reminded = new Set<(reminder: Reminder) => void>();
  const standingOf = (session: Session, { progress }: Track): Standing & { readonly thresholdMs: number } => {
    const [thresholdMs, now] = [deps.thresholdMs(session), deps.clock.ticks()];
    return { session, progress, judged: judgeStall(progress, { thresholdMs }, now), now, thresholdMs };
  };

  return {
    standingOf,
    /** A session has waited for a person for 10 minutes, 30, 90 and so on. Returns the way out. */
    onReminder(listener: (reminder: Reminder) => void) {
      reminded.add(listener);
      return () => void reminded.delete(listener);
    },
    /** `anew`: an episode may end without progress, because another measure counts. */
    judge(session: Session | undefined, track: Track, anew = false): void {
      if (!session) return;
      const standing = standingOf(session, track);
      const tell = telling(deps, standing, track, anew);
      let told = tell === undefined;
      if (tell) {
        void deps.steady(JUDGING, () => {
          tell();
          told = true;
        });
      }
      const { state, stateAt } = track.progress;
      const isDue = track.remindAt !== undefined && standing.now >= track.remindAt && track.remindAt > stateAt;
      if (state === 'blocked' && isDue)
        for (const listener of reminded) listener({ session, waitedMs: standing.now - stateAt });
      const next = nextTime(track, standing, deps.episodes.find(session.id), standing.thresholdMs);
      deps.again(session.id, told ? next : standing.now + AGAIN_MS);
    },
  };
}
