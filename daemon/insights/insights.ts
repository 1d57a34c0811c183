/** The insights there are: one an episode and orchestrator, written down and told as they come, grow and are resolved. */
import { randomUUID } from 'node:crypto';
import type { Insight } from '#protocol';
import type { Journal } from '../events/journal.js';
import { type Noticed, renewed, resolved } from './insight.js';
import type { InsightStore, Kept } from './store.js';

export interface InsightsDeps {
  readonly store: InsightStore;
  readonly journal: Pick<Journal, 'act' | 'tell'>;
  readonly now: () => number;
}

export interface Owner {
  readonly id: string;
  readonly userId: string;
}

export interface Insights {
  /** Makes it one of this orchestrator's, or brings the one of its episode up to date. One that was resolved by hand stays so. */
  raise(owner: Owner, noticed: Noticed): void;
  /** Of those about a session that are not resolved, the ones that fit. Returns how many. */
  resolve(user: string, sessionId: string, by: string, fits?: (kept: Kept) => boolean): number;
  /** Of one that is there. */
  resolveOne(kept: Kept, by: string): Insight;
  unresolved(user: string, sessionId: string): Kept[];
  remove(kept: Kept): void;
}

export function createInsights({ store, journal, now }: InsightsDeps): Insights {
  const changed = (kept: Kept, insight: Insight) => {
    store.save({ ...kept, insight });
    journal.tell(kept.userId, 'insight/changed', { insight });
  };

  const add = ({ id: orchestratorId, userId }: Owner, { episode, ...noticed }: Noticed) => {
    const unresolved = { resolved: false, resolvedAt: null, resolvedBy: null, createdAt: now() };
    const insight: Insight = { id: randomUUID(), orchestratorId, ...noticed, ...unresolved };
    store.add({ userId, episode, insight });
    journal.tell(userId, 'insight/created', { insight });
  };

  const resolveOne = (kept: Kept, by: string): Insight => {
    const insight = resolved(kept.insight, by, now());
    if (insight) journal.act(() => changed(freed(kept), insight));
    return insight ?? kept.insight;
  };

  return {
    raise: (owner, noticed) =>
      journal.act(() => {
        const kept = store.ofEpisode(owner.id, noticed.episode);
        if (!kept) return add(owner, noticed);
        if (kept.insight.resolved) return;
        const insight = renewed(kept.insight, noticed);
        if (!insight) return;
        // What is only said in other words is there for whoever looks.
        if (insight.severity === kept.insight.severity) store.save({ ...kept, insight });
        else changed(kept, insight);
      }),
    resolve: (user, sessionId, by, fits = () => true) =>
      journal.act(() => {
        const fitting = store.unresolved(user, sessionId).filter(fits);
        for (const kept of fitting) resolveOne(kept, by);
        return fitting.length;
      }),
    resolveOne,
    unresolved: store.unresolved,
    remove: ({ userId, insight }) =>
      journal.act(() => {
        store.remove(insight.id);
        journal.tell(userId, 'insight/deleted', { insight });
      }),
  };
}

/** An episode of the stalls has an id of its own; what an agent tells may begin anew. */
function freed(kept: Kept): Kept {
  return kept.episode.startsWith('told:') ? { ...kept, episode: `${kept.episode}:${kept.insight.id}` } : kept;
}
