/** Making worktrees: what is planned from what there is, and what comes of it. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Wanted } from '../../../daemon/worktrees/create.js';
import { refused } from '../../support/refused.js';
import { cloneOf, yardFor } from '../../support/worktrees.js';

test('a branch that is nowhere is made from the default branch, beside the repository', async (t) => {
  const yard = yardFor(t);
  const { repo, here, at } = yard;
  const commit = repo.git('rev-parse', 'HEAD');
  mkdirSync(here('repo/deep'));
  const { plan, ...made } = await yard.create({ path: here('repo/deep'), branch: 'feature/Log-In' });
  const path = here('repo-feature-log-in');
  assert.deepEqual(made, {
    ...{ path, branch: 'feature/Log-In', createdBranch: true, reused: false, base: 'main' },
    ...{ copied: [], warnings: [] },
  });
  const { mark, ...planned } = plan;
  assert.deepEqual(planned, {
    ...{ repoPath: repo.path, path, above: yard.folder, branch: 'feature/Log-In', createsBranch: true, tracks: null },
    ...{ base: 'main', baseCommit: commit, reused: false, detach: false, warnings: [] },
  });
  assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
  const worktree = at(path);
  assert.equal(worktree.git('symbolic-ref', 'HEAD'), 'refs/heads/feature/Log-In');
  assert.equal(worktree.git('status', '--porcelain'), '');
  assert.equal(readFileSync(join(path, 'dir/b.txt'), 'utf8'), 'two\n');
  assert.equal(statSync(join(path, 'a.txt')).mode & 0o777, 0o644);
});

test('a plan makes nothing', async (t) => {
  const { worktrees, repo, traces } = yardFor(t);
  const before = traces();
  await worktrees.plan({ path: repo.path, branch: 'x', worktreePath: join(repo.path, '../deep/x') });
  assert.deepEqual(traces(), before);
});

test('asked again, the same worktree is given again', async (t) => {
  const yard = yardFor(t);
  const first = await yard.create({ branch: 'x', createNewBranch: true });
  writeFileSync(join(first.path, 'a.txt'), 'changed\n');
  for (const createNewBranch of [true, false, undefined]) {
    const again = await yard.create({ branch: 'x', createNewBranch });
    assert.deepEqual([again.path, again.reused, again.createdBranch], [first.path, true, false]);
  }
  symlinkSync('repo-x', yard.here('link'));
  assert.equal((await yard.create({ branch: 'x', worktreePath: yard.here('link') })).path, first.path);
  assert.equal((await yard.create({ path: first.path, branch: 'x' })).reused, true);
  assert.equal(readFileSync(join(first.path, 'a.txt'), 'utf8'), 'changed\n');
});

test('a branch that exists is checked out where it is', async (t) => {
  const yard = yardFor(t);
  yard.repo.git('branch', 'there');
  yard.repo.git('tag', 'there');
  const commit = yard.repo.git('rev-parse', 'refs/heads/there');
  yard.repo.commit({ 'a.txt': 'later\n' });
  yard.repo.git('tag', '--force', 'there');
  const made = await yard.create({ branch: 'there' });
  assert.deepEqual([made.branch, made.createdBranch, made.base], ['there', false, null]);
  assert.equal(yard.at(made.path).git('rev-parse', 'HEAD'), commit);
  assert.equal(yard.at(made.path).git('symbolic-ref', 'HEAD'), 'refs/heads/there');
});

test('a branch that only the remote has is made here and follows it', async (t) => {
  const yard = yardFor(t);
  yard.repo.git('branch', 'theirs');
  const clone = cloneOf(yard);
  const made = await yard.create({ path: clone.path, branch: 'theirs' });
  assert.deepEqual(
    [made.createdBranch, made.base, made.plan.tracks],
    [true, 'origin/theirs', 'refs/remotes/origin/theirs'],
  );
  assert.equal(yard.at(made.path).git('rev-parse', '--abbrev-ref', '@{upstream}'), 'origin/theirs');
});

test('a new branch starts from what the remote has, and follows nothing', async (t) => {
  const yard = yardFor(t);
  const clone = cloneOf(yard);
  const theirs = yard.repo.commit({ 'a.txt': 'theirs\n' });
  clone.commit({ 'a.txt': 'mine\n' });
  const made = await yard.create({ path: clone.path, branch: 'x', baseBranch: 'main', fetch: true });
  assert.deepEqual([made.base, made.plan.baseCommit, made.warnings], ['origin/main', theirs, []]);
  assert.throws(() => yard.at(made.path).git('rev-parse', '--abbrev-ref', '@{upstream}'));
  assert.equal(existsSync(join(clone.path, '.git/FETCH_HEAD')), false);
});

test('without a remote a new branch starts from the branch here, from a tag, a commit, and at last from HEAD', async (t) => {
  const yard = yardFor(t);
  const first = yard.repo.git('rev-parse', 'HEAD');
  yard.repo.git('tag', 'v1');
  yard.repo.git('checkout', '--quiet', '-b', 'work');
  const work = yard.repo.commit({ 'a.txt': 'work\n' });
  const starts = async (wanted: Partial<Wanted>) => {
    const { plan } = await yard.create({ branch: `n${Math.random()}`, ...wanted });
    return [plan.base, plan.baseCommit];
  };
  assert.deepEqual(await starts({}), ['main', first]);
  assert.deepEqual(await starts({ baseBranch: 'work' }), ['work', work]);
  assert.deepEqual(await starts({ baseBranch: 'v1' }), ['v1', first]);
  assert.deepEqual(await starts({ baseBranch: work.slice(0, 12) }), [work.slice(0, 12), work]);
  yard.repo.git('branch', '-D', 'main');
  yard.repo.git('checkout', '--quiet', '--detach', 'v1');
  assert.deepEqual(await starts({}), ['HEAD', first]);
});

test('a commit is checked out without a branch', async (t) => {
  const yard = yardFor(t);
  const commit = yard.repo.git('rev-parse', 'HEAD');
  yard.repo.git('tag', 'v1');
  const made = await yard.create({ branch: 'v1', detach: true });
  const { path, branch, createdBranch, base } = made;
  assert.deepEqual([path, branch, createdBranch, base], [yard.here('repo-v1'), null, false, null]);
  assert.equal(yard.at(path).git('rev-parse', '--abbrev-ref', 'HEAD'), 'HEAD');
  assert.equal((await yard.create({ branch: 'v1', detach: true })).reused, true);
  assert.equal((await yard.create({ branch: commit, detach: true })).path, yard.here(`repo-${commit.slice(0, 12)}`));
  assert.equal((await yard.create({ branch: 'main', detach: true })).path, yard.here('repo-main'));
  yard.repo.commit({ 'a.txt': 'more\n' });
  yard.repo.git('tag', '--force', 'v1');
  await assert.rejects(
    yard.create({ branch: 'v1', detach: true }),
    refused('Conflict', /is a worktree of a commit/, 'PATH_EXISTS'),
  );
});

test('worktrees of a bare repository stand beside it, and beside one that hides in a folder', async (t) => {
  const yard = yardFor(t);
  yard.at(yard.folder).git('clone', '--quiet', '--bare', 'repo', 'app.git');
  const beside = await yard.create({ path: yard.here('app.git'), branch: 'x' });
  assert.deepEqual([beside.path, beside.plan.repoPath], [yard.here('app-x'), yard.here('app.git')]);
  mkdirSync(yard.here('project'));
  yard.at(yard.folder).git('clone', '--quiet', '--bare', 'repo', 'project/.bare');
  assert.equal(
    (await yard.create({ path: yard.here('project/.bare'), branch: 'x' })).path,
    yard.here('project/project-x'),
  );
  const again = await yard.create({ path: beside.path, branch: 'y' });
  assert.equal(again.path, yard.here('app-y'));
});

const names = [
  ' x',
  'x y',
  '-x',
  'a..b',
  'x.lock',
  '@{-1}',
  '@',
  'HEAD',
  'a//b',
  '/a',
  'a/',
  'a~1',
  'a:b',
  'a\nb',
  '$(x) ',
  'a\x1bb',
  '..',
  'a/../b',
];
test('a branch cannot be called what git forbids', async (t) => {
  const { worktrees, repo, traces } = yardFor(t);
  repo.git('checkout', '--quiet', '-b', 'other');
  repo.git('checkout', '--quiet', 'main');
  const before = traces();
  for (const branch of names) {
    const no = refused('InvalidParams', /^".*" cannot be a branch: git forbids spaces/, 'INVALID_BRANCH');
    await assert.rejects(worktrees.plan({ path: repo.path, branch }), no);
  }
  assert.deepEqual(traces(), before);
});

test('a branch may be called anything git allows, and nothing is run by that', async (t) => {
  const yard = yardFor(t);
  for (const [i, name] of [
    'q\'uo"te',
    '$(touch$IFS.x)',
    'a;b|c&d',
    'ünïcode/日本',
    '`x`',
    'refs/heads/x',
    'a-',
  ].entries()) {
    const made = await yard.create({ branch: name, worktreePath: yard.here(`made/${i}`) });
    assert.equal(yard.at(made.path).git('symbolic-ref', 'HEAD'), `refs/heads/${name}`);
  }
  await assert.rejects(yard.create({ branch: '日本' }), refused('InvalidParams', /a-z or a digit/, 'INVALID_NAME'));
});

test('a worktree may be at any path', async (t) => {
  const yard = yardFor(t);
  for (const [i, name] of [
    '-x',
    'a b',
    'q\'"',
    '$(touch x);`y`',
    'new\nline',
    'é日',
    '..x',
    '#{x}',
    '\\',
    'a/b/c',
  ].entries()) {
    const path = yard.here(`made/${name}`);
    const made = await yard.create({ branch: `b${i}`, worktreePath: path });
    assert.equal(made.path, path);
    assert.equal(readFileSync(join(path, 'a.txt'), 'utf8'), 'one\n');
    assert.equal((await yard.create({ branch: `b${i}`, worktreePath: `${path}/` })).reused, true);
    assert.deepEqual(await yard.worktrees.unmake(made.plan), { kept: null });
    assert.equal(existsSync(yard.here('made')), false);
  }
});

test('a remote that does not answer is a warning', async (t) => {
  const yard = yardFor(t);
  yard.repo.git('remote', 'add', 'origin', yard.here('nowhere'));
  const made = await yard.create({ branch: 'x', fetch: true });
  assert.equal(made.warnings.length, 1);
  assert.match(made.warnings[0], /^What is new at "origin" is not known: git fetch failed \(128\) in .*: fatal: /);
  yard.repo.git('config', 'remote.origin.uploadpack', 'evil');
  assert.match(
    (await yard.create({ branch: 'y', fetch: true })).warnings[0],
    /would run a program: "remote\.origin\.upl/,
  );
});

test('a path that came into being after the plan is not touched', async (t) => {
  const yard = yardFor(t);
  const plan = await yard.worktrees.plan({ path: yard.repo.path, branch: 'x' });
  mkdirSync(plan.path);
  writeFileSync(join(plan.path, 'mine'), 'mine');
  const before = yard.traces();
  await assert.rejects(yard.worktrees.make(plan), refused('Conflict', /has come into being meanwhile/, 'PATH_EXISTS'));
  assert.deepEqual(await yard.worktrees.unmake(plan), { kept: plan.path });
  assert.deepEqual(yard.traces(), before);
  assert.equal(readFileSync(join(plan.path, 'mine'), 'utf8'), 'mine');
  rmSync(plan.path, { recursive: true });
  writeFileSync(plan.path, 'mine');
  assert.deepEqual(await yard.worktrees.unmake(plan), { kept: plan.path });
  assert.equal(readFileSync(plan.path, 'utf8'), 'mine');
});

test('a filter of the repository is not run, and that is said', async (t) => {
  const yard = yardFor(t);
  yard.repo.commit({ '.gitattributes': '*.txt filter=shout\n' });
  yard.repo.git('config', 'filter.shout.smudge', 'tr a-z A-Z');
  yard.repo.git('config', 'filter.shout.required', 'true');
  const made = await yard.create({ branch: 'x' });
  assert.equal(readFileSync(join(made.path, 'a.txt'), 'utf8'), 'one\n');
  assert.match(made.warnings[0], /^Files are as they are in the repository: "filter\.shout\.smudge" of its own/);
});

test('a submodule makes worktrees of its own', async (t) => {
  const yard = yardFor(t);
  const inner = yard.init('inner');
  inner.commit({ i: 'i' });
  yard.repo.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.path, 'sub');
  const made = await yard.create({ path: yard.here('repo/sub'), branch: 'x', worktreePath: yard.here('linked') });
  assert.equal(made.plan.repoPath, yard.here('repo/sub'));
  assert.equal(readFileSync(yard.here('linked/i'), 'utf8'), 'i');
  await assert.rejects(
    yard.create({ path: yard.here('repo/sub'), branch: 'main', worktreePath: yard.here('more') }),
    refused('Conflict', /checked out at ".*\/repo\/sub"/, 'BRANCH_IN_USE'),
  );
});

test('a repository that was moved with its worktrees is still one', async (t) => {
  const yard = yardFor(t);
  renameSync(yard.repo.path, yard.here('moved'));
  assert.equal((await yard.create({ path: yard.here('moved'), branch: 'x' })).path, yard.here('moved-x'));
});
