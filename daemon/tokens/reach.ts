/** What a token reaches of its user's: all, a folder, or a session with the folder it is in. Pure. */
import type { Folder, Orchestrator, Session } from '#protocol';
import type { Reach } from '../rpc/identity.js';
import type { KeptToken } from './token.js';

/** As it is at the moment it is asked. */
export interface Tree {
  session(id: string): Pick<Session, 'status' | 'folderId'> | undefined;
  folder(id: string): Pick<Folder, 'name' | 'parentId'> | undefined;
  /** The session it lives in, and the folder it watches. */
  orchestrator(id: string): Pick<Orchestrator, 'sessionId' | 'scopeId'> | undefined;
  /** Whether an orchestrator that lives in this session watches that one. */
  watches(sessionId: string, other: string): boolean;
}

/**
 * Undefined for everything. No more than the tokens it was made with reach: what they cannot see any more it does not
 * see either.
 */
export function reachOf(token: KeptToken, tree: Tree, find: (id: string) => KeptToken | undefined): Reach | undefined {
  const parts: Reach[] = [];
  for (let at: KeptToken | undefined = token; at; at = at.parentId === null ? undefined : find(at.parentId)) {
    const part = ownReach(at, tree);
    if (part) parts.push(part);
  }
  const [first] = parts;
  if (!first) return undefined;
  return {
    name: first.name,
    session: (id) => parts.every((part) => part.session(id)),
    folder: (id) => parts.every((part) => part.folder(id)),
    orchestrator: (id) => parts.every((part) => part.orchestrator(id)),
    watched: (id) => parts.every((part) => part.session(id) || part.watched(id)),
  };
}

function ownReach({ kind, name, folderId, sessionId }: KeptToken, tree: Tree): Reach | undefined {
  if (kind === 'ses' && sessionId !== null) return sessionReach(name, sessionId, tree);
  if (folderId === null) return undefined;
  const within = below(() => folderId, tree);
  return {
    name: `folder "${tree.folder(folderId)?.name}"`,
    ...within,
    orchestrator: (id) => within.folder(tree.orchestrator(id)?.scopeId ?? ''),
    watched: () => false,
  };
}

/**
 * The session itself wherever it is, and the folder it is in now. Of orchestrators the one that lives in it: others have
 * tasks of their own.
 */
function sessionReach(name: string, sessionId: string, tree: Tree): Reach {
  const around = below(() => tree.session(sessionId)?.folderId ?? null, tree);
  return {
    name: `session "${name}" and its folder`,
    session: (id) => id === sessionId || around.session(id),
    folder: around.folder,
    orchestrator: (id) => tree.orchestrator(id)?.sessionId === sessionId,
    watched: (id) => tree.watches(sessionId, id),
  };
}

function below(top: () => string | null, tree: Tree): Pick<Reach, 'session' | 'folder'> {
  const folder = (id: string) => {
    const wanted = top();
    if (wanted === null) return false;
    for (let at: string | null = id; at !== null; at = tree.folder(at)?.parentId ?? null)
      if (at === wanted) return tree.folder(id) !== undefined;
    return false;
  };
  return {
    folder,
    session(id) {
      const folderId = tree.session(id)?.folderId ?? null;
      return folderId !== null && folder(folderId);
    },
  };
}
