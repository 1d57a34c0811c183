/** Knowledge as it is added to, asked for and forgotten. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Params, Project } from '#protocol';
import { createKnowledgeStore } from '../../../daemon/knowledge/store.js';
import { refused } from '../../support/refused.js';
import { openKnowledge } from './known.js';

const added: Params<'knowledge/update'>[] = [
  { folderId: '', action: 'add_convention', data: { description: 'Tabs, not blanks', category: 'style' } },
  { folderId: '', action: 'add_pattern', data: { type: 'gotcha', description: 'Port 3000 is taken' } },
  { folderId: '', action: 'add_skill', data: { name: 'test', command: 'npm test' } },
  { folderId: '', action: 'add_tool', data: { name: 'deploy', description: 'Deploys to production' } },
];

test('as long as nothing is known that is what is said', async (t) => {
  const { call, folder } = openKnowledge(t);
  const { id: folderId } = folder();
  const nothing = { conventions: [], patterns: [], skills: [], tools: [], agentPerformance: {} };
  assert.deepEqual(await call('knowledge/get', { folderId }), { knowledge: null, exists: false, ...nothing });
  assert.deepEqual(await call('knowledge/search', { folderId, query: 'tests' }), { results: [] });
  assert.deepEqual(await call('knowledge/delete', { folderId }), { success: true, deleted: 0 });
});

test('each kind of item is added with its defaults, and told with what is known', async (t) => {
  const { call, folder } = openKnowledge(t);
  const { id: folderId } = folder();
  const ids: (string | undefined)[] = [];
  for (const each of added) {
    const { itemId, knowledge, action, success } = await call('knowledge/update', { ...each, folderId });
    assert.deepEqual([action, success, knowledge.folderId], [each.action, true, folderId]);
    ids.push(itemId);
  }
  const all = await call('knowledge/get', { folderId });
  const at = (time: number) => ({ createdAt: time, updatedAt: time });
  const fields = { description: 'Tabs, not blanks', category: 'style', examples: [] };
  assert.deepEqual(all.conventions, [{ id: ids[0], ...fields, confidence: 0.8, ...at(1000) }]);
  const pattern = { type: 'gotcha', description: 'Port 3000 is taken', context: null };
  assert.deepEqual(all.patterns, [{ id: ids[1], ...pattern, confidence: 0.7, ...at(1001) }]);
  const skill = { name: 'test', command: 'npm test', description: null, steps: [], triggers: [] };
  assert.deepEqual(all.skills, [{ id: ids[2], ...skill, confidence: 0.7, ...at(1002) }]);
  const made = { inputSchema: null, implementationType: 'command', implementationCode: null, triggers: [] };
  const tool = { name: 'deploy', description: 'Deploys to production', ...made };
  assert.deepEqual(all.tools, [{ id: ids[3], ...tool, confidence: 0.5, ...at(1003) }]);
  assert.equal(all.exists, true);
  assert.deepEqual([all.knowledge?.createdAt, all.knowledge?.updatedAt], [1000, 1003]);
});

test('the same added again is one item that is surer and says what was said last', async (t) => {
  const { call, folder } = openKnowledge(t);
  const { id: folderId } = folder();
  const add = (description: string, category: string, confidence?: number) =>
    call('knowledge/update', {
      ...{ folderId, action: 'add_convention' },
      data: { description, category, ...(confidence !== undefined && { confidence }) },
    });
  const { itemId } = await add('Use tabs.', 'style');
  assert.equal((await add('use   TABS', 'format')).itemId, itemId);
  const { conventions } = await call('knowledge/get', { folderId });
  assert.deepEqual(
    conventions,
    [...[{ id: itemId, description: 'use   TABS', category: 'format', examples: [], confidence: 0.82 }]].map(
      (each) => ({ ...each, createdAt: 1000, updatedAt: 1001 }),
    ),
  );
  for (let times = 0; times < 200; times++) await add('Use tabs', 'style', 0.1);
  const [surest] = (await call('knowledge/get', { folderId })).conventions;
  assert.ok(surest!.confidence > 0.99 && surest!.confidence <= 1, String(surest!.confidence));
});

test('what is asked for can be narrowed to a kind, a category, and what fits some words', async (t) => {
  const { call, folder } = openKnowledge(t);
  const { id: folderId } = folder();
  for (const each of added) await call('knowledge/update', { ...each, folderId });
  await call('knowledge/update', {
    ...{ folderId, action: 'add_convention' },
    data: { description: 'Names are nouns', category: 'names' },
  });
  const counts = async (params: Omit<Params<'knowledge/get'>, 'folderId'>) => {
    const { conventions, patterns, skills, tools } = await call('knowledge/get', { folderId, ...params });
    return [conventions, patterns, skills, tools].map(({ length }) => length);
  };
  assert.deepEqual(await counts({}), [2, 1, 1, 1]);
  assert.deepEqual(await counts({ type: 'skill' }), [0, 0, 1, 0]);
  assert.deepEqual(await counts({ category: 'names' }), [1, 1, 1, 1]);
  assert.deepEqual(await counts({ type: 'convention', category: 'other' }), [0, 0, 0, 0]);
  const { searchResults } = await call('knowledge/get', { folderId, search: 'Run the TESTS' });
  assert.deepEqual(
    searchResults?.map(({ type, item }) => [type, item.command]),
    [['skill', 'npm test']],
  );
  const { results } = await call('knowledge/search', { folderId, query: 'tests' });
  assert.deepEqual(results, searchResults);
  assert.equal('searchResults' in (await call('knowledge/get', { folderId })), false);
});

test('what is refused is not written', async (t) => {
  const { call, folder, db } = openKnowledge(t);
  const { id: folderId } = folder();
  const asking = call('knowledge/update', { folderId, action: 'add_skill', data: { name: 'x' } });
  await assert.rejects(asking, refused('InvalidParams', /`data\.command` to be a text, got nothing/, 'INVALID_DATA'));
  assert.deepEqual(db.prepare('SELECT * FROM knowledge').all(), []);
});

test('no control character stays in what is kept, but for newline and tab', async (t) => {
  const { call, folder } = openKnowledge(t);
  const { id: folderId } = folder();
  const data = {
    ...{ name: 'a\u001b[31mb', description: 'one\ntwo\tthree\u009b1m\u0000', implementationCode: 'x\r\n\u0007y' },
    ...{ inputSchema: { 'k\u0008': ['v\u007f'] }, triggers: ['\u0085t'] },
  };
  await call('knowledge/update', { folderId, action: 'add_tool', data });
  const { tools } = await call('knowledge/get', { folderId });
  const { name, description, implementationCode, inputSchema, triggers } = tools[0]!;
  assert.deepEqual(
    [name, description, implementationCode, inputSchema, triggers],
    ['a[31mb', 'one\ntwo\tthree1m', 'x\ny', { k: ['v'] }, ['t']],
  );
});

test('stack and metadata are replaced as far as they are given', async (t) => {
  const { call, folder } = openKnowledge(t);
  const { id: folderId } = folder();
  const update = (action: string, data: Record<string, unknown>) =>
    call('knowledge/update', { folderId, action, data });
  await update('update_metadata', { projectName: 'Ledger', framework: 'Gin' });
  const { knowledge } = await update('update_metadata', { framework: null, linter: 'golangci-lint' });
  const none = { projectPath: null, packageManager: null, testRunner: null, buildTool: null };
  assert.deepEqual(knowledge.metadata, { projectName: 'Ledger', framework: null, linter: 'golangci-lint', ...none });
  await update('update_tech_stack', { techStack: ['Go', 'Postgres'] });
  assert.deepEqual((await update('update_tech_stack', { techStack: ['Go'] })).knowledge.techStack, ['Go']);
});

const project = {
  ...{
    path: '/src/shop',
    state: 'enriched',
    error: null,
    framework: 'Next.js',
    packageManager: 'pnpm',
    ci: ['GitHub Actions'],
  },
  ...{ testRunner: 'vitest', linter: null, buildTool: 'next' },
  languages: [
    { name: 'TypeScript', files: 90, percent: 97 },
    { name: 'CSS', files: 3, percent: 3 },
  ],
} as unknown as Project;

test('a scan fills in what it finds and leaves what somebody wrote', async (t) => {
  const scanned: string[] = [];
  const { call, folder } = openKnowledge(t, {
    scan: async (user, folderId) => {
      scanned.push(`${user} ${folderId}`);
      return project;
    },
  });
  const { id: folderId } = folder();
  const update = (action: string, data = {}) => call('knowledge/update', { folderId, action, data });
  await update('update_tech_stack', { techStack: ['Postgres', 'typescript'] });
  await update('update_metadata', { projectName: 'The shop', linter: 'eslint', testRunner: 'jest' });
  const { knowledge } = await update('scan');
  assert.deepEqual(scanned, [`ann ${folderId}`]);
  assert.deepEqual(knowledge.techStack, [
    'Postgres',
    'typescript',
    'Next.js',
    'pnpm',
    'next',
    'vitest',
    'GitHub Actions',
  ]);
  assert.deepEqual(knowledge.metadata, {
    ...{ projectName: 'The shop', projectPath: '/src/shop', framework: 'Next.js', packageManager: 'pnpm' },
    ...{ testRunner: 'vitest', linter: 'eslint', buildTool: 'next' },
  });
  assert.equal(knowledge.lastScannedAt, knowledge.updatedAt);
});

test('a scan that fails, or whose folder went meanwhile, changes nothing and says why', async (t) => {
  let scan = async (): Promise<Project> => ({ ...project, state: 'failed', error: '/src/shop does not exist.' });
  const { call, folder, folders, db } = openKnowledge(t, { scan: () => scan() });
  const made = folder();
  const scanning = () => call('knowledge/update', { folderId: made.id, action: 'scan' });
  await assert.rejects(
    scanning,
    refused('Conflict', /^\/src\/shop does not exist\. Set another path/, 'PROJECT_UNREADABLE'),
  );
  scan = async () => {
    folders.remove(made, []);
    return project;
  };
  await assert.rejects(scanning, refused('NotFound', /No folder/));
  assert.deepEqual(db.prepare('SELECT * FROM knowledge').all(), []);
});

test('one item or everything is forgotten, and goes with its folder', async (t) => {
  const { call, folder, folders, db } = openKnowledge(t);
  const [made, other] = [folder(), folder()];
  const { id: folderId } = made;
  for (const each of added) await call('knowledge/update', { ...each, folderId });
  const { itemId } = await call('knowledge/update', { ...added[0]!, folderId: other.id });
  const missing = refused('NotFound', /List them with knowledge\/get/, 'ITEM_NOT_FOUND');
  await assert.rejects(call('knowledge/delete', { folderId, itemId: itemId! }), missing);
  const [skill] = (await call('knowledge/get', { folderId })).skills;
  assert.deepEqual(await call('knowledge/delete', { folderId, itemId: skill!.id }), { success: true, deleted: 1 });
  assert.deepEqual((await call('knowledge/get', { folderId })).skills, []);
  assert.deepEqual(await call('knowledge/delete', { folderId }), { success: true, deleted: 3 });
  assert.equal((await call('knowledge/get', { folderId })).exists, false);
  folders.remove(other, []);
  assert.deepEqual(db.prepare('SELECT * FROM knowledge_item').all(), []);
});

test('a folder keeps so many items and so many bytes: the least certain go, of those the oldest, never the newest', async (t) => {
  const { call, folder } = openKnowledge(t, {}, { items: 3, bytes: 1000 });
  const { id: folderId } = folder();
  const add = (name: string, confidence: number, command = name) =>
    call('knowledge/update', { folderId, action: 'add_skill', data: { name, command, confidence } });
  const names = async () => (await call('knowledge/get', { folderId })).skills.map(({ name }) => name);
  await add('old', 0.5);
  await add('sure', 0.9);
  await add('new', 0.5);
  assert.deepEqual(await names(), ['sure', 'new', 'old']);
  await add('unsure', 0.1);
  assert.deepEqual(await names(), ['sure', 'new', 'unsure']);
  await add('long', 0.1, 'x'.repeat(800));
  assert.deepEqual(await names(), ['sure', 'long']);
  await add('longer', 0.2, 'y'.repeat(820));
  assert.deepEqual(await names(), ['sure', 'longer']);
});

test('nobody sees or changes the knowledge of another', async (t) => {
  const { call, folder } = openKnowledge(t);
  const { id: folderId } = folder();
  const missing = refused('NotFound', /No folder/);
  await assert.rejects(call('knowledge/get', { folderId }, 'bob'), missing);
  await assert.rejects(call('knowledge/search', { folderId, query: 'x' }, 'bob'), missing);
  await assert.rejects(call('knowledge/update', { ...added[0]!, folderId }, 'bob'), missing);
  await assert.rejects(call('knowledge/delete', { folderId }, 'bob'), missing);
  await assert.rejects(call('knowledge/export', { folderId }, 'bob'), missing);
});

test('each question to the database is answered by an index', (t) => {
  const { db } = openKnowledge(t);
  const asked: string[] = [];
  const prepare = (sql: string) => {
    asked.push(sql);
    return db.prepare(sql);
  };
  createKnowledgeStore({ prepare, transaction: (task: unknown) => task } as never);
  const nulls = (sql: string) => {
    const named = [...sql.matchAll(/@(\w+)/g)].map(([, name]) => [name, null]);
    return named.length > 0 ? [Object.fromEntries(named)] : [...sql.matchAll(/\?/g)].map(() => null);
  };
  const plans = asked.flatMap((sql) => db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...nulls(sql)) as any[]);
  assert.ok(asked.length >= 10);
  assert.deepEqual(
    plans.filter(({ detail }) => detail.startsWith('SCAN')),
    [],
  );
});
