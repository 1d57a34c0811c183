/** worktree/inspect over real git: everything there is to lose, and a confirmation that changes with it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { WorktreeState } from '#protocol';
import { refused } from '../../support/refused.js';
import { openRemoval, type Removal } from '../../support/removal.js';

const inspect = ({ call, at }: Removal, path = 'wt'): Promise<WorktreeState> =>
  call('worktree/inspect', { worktreePath: at(path) });

function withRemote(removal: Removal): void {
  const { git, at } = removal;
  removal.seed();
  git('.', 'clone', '-q', '--bare', 'main', 'remote.git');
  git('main', 'remote', 'add', 'origin', at('remote.git'));
  git('main', 'fetch', '-q');
}

test('a clean worktree has nothing at stake, and is told whole', async (t) => {
  const removal = openRemoval(t);
  const { at, git, write } = removal;
  withRemote(removal);
  write('wt/build/x.o', 'ignored\n');
  write('main/a.txt', 'stashed\n');
  git('main', 'stash', '-q');
  const { confirmation, ...state } = await inspect(removal);
  assert.match(confirmation, /^[0-9a-f]{64}\.idle$/);
  assert.deepEqual(state, {
    ...{ path: at('wt'), repoPath: at('main'), branch: 'feat', commit: git('main', 'rev-parse', 'feat') },
    ...{ staged: 0, modified: 0, conflicted: 0, untracked: 0, ignored: 1 },
    ...{ unpushed: 0, unpushedCommits: [], stashes: 1, submodules: 0, operation: null },
    ...{ locked: false, lockReason: null, processes: [], sessionIds: [], unknown: [], stakes: [] },
  });
});

const cases: [what: string, make: (removal: Removal) => void, expected: Partial<WorktreeState>][] = [
  [
    'changes of every kind',
    ({ git, write, at }) => {
      write('wt/a.txt', 'staged\n');
      git('wt', 'add', 'a.txt');
      write('wt/a.txt', 'and changed\n');
      rmSync(at('wt/run.sh'));
      write('wt/new/1', '');
      write('wt/new/2', '');
      write('wt/other', '');
    },
    { staged: 1, modified: 2, untracked: 2, stakes: ['HAS_UNCOMMITTED_CHANGES'] },
  ],
  [
    'a changed file git was told not to look at',
    ({ git, write }) => {
      git('wt', 'update-index', '--assume-unchanged', 'a.txt');
      git('wt', 'update-index', '--skip-worktree', 'dir/b.txt');
      write('wt/dir/b.txt', 'mine\n');
    },
    { modified: 1, stakes: ['HAS_UNCOMMITTED_CHANGES'] },
  ],
  [
    'commits on no remote',
    ({ git }) => {
      for (let n = 0; n < 22; n++) git('wt', 'commit', '-q', '--allow-empty', '-m', `commit ${n}`);
    },
    { unpushed: 22, stakes: ['HAS_UNPUSHED_COMMITS'] },
  ],
  [
    'a commit on a branch and on no remote, checked out detached',
    ({ git }) => {
      git('wt', 'commit', '-q', '--allow-empty', '-m', 'mine');
      git('wt', 'checkout', '-q', '--detach');
    },
    { branch: null, unpushed: 1, stakes: ['HAS_UNPUSHED_COMMITS'] },
  ],
  [
    'a conflict',
    ({ git, write }) => {
      write('main/a.txt', 'theirs\n');
      git('main', 'commit', '-qam', 'theirs');
      git('main', 'push', '-q', 'origin', 'trunk', 'trunk:feat');
      write('wt/a.txt', 'ours\n');
      git('wt', 'commit', '-qam', 'ours');
      assert.throws(() => git('wt', 'merge', 'trunk'));
    },
    {
      conflicted: 1,
      operation: 'merge',
      stakes: ['HAS_UNCOMMITTED_CHANGES', 'HAS_UNPUSHED_COMMITS', 'OPERATION_IN_PROGRESS'],
    },
  ],
  [
    'a lock without a reason',
    ({ git }) => git('main', 'worktree', 'lock', '../wt'),
    { locked: true, lockReason: '', stakes: ['WORKTREE_LOCKED'] },
  ],
  ['git at work', ({ write }) => write('main/.git/worktrees/wt/index.lock', ''), { stakes: ['UNKNOWN'] }],
];

for (const [what, make, expected] of cases) {
  test(`${what} is at stake`, async (t) => {
    const removal = openRemoval(t);
    withRemote(removal);
    make(removal);
    const state = await inspect(removal);
    assert.deepEqual({ ...state, ...expected }, state);
    assert.deepEqual(
      state.unpushedCommits.map(({ subject }) => subject).slice(0, 2).length,
      Math.min(state.unpushed, 2),
    );
    assert.ok(state.unpushedCommits.length <= 20);
  });
}

test('without remotes commits count that are on no branch and no tag', async (t) => {
  const removal = openRemoval(t);
  const { git } = removal;
  removal.seed();
  git('wt', 'commit', '-q', '--allow-empty', '-m', 'on feat');
  assert.deepEqual((await inspect(removal)).stakes, []);
  git('wt', 'checkout', '-q', '--detach');
  git('wt', 'commit', '-q', '--allow-empty', '-m', 'nowhere');
  const { unpushed, unpushedCommits } = await inspect(removal);
  assert.deepEqual([unpushed, unpushedCommits], [1, [{ commit: git('wt', 'rev-parse', 'HEAD'), subject: 'nowhere' }]]);
  git('wt', 'tag', 'kept');
  assert.deepEqual((await inspect(removal)).stakes, []);
});

test('a branch without a commit is told as such', async (t) => {
  const removal = openRemoval(t);
  const { git } = removal;
  removal.seed();
  git('wt', 'checkout', '-q', '--orphan', 'fresh');
  const { branch, commit, staged, unpushed } = await inspect(removal);
  assert.deepEqual({ branch, commit, staged, unpushed }, { branch: 'fresh', commit: null, staged: 4, unpushed: 0 });
});

test('what is in submodules counts: changes, commits, and what cannot be looked at', async (t) => {
  const removal = openRemoval(t);
  const { git, write, at } = removal;
  withRemote(removal);
  mkdirSync(at('lib'));
  git('lib', 'init', '-q');
  git('lib', 'commit', '-q', '--allow-empty', '-m', 'lib');
  git('wt', 'submodule', '--quiet', 'add', at('lib'), 'sub');
  git('wt', 'commit', '-qm', 'a submodule');
  git('wt', 'push', '-q', 'origin', 'feat');
  const clean = await inspect(removal);
  assert.deepEqual([clean.submodules, clean.stakes], [1, []]);

  write('wt/sub/new', 'untracked\n');
  const dirty = await inspect(removal);
  assert.deepEqual([dirty.modified, dirty.stakes], [1, ['HAS_UNCOMMITTED_CHANGES']]);
  write('wt/sub/new', 'other!!!!\n');
  assert.notEqual((await inspect(removal)).confirmation, dirty.confirmation);

  git('wt/sub', 'checkout', '-q', '-b', 'aside');
  git('wt/sub', 'add', '.');
  git('wt/sub', 'commit', '-qm', 'only here');
  git('wt/sub', 'checkout', '-q', 'HEAD~1');
  const ahead = await inspect(removal);
  assert.deepEqual([ahead.modified, ahead.unpushed, ahead.stakes], [0, 1, ['HAS_UNPUSHED_COMMITS']]);

  write('wt/sub/.git', 'gitdir: nowhere\n');
  const broken = await inspect(removal);
  assert.deepEqual(broken.stakes, ['UNKNOWN']);
  assert.match(broken.unknown.join(), /git \w+ failed \(128\) in ".*wt/);
  write('wt/a.txt', 'changed all the same\n');
  assert.notEqual((await inspect(removal)).confirmation, broken.confirmation);
});

test('who is in a worktree is told: processes and sessions', async (t) => {
  const removal = openRemoval(t);
  removal.seed();
  const child = spawn('sh', ['-c', 'echo ready; read x'], { cwd: removal.at('wt/dir') });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  removal.world.processes = 'real';
  const busy = await inspect(removal);
  assert.deepEqual([busy.processes, busy.stakes], [[{ pid: child.pid, command: 'sh' }], ['IN_USE']]);
  removal.world.processes = null;
  removal.world.sessions = [{ id: 'b' }, { id: 'a' }];
  const { processes, sessionIds, stakes, unknown } = await inspect(removal);
  assert.deepEqual(
    { processes, sessionIds, stakes },
    { processes: null, sessionIds: ['a', 'b'], stakes: ['IN_USE', 'UNKNOWN'] },
  );
  assert.deepEqual(unknown, ['which processes work in it']);
});

test('a confirmation changes with every byte that is at stake, and with nothing else', async (t) => {
  const removal = openRemoval(t);
  const { at, git, write } = removal;
  withRemote(removal);
  write('wt/a.txt', 'changed\n');
  write('wt/new/file', 'untracked\n');
  let last = (await inspect(removal)).confirmation;
  const same = async (what: string, act: () => void) => {
    act();
    assert.equal((await inspect(removal)).confirmation, last, what);
  };
  const other = async (what: string, act: () => void) => {
    act();
    const { confirmation } = await inspect(removal);
    assert.notEqual(confirmation, last, what);
    last = confirmation;
  };
  await same('nothing', () => {});
  await same('an ignored file', () => write('wt/build/out', 'ignored\n'));
  await same('git status, which writes the index anew', () => git('wt', 'status'));
  await same('a stash elsewhere', () => {
    write('main/a.txt', 'x\n');
    git('main', 'stash', '-q');
  });
  await other('a changed file, as long as before', () => write('wt/a.txt', 'CHANGED\n'));
  await other('the age of an untracked file', () => utimesSync(at('wt/new/file'), 1000, 1000));
  await other('an untracked file, as long and as old as before', () => {
    writeFileSync(at('wt/new/file'), 'UNTRACKED\n');
    utimesSync(at('wt/new/file'), 1000, 1000);
  });
  await other('an untracked file more', () => write('wt/new/deep/er', ''));
  await other('a file more that is ignored, among untracked ones', () => appendFileSync(at('wt/new/x.log'), 'x'));
  await other('what is staged', () => git('wt', 'add', 'a.txt'));
  await other('a commit', () => git('wt', 'commit', '-qm', 'mine'));
  await other('a push', () => git('wt', 'push', '-q', 'origin', 'feat'));
  await other('a lock', () => git('main', 'worktree', 'lock', '../wt'));
  await other('its branch', () => git('wt', 'checkout', '-q', '--detach'));
  await other('a bisection', () => git('wt', 'bisect', 'start'));
});

test('what is no linked worktree is not inspected, and what is not there is not found', async (t) => {
  const removal = openRemoval(t);
  removal.seed();
  await assert.rejects(inspect(removal, 'main'), refused('InvalidParams', /a repository of its own/, 'NOT_A_WORKTREE'));
  await assert.rejects(inspect(removal, 'nowhere'), refused('NotFound', /no directory/));
});
