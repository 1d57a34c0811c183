/** Whether what an event or a list tells lies within the reach of a token. Pure. */
import type { Reach } from './identity.js';

/** Events name their session, folder or orchestrator; one that names none concerns the user, and is not for this token. */
export function isReached(params: Readonly<Record<string, unknown>>, reach: Reach | undefined): boolean {
  if (!reach) return true;
  const insight = params.insight as { sessionId?: unknown; orchestratorId?: unknown } | undefined;
  const orchestrator = idOf(params.orchestrator) ?? insight?.orchestratorId;
  if (typeof orchestrator === 'string' && reach.orchestrator(orchestrator)) return true;
  const session = params.sessionId ?? idOf(params.session) ?? insight?.sessionId;
  if (typeof session === 'string') return sees(reach, session);
  const folder =
    params.folderId ?? idOf(params.folder) ?? (params.project as { folderId?: unknown } | undefined)?.folderId;
  return typeof folder === 'string' && reach.folder(folder);
}

/** Whether a session stands in the lists that a token is shown. */
export function sees(reach: Reach | undefined, sessionId: string): boolean {
  return !reach || reach.session(sessionId) || reach.watched(sessionId);
}

const idOf = (entity: unknown) => (entity as { id?: unknown } | undefined)?.id;
