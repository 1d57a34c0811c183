/** What is noticed of sessions, as insights of whoever watches them; and the end of it. */
import type { Session, Stall, Told } from '#protocol';
import {
  episodeOf,
  isTold,
  type Noticed,
  ofSelf,
  ofStall,
  type Place,
  type SelfTold,
  toldEpisode,
} from '../insights/insight.js';
import type { Insights } from '../insights/insights.js';
import type { InsightStore } from '../insights/store.js';
import { isLive } from '../sessions/session.js';
import type { Nudging } from './nudging.js';
import type { Kept } from './orchestrator.js';
import type { Roster } from './roster.js';

export interface NoticingDeps {
  readonly roster: Roster;
  readonly insights: Insights;
  readonly insightStore: Pick<InsightStore, 'allUnresolved'>;
  readonly sessions: { find(id: string): Session | undefined };
  readonly stalls: { list(user: string): readonly Stall[] };
  readonly nudging: Nudging;
  /** Where the output of a live session ends. */
  readonly placeOf: (sessionId: string) => Place | undefined;
}

export type Noticing = ReturnType<typeof createNoticing>;

export function createNoticing(deps: NoticingDeps) {
  const { roster, insights, sessions, stalls } = deps;
  const ownerOf = (sessionId: string): Kept | undefined => {
    const session = sessions.find(sessionId);
    return session && roster.watching(session);
  };

  /** With what was done about it. */
  const raise = (owner: Kept, stall: Stall) =>
    insights.raise(owner, ofStall(stall, deps.placeOf(stall.sessionId), deps.nudging.of(stall)));

  /** While its episode is open. */
  const again = ({ id, sessionId }: Stall) => {
    const owner = ownerOf(sessionId);
    const open = owner && stalls.list(owner.userId).find((stall) => stall.id === id);
    if (owner && open) raise(owner, open);
  };

  return {
    /** What makes no progress of that which this one is the nearest to watch. */
    troubles: ({ id, userId }: Kept) => stalls.list(userId).filter(({ sessionId }) => ownerOf(sessionId)?.id === id),

    notice(stall: Stall) {
      const owner = ownerOf(stall.sessionId);
      if (!owner) return;
      raise(owner, stall);
      // What its agent said of itself is seen now.
      insights.resolve(owner.userId, stall.sessionId, 'superseded', ({ episode }) => isTold(episode, 'stalled'));
      roster.touch(owner.id);
    },

    /** Does what its orchestrator may do about it, and tells of that. */
    remedy(stall: Stall) {
      deps.nudging.consider(stall, () => again(stall));
    },

    over(userId: string, stall: Stall, reason: Told<'session/recovered'>['reason'] | undefined) {
      const by = reason === 'ended' || reason === 'reset' ? reason : 'recovery';
      insights.resolve(userId, stall.sessionId, by, ({ episode }) => episode === episodeOf(stall));
    },

    /** What the agent of a session told of itself. */
    selfTold(to: readonly Kept[], session: Session, told: SelfTold) {
      const { id, userId } = session;
      // Seen to be stalled already: it says nothing new.
      if (told.kind === 'stalled' && stalls.list(userId).some(({ sessionId }) => sessionId === id)) return;
      const known = insights.unresolved(userId, id).filter(({ episode }) => episode === toldEpisode(told.kind, id));
      for (const owner of to) {
        const before = known.find(({ insight }) => insight.orchestratorId === owner.id)?.insight.context.times;
        const times = (typeof before === 'number' ? before : 0) + 1;
        insights.raise(owner, ofSelf(session, told, times, deps.placeOf(id)));
      }
    },

    /** Of whoever watches it. */
    raise(session: Session, noticed: Noticed) {
      const owner = roster.watching(session);
      if (owner) insights.raise(owner, noticed);
    },

    /** What its agent told of itself is over; of one kind, or all. */
    settled({ userId, id }: Session, by: 'recovery' | 'ended', kind?: string) {
      const start = kind === undefined ? '' : `${kind}:`;
      insights.resolve(userId, id, by, ({ episode }) => isTold(episode, start));
    },

    /** A daemon that was killed may not have come to the end of an episode that it knew of. */
    settle() {
      for (const kept of deps.insightStore.allUnresolved()) {
        const { sessionId } = kept.insight;
        const session = sessionId === null ? undefined : sessions.find(sessionId);
        const open = stalls.list(kept.userId).some((stall) => episodeOf(stall) === kept.episode);
        if (!session || !isLive(session)) insights.resolveOne(kept, 'ended');
        else if (!open && !isTold(kept.episode)) insights.resolveOne(kept, 'recovery');
      }
    },
  };
}
