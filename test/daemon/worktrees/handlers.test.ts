/** The worktree methods as a client meets them. */
import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { methods, type Params, type Result } from '#protocol';
import type { Git } from '../../../daemon/git/index.js';
import type { Caller } from '../../../daemon/rpc/handlers.js';
import { worktreeHandlers } from '../../../daemon/worktrees/handlers.js';
import { identityOf } from '../../support/identity.js';
import { createFakePeer } from '../../support/memory.js';
import { refused } from '../../support/refused.js';
import { heard, whole } from '../../support/whole.js';
import { cloneOf, yardFor } from '../../support/worktrees.js';

type Handled = ReturnType<typeof worktreeHandlers>;

/** The slice over a yard; `change` makes another git of its git. */
function slice(t: TestContext, change: (git: Git) => Git = (git) => git) {
  const yard = yardFor(t);
  const told: unknown[] = [];
  const handlers = worktreeHandlers({
    git: change(yard.git),
    worktrees: yard.worktrees,
    journal: { tell: (user, name, what) => void told.push([user, name, what]) },
    repositories: { path: (user, id) => (user === 'ann' && id === 'r1' ? yard.repo.path : undefined) },
    trashFolder: yard.here('trash'),
  });
  async function call<M extends keyof Handled>(
    name: M,
    params: Params<M>,
    { user = 'ann', signal = new AbortController().signal } = {},
  ): Promise<Result<M>> {
    const caller: Caller = {
      user,
      identity: identityOf(user),
      signal,
      progress: () => {},
      peer: createFakePeer(user).peer,
    };
    const result = await (handlers[name] as any)(methods[name].params.parse(params), caller);
    assert.deepEqual(methods[name].result.parse(result), result);
    return result;
  }
  return { ...yard, told, call };
}

const old = (git: Git): Git => ({ ...git, version: async () => ({ text: '2.30.2', major: 2, minor: 30 }) });

for (const [version, change] of [
  ['a git of today', (git: Git) => git],
  ['git 2.30', old],
] as const) {
  test(`worktree/list tells of every worktree what it is, with ${version}`, async (t) => {
    const { call, repo, here } = slice(t, change);
    const commit = repo.git('rev-parse', 'HEAD');
    repo.git('worktree', 'add', '--quiet', '-b', 'feature/x', here('a b'));
    repo.git('worktree', 'add', '--quiet', '--detach', here('locked'));
    repo.git('worktree', 'lock', '--reason', 'on a\nstick', here('locked'));
    repo.git('worktree', 'add', '--quiet', '-b', 'gone', here('gone'));
    rmSync(here('gone'), { recursive: true });
    repo.git('worktree', 'add', '--quiet', '-b', 'removed', here('removed'));
    mkdirSync(here('trash'));
    repo.git('worktree', 'move', here('removed'), here('trash/1'));
    const common = { commit, isBare: false, isMain: false, locked: false, lockReason: null, missing: false };
    const expected = [
      { ...common, path: repo.path, branch: 'main', isMain: true },
      { ...common, path: here('a b'), branch: 'feature/x' },
      { ...common, path: here('gone'), branch: 'gone', missing: true },
      { ...common, path: here('locked'), branch: null, locked: true, lockReason: 'on a\nstick' },
    ];
    for (const repoPath of [repo.path, here('repo/dir'), here('a b'), here('repo/.git')]) {
      const { worktrees } = await call('worktree/list', { repoPath });
      assert.deepEqual(
        worktrees.sort((a, b) => (a.path < b.path ? -1 : 1)),
        [...expected].sort((a, b) => (a.path < b.path ? -1 : 1)),
      );
      assert.equal((await call('worktree/list', { repoPath })).worktrees[0]?.isMain, true);
    }
  });
}

test('worktree/list knows a bare repository, a submodule, an empty one, and a path with a newline', async (t) => {
  const { call, at, folder, here, init, repo } = slice(t);
  at(folder).git('clone', '--quiet', '--bare', 'repo', 'bare.git');
  const bare = await call('worktree/list', { repoPath: here('bare.git') });
  assert.deepEqual(
    bare.worktrees.map(({ path, isBare, isMain, branch }) => [path, isBare, isMain, branch]),
    [[here('bare.git'), true, true, null]],
  );
  init('inner').commit({ i: 'i' });
  repo.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', here('inner'), 'sub');
  const sub = await call('worktree/list', { repoPath: here('repo/sub') });
  assert.deepEqual(
    sub.worktrees.map(({ path, isMain }) => [path, isMain]),
    [[here('repo/sub'), true]],
  );
  init('empty');
  const empty = await call('worktree/list', { repoPath: here('empty') });
  assert.deepEqual(
    empty.worktrees.map(({ branch, commit }) => [branch, commit]),
    [['main', null]],
  );
  repo.git('worktree', 'add', '--quiet', '-b', 'n', here('new\nline'));
  const { worktrees } = await call('worktree/list', { repoPath: here('new\nline') });
  assert.deepEqual(
    worktrees.map(({ path, missing }) => [path, missing]),
    [
      [repo.path, false],
      [here('new\nline'), false],
    ],
  );
});

test('what is no repository is refused by every method', async (t) => {
  const { call, folder, here } = slice(t);
  const no = refused('InvalidParams', /./, 'NOT_GIT_REPO');
  for (const path of [folder, here('nowhere')]) {
    await assert.rejects(call('worktree/list', { repoPath: path }), no);
    await assert.rejects(call('worktree/branches', { repoPath: path }), no);
    await assert.rejects(call('worktree/create', { repoPath: path, branch: 'x' }), no);
  }
  await assert.rejects(call('worktree/status', { worktreePath: folder }), no);
  await assert.rejects(call('worktree/check', { worktreePath: folder }), no);
  await assert.rejects(call('worktree/status', { worktreePath: here('repo/.git') }), no);
});

test('worktree/create makes a worktree and tells of it, once', async (t) => {
  const { call, told, repo, here } = slice(t);
  const made = await call('worktree/create', { projectPath: repo.path, branch: 'Feature/One', fetch: false });
  const path = here('repo-feature-one');
  assert.deepEqual(made, {
    ...{ success: true, worktreePath: path, path, branch: 'Feature/One', createdBranch: true, reused: false },
    ...{ base: 'main', copied: [], warnings: [] },
  });
  const created = ['ann', 'worktree/created', { path, repoPath: repo.path, branch: 'Feature/One' }];
  assert.deepEqual(told, [created]);
  assert.equal((await call('worktree/create', { repoPath: repo.path, branch: 'Feature/One' })).reused, true);
  assert.deepEqual(told, [created]);
});

test('worktree/create finds the repository by its id, of this user only', async (t) => {
  const { call, here } = slice(t);
  assert.equal((await call('worktree/create', { repositoryId: 'r1', branch: 'x' })).path, here('repo-x'));
  const no = refused('InvalidParams', /^No folder of yours says where repository "r1" is\. Clone it/, 'NOT_CLONED');
  await assert.rejects(call('worktree/create', { repositoryId: 'r1', branch: 'x' }, { user: 'bob' }), no);
  await assert.rejects(call('worktree/create', { branch: 'x' }), refused('InvalidParams', /^Expected `projectPath`, /));
});

test('two who want the same at once get the same, made once', async (t) => {
  const { call, repo, told } = slice(t);
  const asked = [1, 2, 3].map(() => call('worktree/create', { repoPath: repo.path, branch: 'x' }));
  const made = await Promise.all(asked);
  assert.deepEqual(made.map(({ reused }) => reused).sort(), [false, true, true]);
  assert.deepEqual([new Set(made.map(({ path }) => path)).size, told.length], [1, 1]);
});

test('who cancels leaves nothing behind', async (t) => {
  const { call, repo, told, traces } = slice(t);
  repo.commit(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, 'x'.repeat(5000)])));
  const before = traces();
  for (const ms of [0, 20, 40, 60, 80]) {
    const signal = AbortSignal.timeout(ms);
    const outcome = await call('worktree/create', { repoPath: repo.path, branch: 'x' }, { signal }).catch(
      (error) => error,
    );
    if (outcome.success) break;
    refused('Cancelled', /./)(outcome);
    assert.deepEqual([traces(), told], [before, []]);
  }
});

const zero = { ahead: 0, behind: 0, untracked: 0, modified: 0, staged: 0 };

test('worktree/status counts what is changed, whatever the user has set to be shown', async (t) => {
  const { call, repo, here, ...yard } = slice(t);
  const status = (worktreePath: string) => call('worktree/status', { worktreePath });
  const clean = { exists: true, isClean: true, branch: 'main', ...zero };
  assert.deepEqual(await status(here('nowhere')), { ...clean, exists: false, branch: null });
  assert.deepEqual(await status(here('repo/a.txt')), { ...clean, exists: false, branch: null });
  assert.deepEqual(await status(repo.path), clean);
  const clone = cloneOf(yard);
  repo.commit({ 'a.txt': 'theirs' });
  for (const n of ['1', '2']) clone.commit({ [n]: n });
  clone.git('fetch', '--quiet');
  for (const [key, value] of Object.entries({
    'status.showUntrackedFiles': 'no',
    'status.aheadBehind': 'false',
    'status.renames': 'true',
    'diff.ignoreSubmodules': 'all',
    'color.ui': 'always',
  }))
    clone.git('config', key, value);
  clone.write({ 'new/1': '1', 'new/2': '2', other: '3', 'x.log': '4', 'a.txt': 'changed', '1': 'staged' });
  clone.git('add', '1');
  clone.write({ '1': 'and changed' });
  const counts = { ahead: 2, behind: 1, untracked: 2, modified: 2, staged: 1 };
  const changed = { ...clean, isClean: false, ...counts };
  assert.deepEqual(await status(clone.path), changed);
  assert.deepEqual(await status(join(clone.path, 'dir')), changed);
  symlinkSync('clone', here('link'));
  assert.deepEqual(await status(here('link')), changed);
});

test('worktree/status knows conflicts, a detached HEAD, and a branch without a commit', async (t) => {
  const { call, repo, init } = slice(t);
  const status = (worktreePath: string) => call('worktree/status', { worktreePath });
  repo.git('checkout', '--quiet', '-b', 'other');
  repo.commit({ 'a.txt': 'theirs' });
  repo.git('checkout', '--quiet', 'main');
  repo.commit({ 'a.txt': 'ours' });
  assert.throws(() => repo.git('merge', 'other'));
  assert.deepEqual(await status(repo.path), { exists: true, isClean: false, branch: 'main', ...zero, modified: 1 });
  repo.git('merge', '--abort');
  repo.git('checkout', '--quiet', '--detach');
  assert.deepEqual(await status(repo.path), { exists: true, isClean: true, branch: null, ...zero });
  const empty = init('empty');
  empty.write({ x: 'x' });
  assert.deepEqual(await status(empty.path), { exists: true, isClean: false, branch: 'main', ...zero, untracked: 1 });
});

test('worktree/status sees what is changed in a submodule', async (t) => {
  const { call, repo, init, here } = slice(t);
  init('inner').commit({ i: 'i' });
  repo.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', here('inner'), 'sub');
  repo.commit({});
  repo.git('config', 'submodule.sub.ignore', 'all');
  writeFileSync(here('repo/sub/i'), 'changed');
  assert.equal((await call('worktree/status', { worktreePath: repo.path })).modified, 1);
});

test('worktree/check tells whether anything is not committed, an untracked file too', async (t) => {
  const { call, repo, here } = slice(t);
  const check = () => call('worktree/check', { worktreePath: repo.path });
  assert.deepEqual(await check(), { hasUncommittedChanges: false, branch: 'main' });
  repo.write({ 'ignored.log': 'x' });
  assert.equal((await check()).hasUncommittedChanges, false);
  repo.write({ untracked: 'x' });
  assert.deepEqual(await check(), { hasUncommittedChanges: true, branch: 'main' });
  const no = refused('NotFound', /^There is no directory ".*nowhere"\. List them/, 'WORKTREE_NOT_FOUND');
  await assert.rejects(call('worktree/check', { worktreePath: here('nowhere') }), no);
});

test('worktree/branches lists them here and at the remote, with where they are checked out', async (t) => {
  const { call, repo, here, ...yard } = slice(t);
  repo.git('branch', 'theirs');
  const clone = cloneOf(yard);
  repo.git('branch', 'later');
  clone.git('worktree', 'add', '--quiet', '-b', 'mine', here('mine'), 'main');
  const list = async (fetch: boolean) => {
    const { branches, ...rest } = await call('worktree/branches', { repoPath: here('mine'), fetch });
    return { ...rest, branches: branches.map((it) => [it.name, it.local, it.remote, it.upstream, it.worktreePath]) };
  };
  const known = [
    ['main', true, 'origin', 'origin/main', clone.path],
    ['mine', true, null, null, here('mine')],
    ['theirs', false, 'origin', null, null],
  ];
  assert.deepEqual(await list(false), { branches: known, defaultBranch: 'main', warnings: [] });
  const fetched = [['later', false, 'origin', null, null], ...known];
  assert.deepEqual(await list(true), { branches: fetched, defaultBranch: 'main', warnings: [] });
  renameSync(repo.path, here('moved'));
  assert.match((await list(true)).warnings[0]!, /^What is new at "origin" is not known: git fetch failed/);
  const { branches } = await call('worktree/branches', { repoPath: clone.path });
  const [main] = branches.filter(({ name }) => name === 'main');
  const commit = clone.git('rev-parse', 'main');
  const committedAt = Number(clone.git('log', '-1', '--format=%ct', 'main')) * 1000;
  assert.deepEqual(
    [main?.commit, main?.committedAt, main?.subject, main?.ahead, main?.behind],
    [commit, committedAt, 'a commit', 0, 0],
  );
});

test('a client makes a worktree and hears of it, and git of the daemon has a clean environment', async (t) => {
  const yard = yardFor(t);
  const { client } = await whole(t, { environment: { ...yard.environment, RDV_BACKEND: 'pty', GIT_DIR: '/nowhere' } });
  await client.call('event/subscribe', { names: ['worktree/created'] });
  const told = heard(client, 'worktree/created');
  const made = await client.call('worktree/create', { repoPath: yard.repo.path, branch: 'x' });
  assert.equal(made.path, yard.here('repo-x'));
  const { seq: _, at: __, ...event } = await told;
  assert.deepEqual(event, { path: made.path, repoPath: yard.repo.path, branch: 'x' });
  const { worktrees } = await client.call('worktree/list', { repoPath: made.path });
  assert.deepEqual(
    worktrees.map(({ path }) => path),
    [yard.repo.path, made.path],
  );
  assert.equal((await client.call('worktree/status', { worktreePath: made.path })).isClean, true);
  await assert.rejects(
    client.call('worktree/create', { repoPath: yard.repo.path, branch: 'main' }),
    refused('Conflict', /is checked out at/, 'BRANCH_IN_USE'),
  );
});
