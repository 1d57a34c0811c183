/** What is at stake, and what is said about it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorktreeState } from '#protocol';
import { importOf, recoveryRef } from '../../../daemon/worktrees/import.js';
import { hiddenIn, parseIndex, submodulesIn } from '../../../daemon/worktrees/staged.js';
import {
  confirmationOf,
  judge,
  operationBy,
  parseCommits,
  stakesOf,
  withoutIgnored,
} from '../../../daemon/worktrees/state.js';

const clean = {
  ...{ path: '/wt', repoPath: '/main', branch: 'feat', commit: 'c0ffee' },
  ...{ staged: 0, modified: 0, conflicted: 0, untracked: 0, ignored: 3 },
  ...{ unpushed: 0, unpushedCommits: [], stashes: 2, submodules: 1, operation: null },
  ...{ locked: false, lockReason: null, processes: [], sessionIds: [], unknown: [] },
} satisfies Omit<WorktreeState, 'stakes' | 'confirmation'>;

function state(changes: Partial<WorktreeState> = {}, hash = 'h'): WorktreeState {
  const facts = { ...clean, ...changes };
  return { ...facts, stakes: stakesOf(facts), confirmation: confirmationOf(hash, facts) };
}

const stakes: [changes: Partial<WorktreeState>, stakes: string[], said: RegExp][] = [
  [{}, [], /^$/],
  [{ staged: 1 }, ['HAS_UNCOMMITTED_CHANGES'], /^"\/wt" has 1 staged file\. Commit or stash them, or remove it with/],
  [{ modified: 2, untracked: 1 }, ['HAS_UNCOMMITTED_CHANGES'], /has 2 modified, 1 untracked files\./],
  [{ conflicted: 1, operation: 'merge' }, ['HAS_UNCOMMITTED_CHANGES', 'OPERATION_IN_PROGRESS'], /middle of a merge/],
  [{ unpushed: 1 }, ['HAS_UNPUSHED_COMMITS'], /has 1 unpushed commit\. Push them/],
  [{ unpushed: 7, modified: 1 }, ['HAS_UNCOMMITTED_CHANGES', 'HAS_UNPUSHED_COMMITS'], /file; has 7 unpushed commits\./],
  [
    { locked: true, lockReason: 'on a \x1b stick' },
    ['WORKTREE_LOCKED'],
    /is locked \("on a \\u001b stick"\)\. Unlock it/,
  ],
  [{ locked: true, lockReason: null }, ['WORKTREE_LOCKED'], /is locked\./],
  [{ processes: [{ pid: 1, command: 'sh' }] }, ['IN_USE'], /is in use by 1 process\. Close them/],
  [{ sessionIds: ['a', 'b'] }, ['IN_USE'], /is in use by 2 sessions\./],
  [{ processes: null, unknown: ['this', 'that'] }, ['UNKNOWN'], /cannot be looked through \(this; that\)\. Look at it/],
];

test('each thing at stake keeps a worktree from being removed, and is said with its cure', () => {
  for (const [changes, expected, said] of stakes) {
    const now = state(changes);
    assert.deepEqual(now.stakes, expected);
    const refusal = judge(now, { force: false });
    assert.match(refusal?.message ?? '', said);
    assert.equal(refusal?.data.code, expected[0]);
    if (refusal) assert.deepEqual(refusal.data.details, { stakes: expected, state: now });
  }
});

test('a confirmation fits what was looked at, and whoever was in it then', () => {
  const one = [{ pid: 1, command: 'sh' }];
  const other = [{ pid: 2, command: 'vim' }];
  const cases: [seen: WorktreeState, now: WorktreeState, code: string | undefined][] = [
    [state({ modified: 1 }), state({ modified: 1 }), undefined],
    [state({ modified: 1 }), state({ modified: 1 }, 'other'), 'CONFIRMATION_STALE'],
    [state(), state({}, 'other'), 'CONFIRMATION_STALE'],
    [state({ processes: one }), state({ processes: other }), undefined],
    [state({ processes: one }), state(), undefined],
    [state(), state({ processes: one }), 'CONFIRMATION_STALE'],
    [state({ sessionIds: ['a', 'b'] }), state({ sessionIds: ['b'] }), undefined],
    [state({ sessionIds: ['a'] }), state({ sessionIds: ['a', 'b'] }), 'CONFIRMATION_STALE'],
  ];
  for (const [seen, now, code] of cases) {
    assert.equal(judge(now, { force: true, confirmation: seen.confirmation })?.data.code, code);
  }
});

test('force needs a confirmation when something is at stake, and force is needed besides one', () => {
  const dirty = state({ modified: 1 });
  assert.equal(judge(dirty, { force: true })?.data.code, 'CONFIRMATION_REQUIRED');
  assert.equal(judge(dirty, { force: false, confirmation: dirty.confirmation })?.data.code, 'HAS_UNCOMMITTED_CHANGES');
  assert.equal(judge(state(), { force: true }), undefined);
});

test('what is going on is told by what git notes of it', () => {
  const cases: [notes: string[], todo: string, operation: WorktreeState['operation']][] = [
    [[], '', null],
    [['MERGE_HEAD'], '', 'merge'],
    [['rebase-merge', 'CHERRY_PICK_HEAD', 'sequencer/todo'], 'pick 1', 'rebase'],
    [['rebase-apply'], '', 'rebase'],
    [['rebase-apply', 'rebase-apply/applying'], '', 'am'],
    [['CHERRY_PICK_HEAD'], '', 'cherry-pick'],
    [['sequencer/todo'], 'pick 1234567 x', 'cherry-pick'],
    [['sequencer/todo'], 'revert 1234567 x', 'revert'],
    [['REVERT_HEAD', 'sequencer/todo'], 'revert 1', 'revert'],
    [['BISECT_LOG'], '', 'bisect'],
  ];
  for (const [notes, todo, operation] of cases) {
    assert.equal(
      operationBy((name) => notes.includes(name), todo),
      operation,
      notes.join(),
    );
  }
});

test('commits, the index and the status are taken apart', () => {
  assert.deepEqual(parseCommits('commit 1\nfirst\ncommit 2\ncommit of nothing\n'), [
    { commit: '1', subject: 'first' },
    { commit: '2', subject: 'commit of nothing' },
  ]);
  const index = parseIndex('H 100644 aa 0\ta b\0h 100755 bb 0\tx\ty\0S 100644 cc 2\tz\0H 160000 dd 0\tsub\0');
  assert.deepEqual(index[1], { tag: 'h', mode: '100755', object: 'bb', stage: '0', path: 'x\ty' });
  assert.deepEqual([hiddenIn(index).map(({ path }) => path), submodulesIn(index)], [['x\ty', 'z'], ['sub']]);
  assert.deepEqual(parseIndex(''), []);
  assert.equal(withoutIgnored('1 M. a\0! build/\0? new\0'), '1 M. a\0? new\0');
});

test('what only a worktree had becomes one commit, whatever its names are', () => {
  const entry = (path: string, stage = '0') => ({ tag: 'H', mode: '100644', object: 'b1', stage, path });
  const loss = {
    head: 'h1',
    index: [entry('plain'), entry('a"b\\c\n\xc3\xa4'), entry('fought over', '2')],
    commits: ['c1', 'h1'],
    objects: [{ name: 't1', type: 'tree' }],
  };
  assert.equal(
    importOf({ ref: 'refs/rdv/recovery/x', at: 12_345, message: 'Kept ä', loss }),
    [
      ...['commit refs/rdv/recovery/x', 'committer rdv <rdv@localhost> 12 +0000', 'data 7', 'Kept ä'],
      ...['from h1', 'merge c1', 'deleteall', 'M 100644 b1 "plain"', 'M 100644 b1 "a\\"b\\\\c\\012\\303\\244"'],
      ...['M 100644 b1 ".rdv-recovery/stage-2/fought over"', 'M 040000 t1 .rdv-recovery/tree-t1', 'done', ''],
    ].join('\n'),
  );
  assert.deepEqual(
    ['wt', 'a b..c~.lock', '-x', '~'].map((name) => recoveryRef(name, 5)),
    ['wt', 'a-b-c-lock', 'x', 'worktree'].map((name) => `refs/rdv/recovery/${name}-5`),
  );
});
