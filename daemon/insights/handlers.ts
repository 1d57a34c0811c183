/** The insight methods, and the clean-up. None waits, so none needs a lock. */
import { type insightMethods, RpcError, type Session } from '#protocol';
import { inPieces } from '../db/pieces.js';
import type { Caller, Handlers } from '../rpc/handlers.js';
import type { Insights } from './insights.js';
import type { InsightStore, Kept } from './store.js';

export interface InsightHandlerDeps {
  readonly insightStore: InsightStore;
  readonly insights: Insights;
  readonly orchestrators: {
    /** Throws NotFound, also for one of another user. */
    get(user: string, id: string): { readonly id: string };
  };
  readonly sessions: {
    /** Throws NotFound, also for a session of another user. */
    get(user: string, id: string): Session;
  };
  readonly now: () => number;
}

export function insightHandlers(deps: InsightHandlerDeps): Handlers<typeof insightMethods> {
  const { insightStore: store, insights, orchestrators, sessions, now } = deps;

  return {
    'insight/list'({ orchestratorId, limit, ...wanted }, { user }) {
      orchestrators.get(user, orchestratorId);
      const { sessionId = null, type = null, severity = null, resolved = null } = wanted;
      const found = store.list({ orchestratorId, sessionId, type, severity, resolved }, limit);
      return { orchestratorId, count: found.length, counts: store.counts(orchestratorId), insights: found };
    },

    'insight/counts'({ orchestratorId }, { user }) {
      return store.counts(orchestrators.get(user, orchestratorId).id);
    },

    'insight/get': ({ id }, caller) => find(store, caller, id).insight,

    'insight/resolve': ({ id, resolvedBy }, caller) =>
      insights.resolveOne(find(store, caller, id), resolvedBy ?? caller.user),

    'insight/resolveSession'({ sessionId, resolvedBy }, { user }) {
      const { id } = sessions.get(user, sessionId);
      return { resolvedCount: insights.resolve(user, id, resolvedBy ?? user) };
    },

    'insight/delete'({ id }, caller) {
      insights.remove(find(store, caller, id));
      return { success: true };
    },

    async 'insight/cleanup'({ maxAgeSecs }, { user, signal }) {
      return { deletedCount: await dropResolved(store, user, now() - maxAgeSecs * 1000, signal) };
    },
  };
}

/** Throws NotFound, also for one of another user, and for one that the token does not reach. */
function find(store: InsightStore, { user, identity: { reach } }: Caller, id: string): Kept {
  const kept = store.find(id);
  if (kept?.userId === user && (reach?.orchestrator(kept.insight.orchestratorId) ?? true)) return kept;
  const said = `No insight ${id}. List those of an orchestrator with insight/list.`;
  throw new RpcError('NotFound', said, { code: 'INSIGHT_NOT_FOUND' });
}

/** Of a user, or of everybody for null. Nobody is told of each: they were over long ago. Ends early when the signal is aborted. */
export function dropResolved(
  store: Pick<InsightStore, 'dropResolved'>,
  user: string | null,
  before: number,
  signal: AbortSignal,
): Promise<number> {
  return inPieces((atMost) => store.dropResolved(user, before, atMost), signal);
}
