/** What becomes of a branch when the making of its worktree is undone. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cloneOf, yardFor } from '../../support/worktrees.js';

test('a branch that somebody else uses stays', async (t) => {
  const yard = yardFor(t);
  const { plan } = await yard.create({ branch: 'x' });
  rmSync(plan.path, { recursive: true });
  yard.repo.git('worktree', 'prune');
  yard.repo.git('worktree', 'add', '--quiet', yard.here('mine'), 'x');
  assert.deepEqual(await yard.worktrees.unmake(plan), { kept: null });
  assert.equal(yard.at(yard.here('mine')).git('symbolic-ref', 'HEAD'), 'refs/heads/x');
  assert.equal(yard.repo.git('rev-parse', 'x'), plan.baseCommit);
});

test('a branch that moved stays, with the worktree it is in', async (t) => {
  const yard = yardFor(t);
  const { plan } = await yard.create({ branch: 'x' });
  const commit = yard.repo.commit({ 'a.txt': 'later\n' });
  yard.repo.git('update-ref', 'refs/heads/x', commit);
  assert.deepEqual(await yard.worktrees.unmake(plan), { kept: plan.path });
  assert.equal(yard.repo.git('rev-parse', 'x'), commit);
});

test('a branch that was there before stays, and so do its settings', async (t) => {
  const yard = yardFor(t);
  yard.repo.git('branch', 'x');
  yard.repo.git('config', 'branch.x.description', 'mine');
  const before = yard.traces();
  const { plan } = await yard.create({ branch: 'x' });
  assert.deepEqual(await yard.worktrees.unmake(plan), { kept: null });
  assert.deepEqual(yard.traces(), before);
});

test('a branch that follows one of the remote goes with its settings', async (t) => {
  const yard = yardFor(t);
  yard.repo.git('branch', 'theirs');
  const clone = cloneOf(yard);
  const before = [readFileSync(join(clone.path, '.git/config'), 'utf8'), clone.git('for-each-ref')];
  const { plan } = await yard.create({ path: clone.path, branch: 'theirs' });
  assert.deepEqual(await yard.worktrees.unmake(plan), { kept: null });
  assert.deepEqual([readFileSync(join(clone.path, '.git/config'), 'utf8'), clone.git('for-each-ref')], before);
});

test('the lock that a killed git left on a branch goes, also where the branch was there before', async (t) => {
  const yard = yardFor(t);
  yard.repo.git('branch', 'old');
  const { plan } = await yard.create({ branch: 'old' });
  const lock = join(yard.repo.path, '.git/refs/heads/old.lock');
  writeFileSync(lock, '');
  assert.deepEqual(await yard.worktrees.unmake(plan), { kept: null });
  assert.equal(existsSync(lock), false);
  assert.equal(yard.repo.git('rev-parse', 'old'), plan.baseCommit);
});
