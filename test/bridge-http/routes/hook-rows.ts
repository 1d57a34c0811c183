/** What the contract says of hooks. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nobody, type On, type Row } from './rows.js';

const ROUTE = '/api/folders/:id/hooks';
const place = { folderId: 'uuid', folderName: 'string', projectPath: 'string' } as const;
const result = { provider: 'string', success: 'boolean', message: 'string', configPath: 'string' } as const;
const changed = { ...place, results: [result], success: 'boolean', message: 'string' } as const;
const installed = { claude: 'boolean', codex: 'boolean', gemini: 'boolean', opencode: 'boolean' } as const;
const both = { providers: ['claude', 'codex'] };

async function project(on: On) {
  const path = mkdtempSync(join(on.place.folder, 'project-'));
  return { path, id: (await on.folder({ path })).id as string };
}

const asProject = async (on: On) => ({ id: (await project(on)).id });
const pathless = async (on: On) => ({ id: (await on.folder()).id as string });
const missing = (verb: string, body?: Record<string, unknown>): Row => ({
  ...{ route: `${verb} ${ROUTE}`, what: 'nobody has it', fails: [404, 'FOLDER_NOT_FOUND'] },
  send: () => ({ id: nobody, ...(body && { body }) }),
});

export const hookRows: readonly Row[] = [
  { route: `GET ${ROUTE}`, gives: { ...place, hooks: installed }, send: asProject },
  {
    ...{ route: `GET ${ROUTE}`, what: 'no project', send: pathless },
    gives: { ...place, projectPath: 'null', hooks: 'null', message: 'string' },
  },
  missing('GET'),
  {
    ...{ route: `POST ${ROUTE}`, gives: changed },
    send: async (on) => ({ ...(await asProject(on)), body: both }),
    async look(on, { body }, { id }) {
      const read = (of: string) => readFileSync(join(body.projectPath, of), 'utf8');
      assert.match(read('.claude/settings.local.json'), /hook claude Stop/);
      const { hooks } = (await on.ask('GET', `/api/folders/${id}/hooks`)).body;
      assert.deepEqual(hooks, { claude: true, codex: true, gemini: false, opencode: false });

      // Some, and then none.
      writeFileSync(join(body.projectPath, '.codex/config.toml'), 'not = ');
      const some = await on.ask('POST', `/api/folders/${id}/hooks`, both);
      assert.deepEqual([some.status, some.body.success, some.body.results[1].success], [207, false, false]);
      const none = await on.ask('POST', `/api/folders/${id}/hooks`, { providers: ['codex'] });
      assert.deepEqual([none.status, none.body.success], [500, false]);
      assert.match(none.body.message, /Left alone: codex/);
    },
  },
  {
    ...{ route: `POST ${ROUTE}`, what: "a session's project", gives: changed },
    async send(on) {
      const projectPath = mkdtempSync(join(on.place.folder, 'project-'));
      const { id: folderId } = await on.folder();
      const { id: sessionId } = await on.session({ folderId, projectPath, startupCommand: '' });
      return { id: folderId, body: { ...both, sessionId } };
    },
  },
  {
    ...{ route: `POST ${ROUTE}`, what: 'no project', fails: [400, 'NO_PROJECT_PATH'] },
    send: async (on) => ({ ...(await pathless(on)), body: both }),
  },
  ...[{}, { providers: [] }, { providers: 'claude' }, { providers: ['cursor'] }].map(
    (body): Row => ({
      ...{ route: `POST ${ROUTE}`, what: JSON.stringify(body), fails: [400, 'INVALID_PROVIDERS'] },
      send: async (on) => ({ ...(await asProject(on)), body }),
    }),
  ),
  missing('POST', both),
  {
    ...{ route: `DELETE ${ROUTE}`, gives: changed },
    async send(on) {
      const { id, path } = await project(on);
      mkdirSync(join(path, '.claude'));
      await on.ask('POST', `/api/folders/${id}/hooks`, { providers: ['claude', 'codex', 'gemini'] });
      return { id, query: { providers: 'claude,codex' } };
    },
    look: (_on, { body }) => assert.deepEqual(readdirSync(body.projectPath).sort(), ['.claude', '.gemini']),
  },
  { route: `DELETE ${ROUTE}`, what: 'all', gives: changed, send: asProject },
  {
    ...{ route: `DELETE ${ROUTE}`, what: 'another agent', fails: [400, 'INVALID_PROVIDERS'] },
    send: async (on) => ({ ...(await asProject(on)), query: { providers: 'claude,cursor' } }),
  },
  { route: `DELETE ${ROUTE}`, what: 'no project', fails: [400, 'NO_PROJECT_PATH'], send: pathless },
  missing('DELETE'),
];
