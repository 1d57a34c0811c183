/** Knowledge for tests: items as they are kept, and the slice over real SQLite. */
import type { TestContext } from 'node:test';
import { type Folder, methods, type Params, type Project, type Result } from '#protocol';
import { openDatabase } from '../../../daemon/db/open.js';
import { createFolderStore } from '../../../daemon/folders/store.js';
import { type KnowledgeDeps, knowledgeHandlers } from '../../../daemon/knowledge/handlers.js';
import type { Item, Items } from '../../../daemon/knowledge/knowledge.js';
import { createKnowledgeStore } from '../../../daemon/knowledge/store.js';
import type { AnyHandler } from '../../../daemon/rpc/serve.js';
import { identityOf } from '../../support/identity.js';

let last = 0;
const uuid = (number: number) => `10000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

const samples: Items = {
  convention: { ...kept(), description: 'Use tabs', category: 'style', examples: [] },
  pattern: { ...kept(), type: 'gotcha', description: 'It fails', context: null },
  skill: { ...kept(), name: 'test', command: 'npm test', description: null, steps: [], triggers: [] },
  tool: {
    ...{ ...kept(), name: 'deploy', description: 'Deploys', inputSchema: null, implementationType: 'command' },
    ...{ implementationCode: null, triggers: [] },
  },
};

function kept() {
  return { id: uuid(0), confidence: 0.8, createdAt: 1, updatedAt: 1 };
}

/** Each its own id, the higher the later. */
export function item<K extends Item['kind']>(kind: K, changes: Partial<Items[K]> = {}): Item {
  return { kind, item: { ...samples[kind], id: uuid(++last), ...changes } } as Item;
}

type Own = `knowledge/${'get' | 'search' | 'update' | 'delete' | 'export'}`;

export function openKnowledge(
  t: TestContext,
  changes: Partial<KnowledgeDeps> = {},
  most?: { items: number; bytes: number },
) {
  const db = openDatabase(':memory:');
  t.after(() => db.close());
  const folders = createFolderStore(db);
  const store = createKnowledgeStore(db, most);
  let time = 1000;
  const scan = async (): Promise<Project> => {
    throw new Error('nobody asked for a scan');
  };
  const deps = { store, folders, scan, now: () => time++, umask: 0o022, ...changes };
  const handlers = knowledgeHandlers(deps);
  let count = 0;
  return {
    ...{ db, store, folders },
    folder(userId = 'ann', path: string | null = null): Folder {
      const rest = { parentId: null, collapsed: false, sortOrder: ++count, createdAt: 1, updatedAt: 1 };
      const folder = { id: uuid(900_000 + count), userId, name: `folder ${count}`, path, ...rest };
      folders.insert(folder);
      return folder;
    },
    async call<M extends Own>(name: M, params: Params<M>, user = 'ann'): Promise<Result<M>> {
      const caller = {
        user,
        identity: identityOf(user),
        signal: new AbortController().signal,
        peer: {} as never,
        progress: () => {},
      };
      const result = await (handlers[name] as AnyHandler)(methods[name].params.parse(params) as any, caller);
      methods[name].result.parse(result);
      return result as Result<M>;
    },
  };
}
