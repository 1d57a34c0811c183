/** worktree/remove over real git: what it moves, what it leaves alone, and what it says. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { test } from 'node:test';
import { removeWorktree } from '../../../daemon/worktrees/removal.js';
import { refused } from '../../support/refused.js';
import { openRemoval, type Removal } from '../../support/removal.js';

const remove = ({ call, at }: Removal, path = 'wt', more: object = {}) =>
  call('worktree/remove', { worktreePath: at(path), ...more });

const ALREADY = {
  ...{ success: true, alreadyRemoved: true, hadUncommittedChanges: false, hadUnpushedCommits: false },
  trashItemId: null,
};

test('a clean worktree goes to the trash, ignored files and all; the second time it is gone already', async (t) => {
  const removal = openRemoval(t);
  const { at, git, call } = removal;
  removal.seed();
  removal.write('wt/build/out.o', 'ignored\n');
  const removed = await remove(removal);
  const { items } = await call('trash/list', {});
  assert.deepEqual(removed, {
    ...{ success: true, alreadyRemoved: false, hadUncommittedChanges: false, hadUnpushedCommits: false },
    message: `Moved "${at('wt')}" to the trash; the branch "feat" stays.`,
    trashItemId: items[0]!.id,
  });
  const { message, ...again } = await remove(removal);
  assert.deepEqual(again, ALREADY);
  assert.match(message, /no worktree at .*wt" any more/);
  assert.deepEqual(await call('worktree/prune', { repoPath: at('main') }), { pruned: [], skipped: [] });
  assert.deepEqual(removal.events(), ['trash/added', 'worktree/removed']);
  await call('trash/restore', { id: items[0]!.id });
  assert.equal(git('wt', 'status', '--porcelain', '--ignored'), '!! build/');
});

test('what is changed is removed only by who has looked at it', async (t) => {
  const removal = openRemoval(t);
  const { at, call, write } = removal;
  removal.seed();
  write('wt/a.txt', 'changed\n');
  await assert.rejects(remove(removal), refused('Conflict', /has 1 modified file/, 'HAS_UNCOMMITTED_CHANGES'));
  const required = refused('Conflict', /give the `confirmation` of worktree\/inspect/, 'CONFIRMATION_REQUIRED');
  await assert.rejects(remove(removal, 'wt', { force: true }), required);
  const { confirmation } = await call('worktree/inspect', { worktreePath: at('wt') });
  write('wt/a.txt', 'CHANGED\n');
  const stale = refused('Conflict', /no longer as it was/, 'CONFIRMATION_STALE');
  await assert.rejects(remove(removal, 'wt', { force: true, confirmation }), stale);
  const now = (await call('worktree/inspect', { worktreePath: at('wt') })).confirmation;
  const { hadUncommittedChanges, trashItemId } = await remove(removal, 'wt', { force: true, confirmation: now });
  assert.deepEqual([hadUncommittedChanges, typeof trashItemId], [true, 'string']);
});

/** Does it, and says where. */
const made = (path: string, _: unknown): string => path;

const untouchable: [what: string, make: (removal: Removal) => string, said: RegExp][] = [
  ['the main working tree', () => 'main', /a repository of its own/],
  ['a directory in a worktree', () => 'wt/dir', /not the top of a worktree/],
  ['a plain directory', ({ at }) => made('plain', mkdirSync(at('plain'))), /not the top of a worktree/],
  ['a file', ({ write }) => made('file', write('file', '')), /not a directory/],
  [
    'a link to a worktree',
    ({ at }) => made('link', symlinkSync(at('wt'), at('link'))),
    /a symbolic link.*what it leads to/,
  ],
  [
    'a submodule',
    ({ git, at }) => {
      mkdirSync(at('lib'));
      git('lib', 'init', '-q');
      git('lib', 'commit', '-q', '--allow-empty', '-m', 'lib');
      git('wt', 'submodule', '--quiet', 'add', at('lib'), 'sub');
      return 'wt/sub';
    },
    /not a linked worktree/,
  ],
  [
    'a worktree whose repository is gone',
    ({ at }) => made('wt', renameSync(at('main'), at('moved'))),
    /belongs to no repository, or to one that is gone/,
  ],
  [
    'a worktree that was moved by hand',
    ({ at }) => made('moved', renameSync(at('wt'), at('moved'))),
    /not known to .*Run `git worktree repair`/,
  ],
  [
    'a directory that says it is a worktree of another repository',
    ({ at, write }) => made('fake', write('fake/.git', `gitdir: ${at('main/.git/worktrees/wt')}\n`)),
    /not known to/,
  ],
];

for (const [what, make, said] of untouchable) {
  test(`${what} is not removed`, async (t) => {
    const removal = openRemoval(t);
    removal.seed();
    const path = make(removal);
    const before = removal.files('.');
    const confirmed = { force: true, confirmation: 'anything' };
    await assert.rejects(remove(removal, path), refused('InvalidParams', said, 'NOT_A_WORKTREE'));
    await assert.rejects(remove(removal, path, confirmed), refused('InvalidParams', said, 'NOT_A_WORKTREE'));
    assert.deepEqual(removal.files('.'), before);
  });
}

test('a worktree that holds another one, or its repository, stays', async (t) => {
  const removal = openRemoval(t);
  const { at, git, call } = removal;
  removal.seed();
  git('main', 'worktree', 'add', '-q', '-b', 'inner', '../wt/build/inner');
  await assert.rejects(remove(removal), refused('Conflict', /build\/inner" lies in/, 'WORKTREE_INSIDE'));
  git('main', 'worktree', 'remove', '../wt/build/inner');
  mkdirSync(at('wt/build'), { recursive: true });
  renameSync(at('main'), at('wt/build/main'));
  git('wt/build/main', 'worktree', 'repair', at('wt'));
  const { confirmation } = await call('worktree/inspect', { worktreePath: at('wt') });
  const inside = refused('Conflict', /build\/main" lies in its worktree/, 'REPOSITORY_INSIDE');
  await assert.rejects(remove(removal, 'wt', { force: true, confirmation }), inside);
});

test('a path with links in it is the worktree it leads to; its repository can be named', async (t) => {
  const removal = openRemoval(t);
  const { at, git } = removal;
  removal.seed();
  mkdirSync(at('other'));
  git('other', 'init', '-q');
  symlinkSync(at(), at('data-link'));
  const foreign = refused('InvalidParams', /is a worktree of ".*main", not of ".*other"/, 'NOT_A_WORKTREE');
  await assert.rejects(remove(removal, 'data-link/wt', { projectPath: at('other') }), foreign);
  const { alreadyRemoved } = await remove(removal, 'data-link/wt', { projectPath: at('main/dir') });
  assert.deepEqual([alreadyRemoved, existsSync(at('wt'))], [false, false]);
});

test('what lies in the trash is not removed from there', async (t) => {
  const removal = openRemoval(t);
  removal.seed();
  const { trashItemId } = await remove(removal);
  const inTrash = refused('InvalidParams', /lies in the trash/, 'NOT_A_WORKTREE');
  await assert.rejects(remove(removal, `data/trash/${trashItemId}/wt`), inTrash);
});

test('one whose directory is gone is taken off the list, unless it is locked', async (t) => {
  const removal = openRemoval(t);
  const { at, git } = removal;
  removal.seed();
  const listed = () => git('main', 'worktree', 'list').split('\n').length;
  git('main', 'worktree', 'lock', '--reason', 'on a stick', '../wt');
  rmSync(at('wt'), { recursive: true });
  const projectPath = at('main');
  const locked = refused('Conflict', /"on a stick".*git worktree unlock/, 'WORKTREE_LOCKED');
  await assert.rejects(remove(removal, 'wt', { projectPath }), locked);
  git('main', 'worktree', 'unlock', '../wt');
  // Nobody says whose it was.
  assert.equal((await remove(removal)).alreadyRemoved, true);
  assert.equal(listed(), 2);
  const { message: _, ...removed } = await remove(removal, 'wt', { projectPath });
  assert.deepEqual(removed, ALREADY);
  assert.equal(listed(), 1);

  git('main', 'worktree', 'add', '-q', '-b', 'inner', 'inner/wt');
  rmSync(at('main/inner'), { recursive: true });
  assert.equal((await remove(removal, 'main/inner/wt')).alreadyRemoved, true);
  assert.equal(listed(), 1);
  assert.equal((await remove(removal, 'wt', { projectPath: at('nowhere') })).alreadyRemoved, true);
});

test('two who remove the same worktree at once get it removed once', async (t) => {
  const removal = openRemoval(t);
  removal.seed();
  const both = await Promise.all([remove(removal), remove(removal)]);
  assert.deepEqual(both.map(({ alreadyRemoved }) => alreadyRemoved).sort(), [false, true]);
  assert.equal((await removal.call('trash/list', {})).items.length, 1);
});

test('a session that closes does not stand in its own way, others do', async (t) => {
  const removal = openRemoval(t);
  const { at, deps, world, call } = removal;
  removal.seed();
  world.sessions = [{ id: 'mine' }, { id: 'other' }];
  world.processes = [
    { pid: 10, parent: 1, command: 'sh', directory: at('wt') },
    { pid: 11, parent: 10, command: 'vim', directory: at('wt/dir') },
  ];
  const { confirmation } = await call('worktree/inspect', { worktreePath: at('wt') });
  const removing = { worktreePath: at('wt'), force: false };
  const close = (more: object = {}) =>
    removeWorktree(deps, 'ann', { ...removing, ...more }, { sessions: ['mine'], pids: [10] });
  await assert.rejects(close(), refused('Conflict', /in use by 1 session\./, 'IN_USE'));
  world.sessions.pop();
  assert.equal((await close({ force: true, confirmation })).alreadyRemoved, false);
});
