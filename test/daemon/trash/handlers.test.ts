/** The trash methods over real git: what goes in comes back as it was, or is gone for good. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { test } from 'node:test';
import type { TrashItem } from '#protocol';
import { refused } from '../../support/refused.js';
import { openRemoval, type Removal } from '../../support/removal.js';

const sessionId = '3f2a7c1e-0000-4000-8000-000000000001';
const DAY_MS = 24 * 60 * 60 * 1000;

function add({ trash, at }: Removal): Promise<TrashItem> {
  return trash.addWorktree('ann', { path: at('wt'), repoPath: at('main') });
}

test('a worktree goes to the trash and comes back as it was, with everything in it', async (t) => {
  const removal = openRemoval(t);
  const { at, git, write, call } = removal;
  removal.seed();
  write('wt/a.txt', 'staged\n');
  git('wt', 'add', 'a.txt');
  write('wt/a.txt', 'staged and changed\n');
  write('wt/new/file', 'untracked\n', 0o600);
  write('wt/build/out.o', 'ignored\n');
  symlinkSync('/nowhere', at('wt/link'));
  rmSync(at('wt/run.sh'));
  const before = { files: removal.files('wt'), git: removal.seen('wt') };

  const item = await add(removal);
  assert.deepEqual(await call('trash/list', {}), { items: [item] });
  assert.deepEqual(item, {
    id: item.id,
    userId: 'ann',
    kind: 'worktree',
    name: at('wt'),
    sessionId: null,
    worktree: {
      path: at('wt'),
      repoPath: at('main'),
      branch: 'feat',
      commit: git('main', 'rev-parse', 'feat'),
      keptAt: at('data/trash', item.id, 'wt'),
    },
    trashedAt: item.trashedAt,
    expiresAt: item.trashedAt + 30 * DAY_MS,
  });
  assert.equal(existsSync(at('wt')), false);
  assert.equal(statSync(at('data/trash')).mode & 0o777, 0o700);
  assert.deepEqual(
    ['wt', `data/trash/${item.id}/wt`, 'data/trashed'].map((path) => removal.trash.isTrashed(at(path))),
    [false, true, false],
  );
  assert.deepEqual(removal.files(`data/trash/${item.id}/wt`), before.files);
  git('main', 'gc', '-q', '--prune=now');

  assert.deepEqual(await call('trash/restore', { id: item.id }), { item, warnings: [] });
  assert.deepEqual({ files: removal.files('wt'), git: removal.seen('wt') }, before);
  assert.deepEqual(await call('trash/list', {}), { items: [] });
  assert.equal(existsSync(at('data/trash', item.id)), false);
  assert.deepEqual(removal.events(), ['trash/added', 'worktree/removed', 'trash/restored']);
});

test('an item is there for its user only', async (t) => {
  const removal = openRemoval(t);
  const { call } = removal;
  removal.seed();
  const { id } = await add(removal);
  assert.deepEqual(await call('trash/list', {}, 'bob'), { items: [] });
  const gone = refused('NotFound', new RegExp(`No item ${id} in the trash`), 'TRASH_ITEM_NOT_FOUND');
  await assert.rejects(call('trash/restore', { id }, 'bob'), gone);
  await assert.rejects(call('trash/delete', { id }, 'bob'), gone);
  assert.deepEqual(await call('trash/empty', {}, 'bob'), { deleted: 0, failed: [] });
  assert.equal((await call('trash/list', {})).items.length, 1);
});

test('a deleted item is gone with all git knew of it; its branch stays', async (t) => {
  const removal = openRemoval(t);
  const { at, git, call } = removal;
  removal.seed();
  removal.write('wt/cache/pkg/file', 'write-protected\n');
  mkdirSync(at('wt/cache/empty'), { mode: 0o500 });
  symlinkSync(at('main'), at('wt/leads-away'));
  const { id } = await add(removal);
  assert.deepEqual(await call('trash/delete', { id }), { success: true });
  assert.equal(existsSync(at('data/trash', id)), false);
  assert.ok(existsSync(at('main/a.txt')));
  assert.deepEqual(git('main', 'worktree', 'list', '--porcelain').match(/^worktree .*/gm), [`worktree ${at('main')}`]);
  assert.deepEqual([git('main', 'branch', '--list', 'feat'), git('main', 'for-each-ref', 'refs/rdv')], ['  feat', '']);
  assert.deepEqual(removal.events(), ['trash/added', 'worktree/removed', 'trash/deleted']);
  await assert.rejects(call('trash/restore', { id }), refused('NotFound', /No item/));
});

test('a session goes with its worktree or without one, once, and is told what becomes of it', async (t) => {
  const removal = openRemoval(t);
  const { at, call, trash, told } = removal;
  removal.seed();
  const owner = { sessionId, name: 'build' };
  const withTree = await trash.addSession('ann', owner, { path: at('wt'), repoPath: at('main') });
  assert.deepEqual([withTree.kind, withTree.name, withTree.sessionId], ['session', 'build', sessionId]);
  assert.deepEqual(await trash.addSession('ann', owner, { path: at('wt'), repoPath: at('main') }), withTree);
  const other = { sessionId: sessionId.replace(/1$/, '2'), name: 'plain' };
  const without = await trash.addSession('ann', other, null);
  assert.deepEqual((await call('trash/list', {})).items, [without, withTree]);
  await call('trash/restore', { id: withTree.id });
  assert.ok(existsSync(at('wt/a.txt')));
  await call('trash/delete', { id: without.id });
  assert.deepEqual(told, [`restored ${sessionId}`, `deleted ${other.sessionId}`]);
});

test('an item whose path is taken stays in the trash, and says what to do', async (t) => {
  const removal = openRemoval(t);
  const { at, git, call } = removal;
  removal.seed();
  const { id } = await add(removal);
  const restore = () => call('trash/restore', { id });
  for (const put of [() => mkdirSync(at('wt')), () => symlinkSync('/nowhere', at('wt'))]) {
    put();
    await assert.rejects(
      restore(),
      refused('Conflict', /something at .*\/wt.*Move or remove that first/, 'PATH_EXISTS'),
    );
    rmSync(at('wt'), { recursive: true });
  }
  // Made there again, and deleted by hand: git still thinks of it.
  git('main', 'worktree', 'add', '-q', '../wt', 'feat');
  await assert.rejects(restore(), refused('Conflict', /something at/, 'PATH_EXISTS'));
  rmSync(at('wt'), { recursive: true });
  await assert.rejects(restore(), refused('Conflict', /Run worktree\/prune for .*main/, 'PATH_REGISTERED'));
  await call('worktree/prune', { repoPath: at('main') });
  assert.deepEqual((await restore()).warnings, []);
  assert.equal(git('wt', 'branch', '--show-current'), 'feat');
});

test('directories above that are gone are made again', async (t) => {
  const removal = openRemoval(t);
  const { at, git, call } = removal;
  removal.seed();
  git('main', 'worktree', 'add', '-q', '-b', 'deep', '../some/where/deep');
  const { id } = await removal.trash.addWorktree('ann', { path: at('some/where/deep'), repoPath: at('main') });
  rmSync(at('some'), { recursive: true });
  await call('trash/restore', { id });
  assert.equal(git('some/where/deep', 'status', '--porcelain'), '');
});

const branches: [string, (removal: Removal) => void, RegExp][] = [
  [
    'moved on',
    ({ git }) => git('main', 'branch', '-f', 'feat', 'trunk~1'),
    /"feat" moved on to \w{12}; HEAD is detached/,
  ],
  ['is gone', ({ git }) => git('main', 'branch', '-D', 'feat'), /"feat" is gone; HEAD is detached/],
  [
    'is checked out elsewhere',
    ({ git }) => git('main', 'worktree', 'add', '-q', '../other', 'feat'),
    /"feat" is checked out at ".*\/other"; HEAD is detached/,
  ],
  [
    'stayed, but HEAD was moved in the trash',
    ({ git, at }) => {
      const [kept] = git('main', 'worktree', 'list').match(/\S+\/data\/trash\/\S+/)!;
      git(kept!.slice(at().length + 1), 'checkout', '-q', '--detach', 'HEAD~1');
    },
    /Somebody moved HEAD/,
  ],
];

for (const [what, act, warning] of branches) {
  test(`a worktree whose branch ${what} comes back without it, which is told`, async (t) => {
    const removal = openRemoval(t);
    removal.seed();
    removal.write('wt/dir/b.txt', 'changed\n');
    const { id } = await add(removal);
    act(removal);
    const { warnings } = await removal.call('trash/restore', { id });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, warning);
    assert.equal(removal.git('wt', 'branch', '--show-current'), '');
    assert.match(removal.git('wt', 'status', '--porcelain'), /b\.txt/);
  });
}

test('a rebase leaves its branch free while it is in the trash, and goes on afterwards', async (t) => {
  const removal = openRemoval(t);
  const { git, write, call } = removal;
  removal.seed();
  write('main/a.txt', 'other\n');
  git('main', 'commit', '-qam', 'other');
  write('wt/a.txt', 'mine\n');
  git('wt', 'commit', '-qam', 'mine');
  assert.throws(() => git('wt', 'rebase', 'trunk'));
  const { id } = await add(removal);
  git('main', 'worktree', 'add', '-q', '../other', 'feat');
  const first = await call('trash/restore', { id });
  assert.match(first.warnings.join(), /ends by moving the branch "feat", which is checked out at ".*\/other"/);
  assert.match(git('wt', 'status'), /rebas/);
  git('main', 'worktree', 'remove', '../other');
  write('wt/a.txt', 'both\n');
  git('wt', 'add', 'a.txt');
  git('wt', '-c', 'core.editor=true', 'rebase', '--continue');
  assert.equal(git('wt', 'log', '--format=%s', 'feat', '-2'), 'mine\nother');
});

test('what only a merge in progress names survives a clean-up of the repository', async (t) => {
  const removal = openRemoval(t);
  const { git, write, call } = removal;
  removal.seed();
  git('wt', 'checkout', '-q', '--detach');
  write('wt/a.txt', 'theirs\n');
  git('wt', 'commit', '-qam', 'theirs');
  const theirs = git('wt', 'rev-parse', 'HEAD');
  git('wt', 'checkout', '-q', 'feat');
  write('wt/a.txt', 'ours\n');
  git('wt', 'commit', '-qam', 'ours');
  assert.throws(() => git('wt', 'merge', theirs));
  const { id } = await add(removal);
  git('main', 'reflog', 'expire', '--expire-unreachable=now', '--all');
  git('main', 'gc', '-q', '--prune=now');
  await call('trash/restore', { id });
  assert.equal(git('wt', 'log', '-1', '--format=%s', 'MERGE_HEAD'), 'theirs');
  assert.equal(git('main', 'for-each-ref', 'refs/rdv'), '');
});

test('a repository that is gone, or forgot the worktree, keeps nobody from restoring or deleting it', async (t) => {
  const removal = openRemoval(t);
  const { at, git, call } = removal;
  removal.seed();
  const first = await add(removal);
  const kept = first.worktree!.keptAt;
  git('main', 'worktree', 'remove', '-f', '-f', kept);
  mkdirSync(kept, { recursive: true });
  removal.write(`data/trash/${first.id}/wt/precious`, 'files\n');
  // Another worktree gets the name in the repository.
  git('main', 'worktree', 'add', '-q', '../elsewhere/wt', 'feat');
  assert.match((await call('trash/restore', { id: first.id })).warnings.join(), /main" is gone, or forgot it/);
  assert.ok(existsSync(at('wt/precious')));
  assert.equal(git('elsewhere/wt', 'branch', '--show-current'), 'feat');

  const second = await removal.trash.addWorktree('ann', { path: at('elsewhere/wt'), repoPath: at('main') });
  renameSync(at('main'), at('moved'));
  await call('trash/delete', { id: second.id });
  assert.equal(existsSync(second.worktree!.keptAt), false);
});

test('what is kept for long enough is deleted, and only that', async (t) => {
  const removal = openRemoval(t);
  const { call, trash, world } = removal;
  removal.seed();
  const old = await add(removal);
  world.days = 60;
  const young = await trash.addSession('ann', { sessionId, name: 'young' }, null);
  assert.deepEqual(await trash.deleteExpired(old.expiresAt - 1), { deleted: 0, failed: [] });
  assert.deepEqual(await trash.deleteExpired(old.expiresAt), { deleted: 1, failed: [] });
  assert.deepEqual((await call('trash/list', {})).items, [young]);
});

test('emptying the trash deletes everything, and says what it could not', async (t) => {
  const removal = openRemoval(t);
  const { call, trash, git } = removal;
  removal.seed();
  const item = await add(removal);
  await trash.addSession('ann', { sessionId, name: 'plain' }, null);
  const failing = removal.start({
    ...removal.realGit,
    run: (directory, args, options) =>
      args[1] === 'remove' ? Promise.reject(new Error('unforeseen')) : removal.realGit.run(directory, args, options),
  });
  assert.deepEqual(await failing.call('trash/empty', {}), {
    deleted: 1,
    failed: [{ id: item.id, reason: 'A bug; see the log of the daemon.' }],
  });
  assert.match(String(removal.logged.at(-1)?.stack), /unforeseen/);
  await assert.rejects(call('trash/restore', { id: item.id }), refused('Conflict', /half deleted/, 'BEING_DELETED'));
  assert.deepEqual(await trash.deleteExpired(0), { deleted: 1, failed: [] });
  assert.match(git('main', 'worktree', 'list'), /^\S+main/);
});

test('files that somebody took out of the trash by hand are not restored, but said to be gone', async (t) => {
  const removal = openRemoval(t);
  removal.seed();
  const { id, worktree } = await add(removal);
  rmSync(worktree!.keptAt, { recursive: true });
  const gone = refused('Conflict', /no longer at .*Delete the item with trash\/delete/, 'KEPT_FILES_GONE');
  await assert.rejects(removal.call('trash/restore', { id }), gone);
  assert.deepEqual(await removal.call('trash/delete', { id }), { success: true });
});
