/** Worktrees that cannot be made, each refused with its cause before anything is. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { test } from 'node:test';
import type { ErrorKind } from '#protocol';
import type { Wanted } from '../../../daemon/worktrees/create.js';
import { refused } from '../../support/refused.js';
import { cloneOf, type Yard, yardFor } from '../../support/worktrees.js';

interface Refusal {
  readonly arrange?: (yard: Yard) => void | Promise<unknown>;
  readonly wanted: (yard: Yard) => Partial<Wanted>;
  readonly is: [kind: ErrorKind, code: string, words: RegExp];
}

const refusals: Record<string, Refusal> = {
  'no repository': {
    wanted: ({ folder }) => ({ path: folder }),
    is: ['InvalidParams', 'NOT_GIT_REPO', /is in no git repository/],
  },
  'a repository without a commit': {
    arrange: ({ init }) => void init('empty'),
    wanted: ({ here }) => ({ path: here('empty') }),
    is: ['InvalidParams', 'EMPTY_REPOSITORY', /has no commit yet.*git commit --allow-empty/],
  },
  'a branch that is checked out in the main working tree': {
    wanted: () => ({ branch: 'main' }),
    is: ['Conflict', 'BRANCH_IN_USE', /^Branch "main" is checked out at ".*\/repo"\. Check out another/],
  },
  'a branch that is checked out in another worktree': {
    arrange: ({ create }) => create({ branch: 'x' }),
    wanted: ({ here }) => ({ branch: 'x', worktreePath: here('other') }),
    is: ['Conflict', 'BRANCH_IN_USE', /is checked out at ".*\/repo-x"\. Use that worktree/],
  },
  'a branch whose worktree is gone': {
    async arrange({ create }) {
      rmSync((await create({ branch: 'x' })).path, { recursive: true });
    },
    wanted: ({ here }) => ({ branch: 'x', worktreePath: here('other') }),
    is: ['Conflict', 'BRANCH_IN_USE', /That directory is gone; .*worktree\/prune/],
  },
  'the path of a worktree that is gone': {
    async arrange({ create }) {
      rmSync((await create({ branch: 'x' })).path, { recursive: true });
    },
    wanted: ({ here }) => ({ branch: 'y', worktreePath: here('repo-x') }),
    is: ['Conflict', 'PATH_EXISTS', /whose directory is gone.*worktree\/prune/],
  },
  'a branch that a rebase is about to move': {
    arrange({ repo }) {
      repo.git('checkout', '--quiet', '-b', 'moving');
      repo.commit({ 'a.txt': 'mine\n' });
      repo.git('checkout', '--quiet', 'main');
      repo.commit({ 'a.txt': 'theirs\n' });
      assert.throws(() => repo.git('rebase', '--quiet', 'main', 'moving'));
    },
    wanted: () => ({ branch: 'moving' }),
    is: ['Conflict', 'BRANCH_IN_USE', /is checked out at ".*\/repo"/],
  },
  'a path where another branch is': {
    arrange: ({ create }) => create({ branch: 'x' }),
    wanted: ({ here }) => ({ branch: 'y', worktreePath: here('repo-x') }),
    is: ['Conflict', 'PATH_EXISTS', /is a worktree of branch "x"\. Choose another/],
  },
  'a path where something is': {
    arrange: ({ here }) => mkdirSync(here('repo-y')),
    wanted: () => ({ branch: 'y' }),
    is: ['Conflict', 'PATH_EXISTS', /is there already\. Choose another/],
  },
  'a path where a link leads nowhere': {
    arrange: ({ here }) => symlinkSync('nowhere', here('repo-y')),
    wanted: () => ({ branch: 'y' }),
    is: ['Conflict', 'PATH_EXISTS', /is there already/],
  },
  'a path in what git keeps': {
    wanted: ({ here }) => ({ branch: 'y', worktreePath: here('repo/.git/x') }),
    is: ['InvalidParams', 'INVALID_PATH', /where the repository keeps itself/],
  },
  'a path below a file': {
    wanted: ({ here }) => ({ branch: 'y', worktreePath: here('repo/a.txt/x') }),
    is: ['InvalidParams', 'INVALID_PATH', /what is above it is no directory this user may enter \(ENOTDIR\)/],
  },
  'a new branch that exists': {
    arrange: ({ repo }) => void repo.git('branch', 'x'),
    wanted: () => ({ branch: 'x', createNewBranch: true }),
    is: ['Conflict', 'BRANCH_EXISTS', /exists already\. Leave out `createNewBranch`/],
  },
  'a new branch that the remote has': {
    arrange(yard) {
      yard.repo.git('branch', 'x');
      cloneOf(yard);
    },
    wanted: ({ here }) => ({ path: here('clone'), branch: 'x', createNewBranch: true }),
    is: ['Conflict', 'BRANCH_EXISTS', /exists at origin/],
  },
  'a new branch called as one of a remote': {
    arrange: (yard) => void cloneOf(yard),
    wanted: ({ here }) => ({ path: here('clone'), branch: 'origin/main' }),
    is: ['InvalidParams', 'INVALID_BRANCH', /is a branch of a remote\. Say it without/],
  },
  'an old branch that is nowhere': {
    wanted: () => ({ branch: 'x', createNewBranch: false }),
    is: ['InvalidParams', 'BRANCH_NOT_FOUND', /There is no "x" in this repository\. List them/],
  },
  'a base that is nowhere': {
    wanted: () => ({ branch: 'x', baseBranch: 'nowhere' }),
    is: ['InvalidParams', 'BRANCH_NOT_FOUND', /There is no "nowhere" in/],
  },
  'a base that looks like an option': {
    wanted: () => ({ branch: 'x', baseBranch: '--all' }),
    is: ['InvalidParams', 'BRANCH_NOT_FOUND', /There is no "--all"/],
  },
  'a commit that is nowhere': {
    wanted: () => ({ branch: 'f'.repeat(40), detach: true }),
    is: ['InvalidParams', 'BRANCH_NOT_FOUND', /Name a branch, a tag or a commit/],
  },
  'a commit that looks like an option': {
    wanted: () => ({ branch: '--all', detach: true }),
    is: ['InvalidParams', 'BRANCH_NOT_FOUND', /There is no "--all"/],
  },
  'a branch in whose way another is': {
    arrange: ({ repo }) => void repo.git('branch', 'x'),
    wanted: () => ({ branch: 'x/y' }),
    is: ['InvalidParams', 'CREATE_FAILED', /fatal: .*'refs\/heads\/x'/],
  },
};

for (const [what, { arrange, wanted, is }] of Object.entries(refusals)) {
  test(`${what} is refused, and nothing is made`, async (t) => {
    const yard = yardFor(t);
    await arrange?.(yard);
    const before = yard.traces();
    const [kind, code, words] = is;
    await assert.rejects(yard.create({ branch: 'x', ...wanted(yard) }), refused(kind, words, code));
    assert.deepEqual(yard.traces(), before);
  });
}
