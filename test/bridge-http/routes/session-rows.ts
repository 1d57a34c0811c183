/** What the contract says of sessions. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nobody, type On, type Row, success } from './rows.js';

export const Session = {
  ...{ id: 'uuid', userId: 'string', name: 'string', tmuxSessionName: 'string', projectPath: 'string|null' },
  ...{ githubRepoId: 'string|null', worktreeBranch: 'string|null', folderId: 'uuid|null', profileId: 'string|null' },
  ...{ agentProvider: 'string|null', isOrchestratorSession: 'boolean', splitGroupId: 'string|null' },
  ...{ splitOrder: 'number', splitSize: 'number', status: 'string', tabOrder: 'number' },
  ...{ lastActivityAt: 'iso', createdAt: 'iso', updatedAt: 'iso', agentState: 'string', health: 'string' },
  '+': 'backend worktreePath command cols rows home exit startup',
} as const;

const cat = { startupCommand: '', agentProvider: 'none' };
const one = async (on: On, wanted = {}) => ({ id: (await on.session({ ...cat, ...wanted })).id as string });
const closed = async (on: On) => {
  const { id } = await one(on);
  await on.ask('DELETE', `/api/sessions/${id}`);
  return { id };
};
const suspended = async (on: On) => {
  const { id } = await one(on);
  await on.ask('POST', `/api/sessions/${id}/suspend`);
  return { id };
};
const missing = (route: string, body?: object): Row => ({
  ...{ route, what: 'nobody has it', fails: [404, 'SESSION_NOT_FOUND'] },
  send: () => ({ id: nobody, ...(body && { body: body as Record<string, unknown> }) }),
});
const foreign = (route: string): Row => ({
  ...{ route, what: 'of another user', fails: [404, 'SESSION_NOT_FOUND'] },
  send: async ({ other, place }) => ({
    id: (await other('POST', '/api/sessions', { projectPath: place.folder })).body.id,
  }),
});
const create = (what: string, fails: Row['fails'] & {}, send: (on: On) => object | Promise<object>): Row => ({
  ...{ route: 'POST /api/sessions', what, fails },
  send: async (on) => ({ body: (await send(on)) as Record<string, unknown> }),
});
const withWorktree = async (on: On) => {
  const { repository } = on.worktree();
  const made = await on.session({
    ...cat,
    projectPath: repository.path,
    createWorktree: true,
    worktreeBranch: `mine-${randomUUID()}`,
  });
  return { id: made.id as string, path: made.projectPath as string, query: { deleteWorktree: 'true' } };
};

export const sessionRows: readonly Row[] = [
  {
    ...{ route: 'GET /api/sessions', gives: { sessions: [Session], '+': 'revision unchanged more' } },
    async send(on) {
      const folder = await on.folder();
      await one(on, { folderId: folder.id });
      await one(on);
      return { query: { status: 'active,suspended', folderId: folder.id } };
    },
    look: (_on, { body }, { query }) =>
      assert.deepEqual(
        body.sessions.map(({ folderId }: any) => folderId),
        [query!.folderId],
      ),
  },
  {
    ...{ route: 'GET /api/sessions', what: 'nothing chosen' },
    gives: { sessions: [Session], '+': 'revision unchanged more' },
    async send(on) {
      await one(on);
      return { query: { status: '', folderId: '', limit: '' } };
    },
    look: (_on, { body }) => assert.notEqual(body.sessions.length, 0),
  },
  {
    ...{ route: 'POST /api/sessions', what: 'everything given', status: 201, gives: Session },
    async send(on) {
      const { id: folderId } = await on.folder();
      const told = { githubRepoId: '42', startupCommand: '', profileId: 'work', environment: { MY_VAR: '1' } };
      const agent = {
        isOrchestratorSession: true,
        agentProvider: 'claude',
        autoLaunchAgent: false,
        agentFlags: ['-c'],
      };
      return { body: { name: 'all', projectPath: on.place.folder, folderId, ...told, ...agent } };
    },
    look(_on, { body }, { body: sent }) {
      for (const name of ['name', 'projectPath', 'folderId', 'githubRepoId', 'profileId', 'isOrchestratorSession'])
        assert.equal(body[name], sent![name], name);
      assert.equal(body.agentProvider, 'claude');
    },
  },
  {
    ...{
      route: 'POST /api/sessions',
      what: 'nothing given, and null for what has no value',
      status: 201,
      gives: Session,
    },
    send: () => ({
      body: { folderId: null, profileId: null, projectPath: null, startupCommand: null, agentFlags: null },
    }),
    look: (_on, { body }) => assert.deepEqual([body.name, body.status, body.splitSize], ['Terminal', 'active', 0.5]),
  },
  {
    ...{ route: 'POST /api/sessions', what: 'in a worktree', status: 201, gives: Session },
    send: (on) => ({
      body: {
        projectPath: on.repository().path,
        createWorktree: true,
        featureDescription: 'Log in',
        baseBranch: 'main',
      },
    }),
    look: (_on, { body }) => assert.equal(body.worktreeBranch, 'feature/log-in'),
  },
  create('no such directory', [400, 'INVALID_PATH'], () => ({ projectPath: '/none/such' })),
  create('no repository', [400, 'NOT_GIT_REPO'], ({ place }) => ({ projectPath: place.folder, createWorktree: true })),
  create('nothing linked', [400, 'NO_REPO_LINKED'], () => ({ createWorktree: true })),
  create('not cloned', [400, 'REPO_NOT_CLONED'], () => ({ createWorktree: true, githubRepoId: 'none' })),
  create('branch taken', [400, 'BRANCH_IN_USE'], ({ repository }) => ({
    ...{ projectPath: repository().path, createWorktree: true, worktreeBranch: 'main' },
  })),
  create('place taken', [400, 'PATH_EXISTS'], (on) => {
    const { path } = on.repository();
    on.place.init(`${path}-here`);
    return { projectPath: path, createWorktree: true, worktreeBranch: 'here' };
  }),
  create('of no folder', [404, 'FOLDER_NOT_FOUND'], () => ({ folderId: nobody })),
  create('wrong type', [400, 'INVALID_PARAMS'], () => ({ agentProvider: 'cat' })),
  {
    ...{ route: 'GET /api/sessions/:id', what: 'without a repository' },
    ...{ gives: { ...Session, repository: 'null' }, send: one },
  },
  {
    ...{ route: 'GET /api/sessions/:id', what: 'with one' },
    gives: { ...Session, repository: { id: 'string', name: 'string', fullName: 'string', cloneUrl: 'string' } },
    async send(on) {
      const { repository } = on.worktree();
      const { id } = await on.folder();
      const localRepoPath = repository.path;
      await on.ask('PUT', `/api/preferences/folders/${id}`, { githubRepoId: `of ${id}`, localRepoPath });
      return one(on, { githubRepoId: `of ${id}` });
    },
  },
  missing('GET /api/sessions/:id'),
  foreign('GET /api/sessions/:id'),
  {
    ...{ route: 'PATCH /api/sessions/:id', what: 'everything', gives: Session },
    async send(on) {
      const { id: folderId } = await on.folder();
      const body = { name: 'new', status: 'suspended', tabOrder: 7, projectPath: '/', folderId };
      return { ...(await one(on)), body };
    },
    look: (_on, { body }, { body: sent }) => {
      const { name, status, tabOrder, projectPath, folderId } = body;
      assert.deepEqual({ name, status, tabOrder, projectPath, folderId }, sent);
    },
  },
  {
    ...{ route: 'PATCH /api/sessions/:id', what: 'a folder that is a path is ignored', gives: Session },
    send: async (on) => ({ ...(await one(on)), body: { name: 'kept', folderId: '/home/ann/src' } }),
    look: (_on, { body }) => assert.deepEqual([body.name, body.folderId], ['kept', null]),
  },
  {
    ...{ route: 'PATCH /api/sessions/:id', what: 'closed', gives: Session },
    send: async (on) => ({ ...(await one(on)), body: { status: 'closed' } }),
    look: async (on, { body }) => {
      assert.equal(body.status, 'closed');
      assert.equal((await on.ask('GET', `/api/sessions/${body.id}/scrollback`)).status, 410);
    },
  },
  {
    ...{ route: 'PATCH /api/sessions/:id', fails: [400, 'INVALID_PATH'] },
    send: async (on) => ({ ...(await one(on)), body: { projectPath: '/none/such' } }),
  },
  {
    ...{ route: 'PATCH /api/sessions/:id', what: 'a folder that is a path, alone', gives: Session },
    send: async (on) => ({ ...(await one(on)), body: { folderId: '/home/ann/src' } }),
  },
  { route: 'PATCH /api/sessions/:id', what: 'nothing', gives: Session, send: one },
  missing('PATCH /api/sessions/:id', { name: 'x' }),
  { route: 'DELETE /api/sessions/:id', send: one },
  {
    ...{ route: 'DELETE /api/sessions/:id', what: 'its worktree stays' },
    send: async (on) => ({ id: (await withWorktree(on)).id }),
    look: async (on, _answer, { id }) => {
      const { body } = await on.ask('GET', `/api/sessions/${id}`);
      assert.deepEqual([body.status, existsSync(join(body.projectPath, 'a.txt'))], ['closed', true]);
    },
  },
  {
    ...{ route: 'DELETE /api/sessions/:id', what: 'with its worktree', gives: { ...success, trashItemId: 'uuid' } },
    send: withWorktree,
    look: (_on, _answer, sent) => assert.equal(existsSync((sent as { path?: string }).path!), false),
  },
  {
    ...{ route: 'DELETE /api/sessions/:id', what: 'to the trash', gives: { ...success, trashItemId: 'uuid' } },
    send: async (on) => ({ ...(await one(on)), query: { trash: 'true' } }),
  },
  {
    ...{ route: 'DELETE /api/sessions/:id', what: 'dirty worktree', fails: [409, 'HAS_UNCOMMITTED_CHANGES'] },
    async send(on) {
      const made = await withWorktree(on);
      on.place.at(made.path).write({ 'new.txt': 'new' });
      return made;
    },
    look: (_on, _answer, sent) => assert.equal(existsSync((sent as { path?: string }).path!), true),
  },
  {
    ...{ route: 'DELETE /api/sessions/:id', what: 'unpushed', fails: [409, 'HAS_UNPUSHED_COMMITS'] },
    async send(on) {
      const made = await withWorktree(on);
      on.place.at(made.path).commit({ 'new.txt': 'new' });
      return made;
    },
  },
  missing('DELETE /api/sessions/:id'),
  { route: 'POST /api/sessions/:id/suspend', gives: Session, send: one },
  missing('POST /api/sessions/:id/suspend'),
  { route: 'POST /api/sessions/:id/suspend', fails: [400, 'INVALID_STATE_TRANSITION'], send: suspended },
  { route: 'POST /api/sessions/:id/resume', gives: Session, send: suspended },
  missing('POST /api/sessions/:id/resume'),
  { route: 'POST /api/sessions/:id/resume', fails: [400, 'INVALID_STATE_TRANSITION'], send: one },
  {
    route: 'POST /api/sessions/:id/exec',
    gives: { success: 'boolean', sessionId: 'uuid', command: 'string', message: 'string' },
    send: async (on) => ({ ...(await one(on)), body: { command: 'true', pressEnter: false } }),
  },
  {
    ...{ route: 'POST /api/sessions/:id/exec', fails: [400, 'COMMAND_REQUIRED'] },
    send: async (on) => ({ ...(await one(on)), body: { command: '' } }),
  },
  { route: 'POST /api/sessions/:id/exec', what: 'no body', fails: [400, 'COMMAND_REQUIRED'], send: one },
  {
    ...{ route: 'POST /api/sessions/:id/exec', fails: [400, 'SESSION_CLOSED'] },
    send: async (on) => ({ ...(await closed(on)), body: { command: 'x' } }),
  },
  missing('POST /api/sessions/:id/exec', { command: 'x' }),
  {
    ...{ route: 'GET /api/sessions/:id/scrollback', gives: { content: 'string' } },
    send: async (on) => ({ ...(await one(on)), query: { lines: '5' } }),
  },
  missing('GET /api/sessions/:id/scrollback'),
  { route: 'GET /api/sessions/:id/scrollback', fails: [410, 'TMUX_SESSION_GONE'], send: closed },
  {
    ...{ route: 'GET /api/sessions/:id/scrollback', what: 'no number', fails: [400, 'INVALID_PARAMS'] },
    send: async (on) => ({ ...(await one(on)), query: { lines: 'many' } }),
    look: (_on, { body }) => assert.equal(body.details[0].path, 'lines'),
  },
  {
    route: 'PUT /api/sessions/:id/folder',
    send: async (on) => ({ ...(await one(on)), body: { folderId: (await on.folder()).id } }),
    look: async (on, _answer, { id, body }) =>
      assert.equal((await on.ask('GET', `/api/sessions/${id}`)).body.folderId, body!.folderId),
  },
  {
    ...{ route: 'PUT /api/sessions/:id/folder', what: 'out of its folder' },
    send: async (on) => ({ ...(await one(on, { folderId: (await on.folder()).id })), body: { folderId: null } }),
    look: async (on, _answer, { id }) => assert.equal((await on.ask('GET', `/api/sessions/${id}`)).body.folderId, null),
  },
  missing('PUT /api/sessions/:id/folder', { folderId: null }),
  {
    ...{ route: 'PUT /api/sessions/:id/folder', fails: [404, 'FOLDER_NOT_FOUND'] },
    send: async (on) => ({ ...(await one(on)), body: { folderId: nobody } }),
  },
  {
    route: 'POST /api/sessions/reorder',
    send: async (on) => ({ body: { sessionIds: [(await one(on)).id, (await one(on)).id].reverse() } }),
    look: async (on, _answer, { body }) => {
      const ids = body!.sessionIds as string[];
      const { sessions } = (await on.ask('GET', '/api/sessions')).body;
      assert.deepEqual(
        sessions.map(({ id }: any) => id).filter((id: string) => ids.includes(id)),
        ids,
      );
    },
  },
  {
    ...{ route: 'POST /api/sessions/reorder', what: 'an unknown one', fails: [400, 'INVALID_PARAMS'] },
    send: async (on) => ({ body: { sessionIds: [(await one(on)).id, (await one(on)).id, nobody].reverse() } }),
    look: async (on, _answer, { body }) => {
      const [, second, first] = body!.sessionIds as string[];
      const { sessions } = (await on.ask('GET', '/api/sessions')).body;
      const ids = sessions.map(({ id }: any) => id);
      assert.ok(ids.indexOf(first) < ids.indexOf(second), 'nothing changed');
    },
  },
  {
    ...{ route: 'GET /api/sessions/:id/token', send: one },
    gives: { token: 'string', sessionId: 'uuid', tmuxSessionName: 'string', expiresIn: 'number' },
    look: (_on, { body }) => assert.equal(body.expiresIn, 300),
  },
  missing('GET /api/sessions/:id/token'),
];
