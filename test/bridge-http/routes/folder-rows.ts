/** What the contract says of folders, and of what is known about them. */
import assert from 'node:assert/strict';
import { hookRows } from './hook-rows.js';
import { nobody, type On, type Row, success } from './rows.js';
import { Session } from './session-rows.js';

export const Folder = {
  ...{ id: 'uuid', userId: 'string', parentId: 'uuid|null', name: 'string', path: 'string|null' },
  ...{ collapsed: 'boolean', sortOrder: 'number', createdAt: 'iso', updatedAt: 'iso' },
} as const;

const Preferences = {
  ...{ defaultWorkingDirectory: 'string', defaultShell: 'string', startupCommand: 'string', theme: 'string' },
  ...{ fontSize: 'number', fontFamily: 'string', xtermScrollback: 'number', tmuxHistoryLimit: 'number' },
  orchestrator: 'string',
  ...{ deniedCommands: ['string'], auditInjectedText: 'boolean' },
  ...{ environmentVars: { '...': 'string' }, githubRepoId: 'string|null', localRepoPath: 'string|null' },
} as const;

const kept = { id: 'uuid', confidence: 'number', createdAt: 'iso', updatedAt: 'iso' } as const;
const Knowledge = {
  ...{ folderId: 'uuid', techStack: ['string'], lastScannedAt: 'iso|null', createdAt: 'iso', updatedAt: 'iso' },
  metadata: {
    ...{ projectName: 'string|null', projectPath: 'string|null', framework: 'string|null', linter: 'string|null' },
    ...{ packageManager: 'string|null', testRunner: 'string|null', buildTool: 'string|null' },
  },
} as const;

const one = async (on: On, wanted = {}) => ({ id: (await on.folder(wanted)).id as string });
const missing = (route: string, body?: Record<string, unknown>): Row => ({
  ...{ route, what: 'nobody has it', fails: [404, 'FOLDER_NOT_FOUND'] },
  send: () => ({ id: nobody, ...(body && { body }) }),
});
const idsOf = (list: any[]) => list.map(({ id }) => id);

const folders: readonly Row[] = [
  {
    ...{ route: 'GET /api/folders', gives: { folders: [Folder], sessionFolders: { '...': 'uuid' } } },
    async send(on) {
      const { id: folderId } = await one(on);
      const { id } = await on.session({ folderId, startupCommand: '' });
      return { id, body: { folderId } };
    },
    look: (_on, { body }, sent) => assert.equal(body.sessionFolders[sent.id!], sent.body!.folderId),
  },
  {
    ...{ route: 'POST /api/folders', status: 201, gives: Folder },
    send: async (on) => ({ body: { name: ' below ', parentId: (await one(on)).id, path: '/src' } }),
    look: (_on, { body }, sent) =>
      assert.deepEqual([body.name, body.parentId, body.path], ['below', sent.body!.parentId, '/src']),
  },
  { route: 'POST /api/folders', what: 'no name', fails: [400, 'INVALID_PARAMS'] },
  {
    ...{ route: 'POST /api/folders', what: 'no such parent', fails: [404, 'FOLDER_NOT_FOUND'] },
    send: () => ({ body: { name: 'x', parentId: nobody } }),
  },
  { route: 'GET /api/folders/:id', gives: Folder, send: one },
  missing('GET /api/folders/:id'),
  {
    ...{ route: 'PATCH /api/folders/:id', gives: Folder },
    async send(on) {
      const body = { name: 'new', collapsed: true, sortOrder: 0, path: '/new', parentId: (await one(on)).id };
      return { ...(await one(on)), body };
    },
    look: (_on, { body }, sent) => {
      for (const [name, value] of Object.entries(sent.body!)) assert.equal(body[name], value, name);
    },
  },
  {
    ...{ route: 'PATCH /api/folders/:id', what: 'to the root', gives: Folder },
    send: async (on) => ({ ...(await one(on, { parentId: (await one(on)).id })), body: { parentId: null } }),
    look: (_on, { body }) => assert.equal(body.parentId, null),
  },
  {
    ...{ route: 'PATCH /api/folders/:id', what: 'into itself', fails: [400, 'BUSINESS_RULE_VIOLATION'] },
    send: async (on) => {
      const { id } = await one(on);
      return { id, body: { parentId: id } };
    },
  },
  {
    ...{ route: 'PATCH /api/folders/:id', what: 'in a circle', fails: [400, 'BUSINESS_RULE_VIOLATION'] },
    send: async (on) => {
      const { id } = await one(on);
      return { id, body: { parentId: (await one(on, { parentId: id })).id } };
    },
  },
  missing('PATCH /api/folders/:id', { name: 'x' }),
  {
    route: 'DELETE /api/folders/:id',
    async send(on) {
      const { id } = await one(on);
      const child = await one(on, { parentId: id });
      const session = await on.session({ folderId: id, startupCommand: '' });
      return { id, body: { child: child.id, session: session.id } };
    },
    look: async (on, _answer, { body }) => {
      assert.equal((await on.ask('GET', `/api/folders/${body!.child}`)).body.parentId, null);
      assert.equal((await on.ask('GET', `/api/sessions/${body!.session}`)).body.folderId, null);
    },
  },
  missing('DELETE /api/folders/:id'),
  {
    route: 'POST /api/folders/reorder',
    send: async (on) => ({ body: { folderIds: [(await one(on)).id, (await one(on)).id].reverse() } }),
    look: async (on, _answer, { body }) => {
      const ids = body!.folderIds as string[];
      const listed = idsOf((await on.ask('GET', '/api/folders')).body.folders);
      assert.deepEqual(
        listed.filter((id) => ids.includes(id)),
        ids,
      );
    },
  },
  {
    ...{ route: 'POST /api/folders/reorder', what: 'an unknown one', fails: [400, 'INVALID_PARAMS'] },
    send: async (on) => ({ body: { folderIds: [(await one(on)).id, (await one(on)).id, nobody].reverse() } }),
    look: async (on, _answer, { body }) => {
      const [, second, first] = body!.folderIds as string[];
      const listed = idsOf((await on.ask('GET', '/api/folders')).body.folders);
      assert.ok(listed.indexOf(first) < listed.indexOf(second), 'nothing changed');
    },
  },
  {
    ...{ route: 'GET /api/folders/:id/children', gives: { folders: [Folder] } },
    async send(on) {
      const { id } = await one(on);
      return { id, body: { child: (await one(on, { parentId: id })).id } };
    },
    look: (_on, { body }, sent) => assert.deepEqual(idsOf(body.folders), [sent.body!.child]),
  },
  missing('GET /api/folders/:id/children'),
  {
    route: 'GET /api/folders/:id/context',
    gives: {
      ...{ folder: Folder, preferences: Preferences, projectMetadata: 'null' },
      ...{ children: [Folder], parentChain: [Folder], sessions: [Session] },
    },
    async send(on) {
      const above = await one(on);
      const { id } = await one(on, { parentId: above.id });
      await one(on, { parentId: id });
      await on.session({ folderId: id, startupCommand: '' });
      return { id, body: { above: above.id } };
    },
    look: (_on, { body }, sent) => {
      assert.deepEqual(idsOf(body.parentChain), [sent.body!.above]);
      assert.deepEqual([body.children.length, body.sessions.length], [1, 1]);
    },
  },
  missing('GET /api/folders/:id/context'),
];

const ROUTE = 'PATCH /api/folders/:id/knowledge';
const Updated = { knowledge: Knowledge, action: 'string', success: 'boolean', '+': 'itemId' } as const;
const act = (action: string, data: Record<string, unknown>, found?: (body: any) => unknown): Row => ({
  ...{ route: ROUTE, what: action, gives: Updated },
  send: async (on) => ({ ...(await one(on, { path: on.place.folder })), body: { action, data } }),
  async look(on, _answer, { id }) {
    const { body } = await on.ask('GET', `/api/folders/${id}/knowledge`);
    if (found) assert.deepEqual({ ...data, ...(found(body) as object) }, found(body));
  },
});
const refuse = (what: string, code: string, body: Record<string, unknown>): Row => ({
  ...{ route: ROUTE, what, fails: [400, code], send: async (on) => ({ ...(await one(on)), body }) },
});

const lists = {
  conventions: [{ ...kept, description: 'string', category: 'string', examples: ['string'] }],
  patterns: [{ ...kept, type: 'string', description: 'string', context: 'string|null' }],
  skills: [
    {
      ...{ ...kept, name: 'string', command: 'string', description: 'string|null' },
      ...{ steps: ['string'], triggers: ['string'] },
    },
  ],
  tools: [
    {
      ...{ ...kept, name: 'string', description: 'string', inputSchema: 'object|null', implementationType: 'string' },
      ...{ implementationCode: 'string|null', triggers: ['string'] },
    },
  ],
} as const;

const knowledge: readonly Row[] = [
  {
    ...{ route: 'GET /api/folders/:id/knowledge', what: 'nothing is known', send: one },
    gives: { knowledge: 'null', exists: 'boolean', ...lists, agentPerformance: {} },
    look: (_on, { body }) => assert.equal(body.exists, false),
  },
  {
    ...{ route: 'GET /api/folders/:id/knowledge', what: 'searched' },
    gives: {
      ...{ knowledge: Knowledge, exists: 'boolean', ...lists, agentPerformance: {} },
      searchResults: [{ type: 'string', item: 'object', score: 'number' }],
    },
    async send(on) {
      const { id } = await one(on);
      const data = { description: 'tabs', category: 'style' };
      await on.ask('PATCH', `/api/folders/${id}/knowledge`, { action: 'add_convention', data });
      return { id, query: { search: 'tabs', type: 'convention', category: 'style' } };
    },
    look: (_on, { body }) => {
      assert.deepEqual([body.conventions.length, body.searchResults.length], [1, 1]);
      assert.deepEqual(body.searchResults[0].item, body.conventions[0], 'times are texts here too');
    },
  },
  missing('GET /api/folders/:id/knowledge'),
  act('add_convention', { description: 'd', category: 'c', examples: ['e'], confidence: 0.5 }, (k) => k.conventions[0]),
  act('add_pattern', { type: 'gotcha', description: 'd', context: 'c' }, (k) => k.patterns[0]),
  act('add_skill', { name: 'n', command: 'c', description: 'd', steps: ['s'], triggers: ['t'] }, (k) => k.skills[0]),
  act(
    'add_tool',
    {
      ...{ name: 'n', description: 'd', inputSchema: { two_words: 1, twoWords: 2 }, implementationType: 'script' },
      implementationCode: 'c',
    },
    (k) => k.tools[0],
  ),
  act('update_tech_stack', { techStack: ['TypeScript'] }, (k) => k.knowledge),
  act('update_metadata', { projectName: 'p', testRunner: 'node', buildTool: 'make' }, (k) => k.knowledge.metadata),
  act('scan', {}),
  refuse('another action', 'UNKNOWN_ACTION', { action: 'forget', data: {} }),
  refuse('no action', 'UNKNOWN_ACTION', {}),
  refuse('lacking', 'INVALID_DATA', { action: 'add_skill', data: { name: 'n' } }),
  refuse('no data', 'INVALID_DATA', { action: 'add_skill' }),
  refuse('a list', 'INVALID_DATA', { action: 'add_skill', data: [] }),
  missing(ROUTE, { action: 'scan' }),
  { route: 'DELETE /api/folders/:id/knowledge', gives: { ...success, deleted: 'number' }, send: one },
  missing('DELETE /api/folders/:id/knowledge'),
];

export const folderRows: readonly Row[] = [...folders, ...knowledge, ...hookRows];
