/** The knowledge methods. Each reads top to bottom: load, decide, act, save. None needs a lock: each change is one commit. */
import { type Folder, type Knowledge, type knowledgeMethods, type Project, RpcError } from '#protocol';
import type { Handlers } from '../rpc/handlers.js';
import { type Action, parseAction } from './actions.js';
import { asJson, asMarkdown } from './document.js';
import { type Added, type Item, type Items, nothingKnown, scanned } from './knowledge.js';
import { search } from './search.js';
import type { KnowledgeStore } from './store.js';
import { writeDocument } from './write.js';

export interface KnowledgeDeps {
  readonly store: KnowledgeStore;
  readonly folders: {
    /** Throws NotFound, also for a folder of another user. */
    get(user: string, id: string): Folder;
    find(id: string): Folder | undefined;
  };
  /** Looks at the project now. Throws Conflict for a folder without a directory. */
  scan(user: string, folderId: string, signal: AbortSignal): Promise<Project>;
  readonly now: () => number;
  readonly umask: number;
}

export function knowledgeHandlers(deps: KnowledgeDeps): Handlers<typeof knowledgeMethods> {
  const { store, folders, now } = deps;
  return {
    'knowledge/get'({ folderId, search: query, type, category }, { user }) {
      folders.get(user, folderId);
      const knowledge = store.find(folderId) ?? null;
      const items = store
        .items(folderId)
        .filter(({ kind }) => type === undefined || kind === type)
        .filter((each) => category === undefined || each.kind !== 'convention' || each.item.category === category);
      return {
        knowledge,
        exists: knowledge !== null,
        conventions: of('convention', items),
        patterns: of('pattern', items),
        skills: of('skill', items),
        tools: of('tool', items),
        agentPerformance: store.agentPerformance(folderId),
        ...(query !== undefined && { searchResults: search(items, query) }),
      };
    },

    'knowledge/search'({ folderId, query, limit }, { user }) {
      folders.get(user, folderId);
      return { results: search(store.items(folderId), query, limit) };
    },

    async 'knowledge/update'({ folderId, action: name, data }, { user, signal }) {
      const folder = folders.get(user, folderId);
      const action = parseAction(name, data);
      const added = addedBy(action);
      const itemId = added && store.add(folderId, added, { now: now() });
      if (!added) await change(deps, folder, action, signal);
      const knowledge = store.find(folderId)!;
      return { knowledge, action: name, success: true, ...(itemId !== undefined && { itemId }) };
    },

    'knowledge/delete'({ folderId, itemId }, { user }) {
      folders.get(user, folderId);
      if (itemId === undefined) return { success: true, deleted: store.forget(folderId) };
      if (store.forgetItem(folderId, itemId, now())) return { success: true, deleted: 1 };
      throw new RpcError('NotFound', `No item ${itemId} in folder ${folderId}. List them with knowledge/get.`, {
        code: 'ITEM_NOT_FOUND',
      });
    },

    async 'knowledge/export'({ folderId, format, path, overwrite }, { user }) {
      const { name: folderName } = folders.get(user, folderId);
      const written = { folderName, knowledge: store.find(folderId), items: store.items(folderId) };
      const content = format === 'json' ? asJson(written) : asMarkdown(written);
      if (path === undefined) return { content, path: null };
      return { content, path: await writeDocument(path, content, { overwrite, umask: deps.umask }) };
    },
  };
}

function of<K extends Item['kind']>(kind: K, items: readonly Item[]): Items[K][] {
  return items.filter((each) => each.kind === kind).map(({ item }) => item as Items[K]);
}

/** The item an action adds; undefined when it does something else. */
function addedBy(action: Action): Added | undefined {
  if (!('confidence' in action.data)) return undefined;
  const { confidence, ...fields } = action.data;
  return { kind: action.name.slice('add_'.length), fields, confidence } as Added;
}

/** What an action does to the knowledge of a folder as a whole. */
async function change(deps: KnowledgeDeps, folder: Folder, action: Action, signal: AbortSignal): Promise<void> {
  const { store, now, scan, folders } = deps;
  const known = (): Knowledge => store.find(folder.id) ?? nothingKnown(folder.id, now());
  if (action.name === 'update_tech_stack') {
    store.save({ ...known(), techStack: action.data.techStack, updatedAt: now() });
  } else if (action.name === 'update_metadata') {
    const given = Object.entries(action.data).filter(([, value]) => value !== undefined);
    store.save({ ...known(), metadata: { ...known().metadata, ...Object.fromEntries(given) }, updatedAt: now() });
  } else if (action.name === 'scan') {
    const project = await scan(folder.userId, folder.id, signal);
    // Scanning took a while: the folder may have been removed or renamed since.
    const { name } = folders.get(folder.userId, folder.id);
    if (project.state === 'failed')
      throw new RpcError('Conflict', `${project.error} Set another path with folder/update.`, {
        code: 'PROJECT_UNREADABLE',
      });
    store.save(scanned(known(), project, name, now()));
  }
}
