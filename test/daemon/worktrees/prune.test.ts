/** worktree/prune over real git: what only a worktree had is kept when git forgets it. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { deleteExpiredRecoveries } from '../../../daemon/worktrees/recoveries.js';
import { refused } from '../../support/refused.js';
import { openRemoval, type Removal } from '../../support/removal.js';

const DAY_MS = 24 * 60 * 60 * 1000;

const prune = ({ call, at }: Removal, more: object = {}) => call('worktree/prune', { repoPath: at('main'), ...more });
const lose = ({ at }: Removal, path = 'wt') => rmSync(at(path), { recursive: true });
const listed = ({ git }: Removal) => git('main', 'worktree', 'list', '--porcelain').match(/^worktree .*/gm)!.length;
const refs = ({ git }: Removal) => git('main', 'for-each-ref', '--format=%(refname)', 'refs/rdv');
const collect = ({ git }: Removal) => {
  git('main', 'reflog', 'expire', '--expire-unreachable=now', '--all');
  git('main', 'gc', '-q', '--prune=now');
};

test('worktrees whose directory is gone go off the list; others, locked ones and the trash stay', async (t) => {
  const removal = openRemoval(t);
  const { at, git, call } = removal;
  removal.seed();
  for (const name of ['gone', 'locked', 'trashed']) git('main', 'worktree', 'add', '-q', '-b', name, `../${name}`);
  git('main', 'worktree', 'lock', '../locked');
  const { trashItemId } = await call('worktree/remove', { worktreePath: at('trashed') });
  // Even one somebody unlocked and deleted by hand: the trash still looks after it.
  git('main', 'worktree', 'unlock', at('data/trash', trashItemId!, 'trashed'));
  lose(removal, `data/trash/${trashItemId}/trashed`);
  lose(removal, 'gone');
  lose(removal, 'locked');
  const expected = { pruned: [{ path: at('gone'), branch: 'gone', recoveryRef: null }], skipped: [] };
  assert.deepEqual(await prune(removal, { dryRun: true }), expected);
  assert.equal(listed(removal), 5);
  assert.deepEqual(await prune(removal), expected);
  assert.equal(listed(removal), 4);
  assert.deepEqual(await prune(removal), { pruned: [], skipped: [] });
  assert.equal(git('main', 'branch', '--list', 'gone'), '  gone');
  await assert.rejects(call('worktree/prune', { repoPath: at('nowhere') }), refused('InvalidParams', /no directory/));
});

test('a detached HEAD, staged files, conflicts and what HEAD was before are kept by one ref', async (t) => {
  const removal = openRemoval(t);
  const { at, git, write } = removal;
  removal.seed();
  write('main/a.txt', 'theirs\n');
  git('main', 'commit', '-qam', 'theirs');
  git('wt', 'checkout', '-q', '--detach');
  git('wt', 'commit', '-q', '--allow-empty', '-m', 'thrown away');
  git('wt', 'reset', '-q', '--hard', 'HEAD~1');
  write('wt/a.txt', 'ours\n');
  git('wt', 'commit', '-qam', 'ours');
  assert.throws(() => git('wt', 'merge', 'trunk'));
  write('wt/stäged "file"', 'staged\n');
  git('wt', 'add', 'stäged "file"');
  const before = git('wt', 'ls-files', '-s');
  lose(removal);
  const { pruned } = await prune(removal, { dryRun: true });
  assert.match(pruned[0]!.recoveryRef!, /^refs\/rdv\/recovery\/wt-\d+$/);
  assert.equal(refs(removal), '');

  const recoveryRef = (await prune(removal)).pruned[0]!.recoveryRef!;
  collect(removal);
  assert.equal(refs(removal), recoveryRef);
  const log = git('main', 'log', '--format=%s', recoveryRef);
  for (const subject of ['ours', 'thrown away']) assert.match(log, new RegExp(`^${subject}$`, 'm'));
  assert.equal(
    git('main', 'log', '-1', '--format=%s %an', recoveryRef),
    `What only the worktree ${at('wt')} had, which was gone rdv`,
  );
  assert.equal(git('main', 'show', `${recoveryRef}:stäged "file"`), 'staged');
  assert.equal(git('main', 'show', `${recoveryRef}:.rdv-recovery/stage-2/a.txt`), 'ours');
  assert.equal(git('main', 'show', `${recoveryRef}:.rdv-recovery/stage-3/a.txt`), 'theirs');
  for (const [, object] of before.matchAll(/^\d+ (\w+)/gm)) git('main', 'cat-file', '-e', object!);
});

test('each thing that would be lost is reason enough for a ref, and nothing else is', async (t) => {
  const cases: [what: string, make: (removal: Removal) => void, kept: boolean][] = [
    ['nothing', () => {}, false],
    ['a change that was never staged', ({ write }) => write('wt/a.txt', 'changed\n'), false],
    ['a detached HEAD on a branch', ({ git }) => git('wt', 'checkout', '-q', '--detach'), false],
    ['a removal that is staged', ({ git }) => git('wt', 'rm', '-q', 'a.txt'), true],
    [
      'a commit that was taken back',
      ({ git }) => {
        git('wt', 'commit', '-q', '--allow-empty', '-m', 'oops');
        git('wt', 'reset', '-q', 'HEAD~1');
      },
      true,
    ],
    [
      'a commit that was taken back before a branch without anything',
      ({ git }) => {
        git('wt', 'commit', '-q', '--allow-empty', '-m', 'oops');
        git('wt', 'reset', '-q', 'HEAD~1');
        // Twice, so that only the log of HEAD still names it.
        git('wt', 'reset', '-q', 'HEAD');
        git('wt', 'checkout', '-q', '--orphan', 'fresh');
        git('wt', 'rm', '-rqf', '.');
      },
      true,
    ],
    [
      'a first commit that was never made',
      ({ git }) => {
        git('wt', 'checkout', '-q', '--orphan', 'fresh');
      },
      true,
    ],
    [
      'a branch without anything',
      ({ git }) => {
        git('wt', 'checkout', '-q', '--orphan', 'fresh');
        git('wt', 'rm', '-rqf', '.');
      },
      false,
    ],
  ];
  for (const [what, make, kept] of cases) {
    const removal = openRemoval(t);
    removal.seed();
    make(removal);
    lose(removal);
    const { pruned, skipped } = await prune(removal);
    assert.deepEqual([pruned.length, skipped], [1, []], what);
    assert.equal(pruned[0]!.recoveryRef !== null, kept, what);
    assert.deepEqual([refs(removal) !== '', listed(removal)], [kept, 1], what);
  }
});

test('recovery refs go after thirty days, or with their repository', async (t) => {
  const removal = openRemoval(t);
  const { at, git, deps } = removal;
  removal.seed();
  git('wt', 'rm', '-q', 'a.txt');
  lose(removal);
  await prune(removal);
  const [{ expires_at: end }] = removal.db.prepare('SELECT expires_at FROM recovery_ref').all() as [
    { expires_at: number },
  ];
  assert.ok(end > 30 * DAY_MS && end < 30 * DAY_MS + 5000);
  assert.deepEqual(await deleteExpiredRecoveries(deps, end - 1), { deleted: 0, failed: [] });
  assert.notEqual(refs(removal), '');
  deps.recoveries.add({ repoPath: at('gone'), ref: 'refs/rdv/recovery/x', expiresAt: 5 });
  keepRefBusy(removal);
  const { deleted, failed } = await deleteExpiredRecoveries(deps, end);
  assert.deepEqual([deleted, failed.map(({ what }) => what)], [1, [`${refs(removal)} in ${at('main')}`]]);
  rmSync(at('main/.git/refs/rdv/recovery', `${refs(removal).split('/').at(-1)}.lock`));
  assert.deepEqual(await deleteExpiredRecoveries(deps, end), { deleted: 1, failed: [] });
  assert.equal(refs(removal), '');
});

/** git cannot delete a ref that somebody else is at. */
function keepRefBusy(removal: Removal): void {
  removal.write(`main/.git/${refs(removal)}.lock`, '');
}

test('a submodule whose commits are nowhere else keeps its worktree on the list', async (t) => {
  const removal = openRemoval(t);
  const { at, git } = removal;
  removal.seed();
  mkdirSync(at('lib'));
  git('lib', 'init', '-q');
  git('lib', 'commit', '-q', '--allow-empty', '-m', 'lib');
  git('wt', 'submodule', '--quiet', 'add', at('lib'), 'deep/sub');
  git('wt', 'commit', '-qm', 'a submodule');
  git('wt/deep/sub', 'commit', '-q', '--allow-empty', '-m', 'only here');
  lose(removal);
  const { pruned, skipped } = await prune(removal);
  assert.deepEqual([pruned, skipped.map(({ path }) => path)], [[], [at('wt')]]);
  assert.match(skipped[0]!.reason, /modules\/deep\/sub", has unpushed commits \(1\)/);
  git(
    'main',
    '--git-dir=.git/worktrees/wt/modules/deep/sub',
    '--work-tree=.',
    'update-ref',
    'refs/remotes/origin/x',
    'HEAD',
  );
  assert.equal((await prune(removal)).pruned.length, 1);
  assert.equal(listed(removal), 1);
});

test('what is no worktree any more but still holds files is left alone', async (t) => {
  const removal = openRemoval(t);
  removal.seed();
  rmSync(removal.at('wt/.git'));
  const { pruned, skipped } = await prune(removal);
  assert.deepEqual(pruned, []);
  assert.match(skipped[0]!.reason, /still is something at ".*wt"/);
  assert.ok(existsSync(removal.at('wt/a.txt')));
  assert.equal(listed(removal), 2);
});
