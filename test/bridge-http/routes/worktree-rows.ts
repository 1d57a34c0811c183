/** What the contract says of worktrees. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { On, Row } from './rows.js';

const Made = {
  ...{ success: 'boolean', worktreePath: 'string', path: 'string', branch: 'string', createdBranch: 'boolean' },
  '+': 'reused base copied warnings',
} as const;
const Removed = {
  ...{ success: 'boolean', alreadyRemoved: 'boolean', message: 'string' },
  ...{ hadUncommittedChanges: 'boolean', hadUnpushedCommits: 'boolean', '+': 'trashItemId' },
} as const;
const Status = {
  ...{ exists: 'boolean', isClean: 'boolean', branch: 'string|null', ahead: 'number', behind: 'number' },
  ...{ untracked: 'number', modified: 'number', staged: 'number' },
} as const;

const create = (what: string, fails: Row['fails'] & {}, send: (on: On) => Record<string, unknown>): Row => ({
  ...{ route: 'POST /api/worktrees', what, fails, send: (on) => ({ body: send(on) }) },
});

const creating: readonly Row[] = [
  ...['POST /api/worktrees', 'POST /api/github/worktrees'].map(
    (route): Row => ({
      ...{ route, status: 201, gives: Made },
      send({ repository }) {
        const { path } = repository();
        const worktreePath = `${path}-elsewhere`;
        return { body: { projectPath: path, branch: 'new', createNewBranch: true, baseBranch: 'main', worktreePath } };
      },
      look: (_on, { body }, sent) =>
        assert.deepEqual(
          [body.path, body.worktreePath, body.createdBranch],
          Array(2).fill(sent.body!.worktreePath).concat(true),
        ),
    }),
  ),
  {
    ...{ route: 'POST /api/worktrees', what: 'by the id of a repository', status: 201, gives: Made },
    async send(on) {
      const { id } = await on.folder();
      await on.ask('PUT', `/api/preferences/folders/${id}`, { githubRepoId: id, localRepoPath: on.repository().path });
      return { body: { repositoryId: id, branch: 'new' } };
    },
  },
  create('no repository', [400, 'NOT_GIT_REPO'], ({ place }) => ({ repoPath: place.folder, branch: 'b' })),
  create('not cloned', [400, 'NOT_CLONED'], () => ({ repositoryId: 'none', branch: 'b' })),
  create('none named', [400, 'INVALID_PARAMS'], () => ({ branch: 'b' })),
  create('no branch', [400, 'INVALID_PARAMS'], ({ place }) => ({ repoPath: place.folder })),
  create('place taken', [400, 'PATH_EXISTS'], ({ repository, place }) => ({
    ...{ repoPath: repository().path, branch: 'b', createNewBranch: true, worktreePath: place.init(randomUUID()).path },
  })),
  create('branch taken', [400, 'BRANCH_IN_USE'], ({ repository }) => ({ repoPath: repository().path, branch: 'main' })),
  {
    ...{ route: 'POST /api/worktrees', what: 'git refuses', fails: [400, 'CREATE_FAILED'] },
    send({ repository }) {
      const one = repository();
      // A branch cannot lie below one that is a file: git finds out when it writes the ref.
      one.write({ '.git/refs/heads/broken': 'no commit\n' });
      return { body: { repoPath: one.path, branch: 'broken/below', createNewBranch: true } };
    },
    look: (_on, { body }) => assert.match(body.details.stderr, /fatal|error/),
  },
];

const remove = (what: string, row: Partial<Row> & { undo?: (at: string, on: On) => void }): Row => {
  const { undo, ...rest } = row;
  return {
    ...{ route: 'DELETE /api/worktrees', what },
    async send(on) {
      const { path } = on.worktree();
      undo?.(path, on);
      return { body: { worktreePath: path, ...(!rest.fails && undo && { force: true }) } };
    },
    ...(rest.fails
      ? { look: (_on: On, _answer: unknown, sent: { body?: any }) => assert.ok(existsSync(sent.body.worktreePath)) }
      : { gives: Removed }),
    ...rest,
  };
};
const dirty = (path: string, on: On) => on.place.at(path).write({ 'new.txt': 'new' });
const unpushed = (path: string, on: On) => void on.place.at(path).commit({ 'committed.txt': 'new' });

/** What was forced away comes back as it was. */
const restorable =
  (file: string): Row['look'] & {} =>
  async (on, { body }, sent) => {
    const path = sent.body!.worktreePath as string;
    assert.equal(existsSync(path), false);
    assert.deepEqual([body.hadUncommittedChanges, body.hadUnpushedCommits], [file === 'new.txt', file !== 'new.txt']);
    const restored = await on.rpc('trash/restore', { id: body.trashItemId });
    assert.deepEqual(restored.warnings, []);
    assert.equal(readFileSync(join(path, file), 'utf8'), 'new');
    assert.match(on.place.at(path).git('status', '--short'), file === 'new.txt' ? /^\?\? new\.txt$/ : /^$/);
  };

export const removalRows: readonly Row[] = [
  remove('clean', {}),
  {
    ...{ route: 'DELETE /api/github/worktrees', gives: Removed },
    async send(on) {
      const { path, repository } = on.worktree();
      return { body: { worktreePath: path, projectPath: repository.path, force: false } };
    },
  },
  remove('not there any more, forced', {
    send: ({ place }) => ({ body: { worktreePath: `${place.folder}/gone`, force: true } }),
    look: (_on, { body }) => assert.equal(body.alreadyRemoved, true),
  }),
  remove('dirty', { fails: [409, 'HAS_UNCOMMITTED_CHANGES'], undo: dirty }),
  remove('unpushed', { fails: [409, 'HAS_UNPUSHED_COMMITS'], undo: unpushed }),
  remove('dirty, forced', { undo: dirty, look: restorable('new.txt') }),
  remove('unpushed, forced', { undo: unpushed, look: restorable('committed.txt') }),
  remove('in use, forced', {
    fails: [409, 'CONFIRMATION_REQUIRED'],
    async send(on) {
      const { path } = on.worktree();
      dirty(path, on);
      await on.session({ projectPath: path, startupCommand: '' });
      return { body: { worktreePath: path, force: true } };
    },
  }),
  remove('locked, forced', {
    fails: [409, 'CONFIRMATION_REQUIRED'],
    async send(on) {
      const { path, repository } = on.worktree();
      repository.git('worktree', 'lock', path);
      return { body: { worktreePath: path, force: true } };
    },
  }),
];

const looking: readonly Row[] = [
  {
    ...{ route: 'GET /api/worktrees' },
    gives: {
      worktrees: [
        {
          ...{ path: 'string', branch: 'string|null', commit: 'string|null', isBare: 'boolean', isMain: 'boolean' },
          ...{ locked: 'boolean', '+': 'lockReason missing' },
        },
      ],
    },
    send: async (on) => ({ query: { repoPath: on.worktree().repository.path } }),
    look: (_on, { body }) =>
      assert.deepEqual(
        body.worktrees.slice(0, 2).map(({ isMain }: any) => isMain),
        [true, false],
      ),
  },
  {
    ...{ route: 'GET /api/worktrees', fails: [400, 'NOT_GIT_REPO'] },
    send: ({ place }) => ({ query: { repoPath: place.folder } }),
  },
  { route: 'GET /api/worktrees', what: 'none named', fails: [400, 'INVALID_PARAMS'] },
  {
    ...{ route: 'GET /api/worktrees/status', gives: Status },
    async send(on) {
      const { path } = on.worktree();
      dirty(path, on);
      return { query: { worktreePath: path } };
    },
    look: (_on, { body }) => assert.deepEqual([body.exists, body.isClean, body.untracked], [true, false, 1]),
  },
  {
    ...{ route: 'GET /api/worktrees/status', what: 'not there', gives: Status },
    send: () => ({ query: { worktreePath: '/none/such' } }),
    look: (_on, { body }) => assert.equal(body.exists, false),
  },
  { route: 'GET /api/worktrees/status', what: 'none named', fails: [400, 'INVALID_PARAMS'] },
  {
    ...{ route: 'GET /api/worktrees/status', fails: [400, 'NOT_GIT_REPO'] },
    send: ({ place }) => ({ query: { worktreePath: place.folder } }),
  },
  ...['POST /api/worktrees/check', 'POST /api/github/worktrees/check'].flatMap((route): Row[] => [
    {
      ...{ route, gives: { hasUncommittedChanges: 'boolean', branch: 'string' } },
      send: (on) => ({ body: { worktreePath: on.repository().path } }),
      look: (_on, { body }) => assert.deepEqual(body, { hasUncommittedChanges: false, branch: 'main' }),
    },
    { route, what: 'none named', fails: [400, 'INVALID_PARAMS'] },
    {
      ...{ route, what: 'not there', fails: [404, 'WORKTREE_NOT_FOUND'] },
      send: () => ({ body: { worktreePath: '/none/such' } }),
    },
  ]),
];

export const worktreeRows: readonly Row[] = [...creating, ...looking];
