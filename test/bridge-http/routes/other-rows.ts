/** What the contract says of preferences, keys and the tmux server. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { askTmux } from '../../support/whole.js';
import { nobody, type On, type Row, success } from './rows.js';

const settable = {
  ...{ defaultWorkingDirectory: 'string|null', defaultShell: 'string|null', startupCommand: 'string|null' },
  ...{ theme: 'string|null', fontSize: 'number|null', fontFamily: 'string|null', xtermScrollback: 'number|null' },
  ...{ deniedCommands: 'any', auditInjectedText: 'boolean|null' },
  ...{ tmuxHistoryLimit: 'number|null', orchestrator: 'string|null', environmentVars: 'object|null' },
} as const;
const UserSettings = {
  ...{ userId: 'string', ...settable, activeFolderId: 'uuid|null', pinnedFolderId: 'uuid|null' },
  ...{ autoFollowActiveSession: 'boolean', orchestratorFirstMode: 'boolean', updatedAt: 'iso' },
} as const;
const FolderPreferences = {
  ...{ folderId: 'uuid', userId: 'string', ...settable, githubRepoId: 'string|null', localRepoPath: 'string|null' },
  updatedAt: 'iso',
} as const;
const PortValidation = {
  hasConflicts: 'boolean',
  conflicts: [
    {
      ...{ port: 'number', variableName: 'string', conflictingFolder: { id: 'uuid', name: 'string' } },
      ...{ conflictingVariableName: 'string', suggestedPort: 'number|null' },
    },
  ],
} as const;
const source = { type: 'string', '+': 'folderId folderName' } as const;

const one = async (on: On) => ({ id: (await on.folder()).id as string });
const missing = (route: string, body?: Record<string, unknown>): Row => ({
  ...{ route, what: 'nobody has it', fails: [404, 'FOLDER_NOT_FOUND'] },
  send: () => ({ id: nobody, ...(body && { body }) }),
});
let port = 20_000;
/** Another folder has the port. */
const taken = async (on: On) => {
  const environmentVars = { MY_PORT: String(++port) };
  await on.ask('PUT', `/api/preferences/folders/${(await one(on)).id}`, { environmentVars });
  return { ...(await one(on)), body: { environmentVars } };
};
const FOLDER = '/api/preferences/folders/:id';

const preferences: readonly Row[] = [
  {
    ...{ route: 'GET /api/preferences' },
    gives: {
      ...{ userSettings: UserSettings, folderPreferences: [FolderPreferences] },
      folders: [{ id: 'uuid', parentId: 'uuid|null', name: 'string' }],
      activeFolder: { id: 'uuid', name: 'string' },
    },
    async send(on) {
      const { id } = await taken(on);
      await on.ask('POST', '/api/preferences/active-folder', { folderId: id, pinned: true });
      await on.ask('PATCH', '/api/preferences', { activeFolderId: (await one(on)).id });
      return { body: { pinned: id } };
    },
    look: (_on, { body }, sent) => assert.equal(body.activeFolder.id, sent.body!.pinned),
  },
  {
    ...{ route: 'PATCH /api/preferences', gives: UserSettings },
    async send(on) {
      const { id } = await one(on);
      const shell = {
        defaultWorkingDirectory: '/',
        defaultShell: '/bin/sh',
        startupCommand: '',
        tmuxHistoryLimit: 500,
      };
      const page = { theme: 'light', fontSize: 12, fontFamily: 'mono', xtermScrollback: 500 };
      const more = {
        activeFolderId: id,
        pinnedFolderId: null,
        autoFollowActiveSession: true,
        orchestratorFirstMode: true,
      };
      return { body: { ...shell, ...page, ...more } };
    },
    look: (_on, { body }, sent) => {
      for (const [name, value] of Object.entries(sent.body!)) assert.equal(body[name], value, name);
    },
  },
  { route: 'PATCH /api/preferences', what: 'nothing', fails: [400, 'NO_UPDATES'], send: () => ({ body: {} }) },
  {
    ...{ route: 'PATCH /api/preferences', what: 'nothing known', fails: [400, 'NO_UPDATES'] },
    send: () => ({ body: { colour: 'red' } }),
  },
  {
    ...{ route: 'POST /api/preferences/active-folder', gives: UserSettings },
    send: async (on) => ({ body: { folderId: (await one(on)).id } }),
    look: (_on, { body }, sent) =>
      assert.deepEqual([body.activeFolderId, body.pinnedFolderId], [sent.body!.folderId, null]),
  },
  {
    ...{ route: 'POST /api/preferences/active-folder', what: 'none', gives: UserSettings },
    send: () => ({ body: { folderId: null } }),
  },
  { route: `GET ${FOLDER}`, what: 'nothing set', gives: 'null', send: one },
  {
    route: `GET ${FOLDER}`,
    gives: FolderPreferences,
    send: async (on) => {
      const { id, body } = await taken(on);
      await on.ask('PUT', `/api/preferences/folders/${id}`, body);
      return { id };
    },
  },
  missing(`GET ${FOLDER}`),
  {
    ...{ route: `PUT ${FOLDER}`, gives: { ...FolderPreferences, portValidation: PortValidation } },
    async send(on) {
      const { id, body } = await taken(on);
      return { id, body: { ...body, githubRepoId: '7', localRepoPath: '/src', fontSize: 10 } };
    },
    look: (_on, { body }) =>
      assert.deepEqual([body.portValidation.hasConflicts, body.githubRepoId, body.fontSize], [true, '7', 10]),
  },
  missing(`PUT ${FOLDER}`, { theme: 'x' }),
  { route: `DELETE ${FOLDER}`, send: one },
  missing(`DELETE ${FOLDER}`),
  {
    route: `GET ${FOLDER}/environment`,
    gives: {
      variables: { '...': 'string' },
      details: [
        {
          ...{ key: 'string', value: 'string', source, isDisabled: 'boolean', isOverridden: 'boolean' },
          '+': 'originalValue originalSource',
        },
      ],
      disabledKeys: ['string'],
    },
    async send(on) {
      const { id } = await one(on);
      const environmentVars = { ON: '1', OFF: '__DISABLED__' };
      await on.ask('PUT', `/api/preferences/folders/${id}`, { environmentVars });
      return { id };
    },
    look: (_on, { body }) => assert.deepEqual([body.variables.ON, body.disabledKeys], ['1', ['OFF']]),
  },
  missing(`GET ${FOLDER}/environment`),
  {
    ...{ route: `POST ${FOLDER}/validate-ports`, gives: PortValidation, send: taken },
    look: (_on, { body }) => assert.deepEqual([body.hasConflicts, body.conflicts.length], [true, 1]),
  },
  missing(`POST ${FOLDER}/validate-ports`, { environmentVars: {} }),
];

const shown = { id: 'string', name: 'string', keyPrefix: 'string', expiresAt: 'iso|null', createdAt: 'iso' } as const;
const besides = { '+': 'kind scopes folderId sessionId file revokedAt lastUsedAt' } as const;
const expiresAt = new Date(Date.now() + 3_600_000).toISOString();

/** A user may have ten: each row leaves none. */
const revoked: Row['look'] = async (on, { body }) => {
  assert.equal((await on.ask('DELETE', `/api/keys/${body.id}`)).status, 200);
  assert.match(body.key, /^rdv_/);
  assert.equal(body.keyPrefix, body.key.slice(0, 12));
};
const key = async (on: On) => ({ id: (await on.ask('POST', '/api/keys', { name: 'phone' })).body.id as string });

const keys: readonly Row[] = ['keys', 'tokens'].flatMap((noun): Row[] => [
  {
    ...{ route: `GET /api/${noun}`, gives: { keys: [{ ...shown, ...besides, lastUsedAt: 'iso|null' }] } },
    send: key,
    look: async (on, { body }, { id }) => {
      assert.ok(body.keys.some((each: any) => each.id === id));
      await on.ask('DELETE', `/api/keys/${id}`);
    },
  },
  {
    ...{ route: `POST /api/${noun}`, status: 201, gives: { ...shown, key: 'string', ...besides }, look: revoked },
    send: () => ({ body: { name: 'phone', expiresInDays: 30 } }),
  },
  {
    ...{
      route: `POST /api/${noun}`,
      what: 'until a time',
      status: 201,
      gives: { ...shown, key: 'string', ...besides },
    },
    send: () => ({ body: { name: 'phone', expiresAt, expiresInDays: null } }),
    look: async (on, answer, sent) => {
      assert.equal(answer.body.expiresAt, expiresAt);
      await revoked(on, answer, sent);
    },
  },
  {
    ...{
      route: `POST /api/${noun}`,
      what: 'until a time in ms',
      status: 201,
      gives: { ...shown, key: 'string', ...besides },
    },
    send: () => ({ body: { name: 'phone', expiresAt: Date.parse(expiresAt) } }),
    look: async (on, answer, sent) => {
      assert.equal(answer.body.expiresAt, expiresAt);
      await revoked(on, answer, sent);
    },
  },
  { route: `POST /api/${noun}`, fails: [400, 'NAME_REQUIRED'], send: () => ({ body: {} }) },
  { route: `POST /api/${noun}`, what: 'no text', fails: [400, 'NAME_REQUIRED'], send: () => ({ body: { name: 5 } }) },
  {
    ...{ route: `POST /api/${noun}`, fails: [400, 'NAME_TOO_LONG'] },
    send: () => ({ body: { name: 'x'.repeat(101) } }),
  },
  {
    ...{ route: `POST /api/${noun}`, what: 'far too long', fails: [400, 'NAME_TOO_LONG'] },
    send: () => ({ body: { name: 'x'.repeat(5000) } }),
  },
  {
    ...{ route: `POST /api/${noun}`, what: 'a time that is none', fails: [400, 'INVALID_PARAMS'] },
    send: () => ({ body: { name: 'x', expiresAt: 'soon' } }),
  },
  {
    ...{ route: `POST /api/${noun}`, what: 'a time that no text has', fails: [400, 'INVALID_PARAMS'] },
    send: () => ({ body: { name: 'x', expiresAt: 9e15 } }),
    look: async ({ ask }) => assert.equal((await ask('GET', `/api/${noun}`)).status, 200),
  },
  {
    ...{ route: `POST /api/${noun}`, fails: [400, 'KEY_LIMIT_REACHED'] },
    async send(on) {
      for (let at = 0; at < 10; at++) await key(on);
      return { body: { name: 'one more' } };
    },
    look: async (on) => {
      for (const { id } of (await on.ask('GET', '/api/keys')).body.keys) await on.ask('DELETE', `/api/keys/${id}`);
    },
  },
  { route: `DELETE /api/${noun}/:id`, send: key },
  { route: `DELETE /api/${noun}/:id`, fails: [404, 'TOKEN_NOT_FOUND'], send: () => ({ id: nobody }) },
]);

const orphan = ({ daemon }: On) => {
  const name = `rdv-${randomUUID()}`;
  askTmux(daemon, 'new-session', '-d', '-s', name, 'cat');
  return name;
};

const tmux: readonly Row[] = [
  {
    route: 'GET /api/tmux/sessions',
    gives: {
      sessions: [
        {
          ...{ name: 'string', windowCount: 'number', created: 'iso', attached: 'boolean', isOrphaned: 'boolean' },
          ...{ dbSessionId: 'uuid|null', folderName: 'string|null' },
        },
      ],
      ...{ totalCount: 'number', orphanedCount: 'number', trackedCount: 'number' },
    },
    async send(on) {
      await on.session({ startupCommand: '' });
      orphan(on);
      return {};
    },
    look: (_on, { body: { sessions, totalCount, orphanedCount, trackedCount } }) => {
      assert.deepEqual([sessions[0].isOrphaned, sessions.at(-1).isOrphaned], [true, false]);
      assert.deepEqual([totalCount, orphanedCount], [sessions.length, totalCount - trackedCount]);
    },
  },
  {
    ...{ route: 'DELETE /api/tmux/sessions', send: (on) => ({ query: { name: orphan(on) } }) },
    look: (on, _answer, { query }) => assert.doesNotMatch(askTmux(on.daemon, 'ls'), new RegExp(query!.name!)),
  },
  {
    ...{ route: 'DELETE /api/tmux/sessions', what: 'not ours', fails: [400, 'INVALID_SESSION_NAME'] },
    send: () => ({ query: { name: 'work' } }),
  },
  {
    ...{ route: 'DELETE /api/tmux/sessions', fails: [404, 'TMUX_SESSION_NOT_FOUND'] },
    send: () => ({ query: { name: `rdv-${nobody}` } }),
  },
  {
    ...{ route: 'DELETE /api/tmux/sessions/orphaned', gives: { ...success, killed: ['string'] } },
    send: (on) => ({ body: { orphan: orphan(on) } }),
    look: (_on, { body }, sent) => assert.ok(body.killed.includes(sent.body!.orphan)),
  },
];

export const otherRows: readonly Row[] = [...preferences, ...keys, ...tmux];
