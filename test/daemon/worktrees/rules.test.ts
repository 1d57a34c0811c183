/** Names, and what git prints, without git. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { featureBranch, quickBranch, sanitise, worktreeName } from '../../../daemon/worktrees/naming.js';
import { count, type Entry, parseStatus, parseWorktrees } from '../../../daemon/worktrees/porcelain.js';
import { parseBranches } from '../../../daemon/worktrees/refs.js';
import { refused } from '../../support/refused.js';

test('a text becomes a name of lower case letters, digits and single hyphens', () => {
  const names: [string, string][] = [
    ['Add login', 'add-login'],
    ['feature/ABC-123: Fix it!!', 'feature-abc-123-fix-it'],
    ['--a--b--', 'a-b'],
    ['../../etc/passwd', 'etc-passwd'],
    ['$(rm -rf ~);`x`\n', 'rm-rf-x'],
    ['Größe', 'gr-e'],
    ['x'.repeat(300), 'x'.repeat(100)],
    [`${'x'.repeat(99)} y`, 'x'.repeat(99)],
  ];
  assert.deepEqual(
    names.map(([text]) => [text, sanitise(text)]),
    names,
  );
  assert.equal(featureBranch('Add login'), 'feature/add-login');
});

test('a text with nothing to make a name of is refused', () => {
  for (const text of ['', ' ', '---', '日本語', '\n', '..']) {
    assert.throws(
      () => sanitise(text),
      refused('InvalidParams', /^Expected a text with a letter a-z or a digit/, 'INVALID_NAME'),
    );
    assert.throws(() => featureBranch(text), refused('InvalidParams', /./, 'INVALID_NAME'));
  }
});

test('whatever the text, a name is one', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      if (/[a-z0-9]/.test(text.toLowerCase())) assert.match(sanitise(text), /^(?=.{1,100}$)[a-z0-9]+(-[a-z0-9]+)*$/);
      else assert.throws(() => sanitise(text));
    }),
  );
});

test('a quick branch is called after the time, in UTC', () => {
  assert.equal(quickBranch(Date.UTC(2026, 0, 2, 3, 4, 5, 678)), 'wt-20260102030405');
  assert.equal(quickBranch(0), 'wt-19700101000000');
});

test('a worktree is called after repository and branch', () => {
  assert.equal(worktreeName('app', 'feature/Login'), 'app-feature-login');
  assert.equal(worktreeName('app.git', 'main'), 'app-main');
  assert.equal(worktreeName('My App', 'v1.2'), 'My App-v1-2');
  assert.equal(worktreeName('app', 'abcdef'.repeat(7).slice(0, 40)), 'app-abcdefabcdef');
});

test('worktrees are read whatever their paths hold', () => {
  const path = fc.string({ unit: 'binary', minLength: 1 }).map((text) => `/${text.replaceAll('\0', '')}`);
  const commit = fc.constantFrom('a'.repeat(40), null);
  const branch = fc.constantFrom('main', 'feature/x', null);
  const listed = fc.record({ path, commit, branch, bare: fc.boolean() }, { noNullPrototype: true });
  fc.assert(
    fc.property(fc.array(listed), (worktrees) => {
      const printed = worktrees.map(({ path, commit, branch, bare }) =>
        [
          `worktree ${path}`,
          ...(bare
            ? ['bare']
            : [`HEAD ${commit ?? '0'.repeat(40)}`, branch ? `branch refs/heads/${branch}` : 'detached']),
          'locked a reason',
          'something new',
        ]
          .map((line) => `${line}\0`)
          .join(''),
      );
      const expected = worktrees.map((it) => (it.bare ? { ...it, commit: null, branch: null } : it));
      assert.deepEqual(parseWorktrees(printed.map((record) => `${record}\0`).join(''), '\0'), expected);
    }),
  );
});

test('worktrees are read from lines too', () => {
  const printed =
    'worktree /a b\nHEAD 12ab\nbranch refs/heads/x/y\n\nworktree /c\nHEAD 34cd\ndetached\nprunable gone\n\n';
  assert.deepEqual(parseWorktrees(printed, '\n'), [
    { path: '/a b', commit: '12ab', branch: 'x/y', bare: false },
    { path: '/c', commit: '34cd', branch: null, bare: false },
  ]);
  assert.deepEqual(parseWorktrees('', '\n'), []);
});

const path = fc.string({ unit: 'binary', minLength: 1 }).map((text) => text.replaceAll('\0', '') || 'x');
const change = fc.constantFrom('.', 'M', 'T', 'A', 'D', 'R', 'C');
const entries = fc.array(
  fc.oneof(
    fc.record(
      { kind: fc.constantFrom('1', '2', 'u'), staged: change, unstaged: change, path },
      { noNullPrototype: true },
    ),
    fc.record(
      { kind: fc.constantFrom('?', '!'), staged: fc.constant('.'), unstaged: fc.constant('.'), path },
      { noNullPrototype: true },
    ),
  ),
) as fc.Arbitrary<Entry[]>;

test('a status is read whatever its paths hold', () => {
  const hash = 'a'.repeat(40);
  const print = ({ kind, staged, unstaged, path }: Entry) => {
    const start = `${kind} ${staged}${unstaged} N... 100644 100644 100644`;
    if (kind === '1') return `${start} ${hash} ${hash} ${path}`;
    if (kind === '2') return `${start} ${hash} ${hash} R100 ${path}\0? its old name`;
    if (kind === 'u') return `${start} 100644 ${hash} ${hash} ${hash} ${path}`;
    return `${kind} ${path}`;
  };
  fc.assert(
    fc.property(entries, (all) => {
      const printed = ['# branch.oid 12ab', '# branch.head main', '# stash 3', ...all.map(print)];
      const head = { branch: 'main', commit: '12ab', upstream: null, ahead: 0, behind: 0 };
      assert.deepEqual(parseStatus(printed.map((line) => `${line}\0`).join('')), { ...head, entries: all });
    }),
  );
});

test('every entry of a status counts, one that is staged and modified twice', () => {
  fc.assert(
    fc.property(entries, (all) => {
      const { staged, modified, conflicted, untracked, ignored } = count(all);
      const changed = all.filter(({ kind }) => kind === '1' || kind === '2');
      const neither = changed.filter((it) => it.staged === '.' && it.unstaged === '.').length;
      const both = changed.filter((it) => it.staged !== '.' && it.unstaged !== '.').length;
      assert.equal(staged + modified - both + neither + conflicted + untracked + ignored, all.length);
    }),
  );
});

test('the head of a status tells branch, commit and how far it is apart', () => {
  const read = (...lines: string[]) => {
    const { entries: _, ...head } = parseStatus(lines.map((line) => `# branch.${line}\0`).join(''));
    return head;
  };
  const none = { branch: null, commit: null, upstream: null, ahead: 0, behind: 0 };
  assert.deepEqual(read('oid (initial)', 'head main'), { ...none, branch: 'main' });
  assert.deepEqual(read('oid 12ab', 'head (detached)'), { ...none, commit: '12ab' });
  assert.deepEqual(read('oid 12ab', 'head a b', 'upstream origin/x', 'ab +2 -13'), {
    ...{ branch: 'a b', commit: '12ab', upstream: 'origin/x', ahead: 2, behind: 13 },
  });
  assert.deepEqual(read(), none);
});

test('branches here and at remotes are put together by name, newest first', () => {
  const row = (
    ref: string,
    date: number,
    more: Partial<Record<'upstream' | 'track' | 'path' | 'symref', string>> = {},
  ) =>
    `${[ref, `c${date}`, date, more.upstream ?? '', more.track ?? '', more.path ?? '', more.symref ?? '', 's'].map((field) => `${field}\0`).join('')}\n`;
  const output = [
    row('refs/heads/main', 3, { upstream: 'origin/main', track: 'ahead 1, behind 2', path: '/re\npo' }),
    row('refs/heads/old', 1, { upstream: 'origin/old', track: 'gone' }),
    row('refs/heads/even', 1, { upstream: 'origin/even' }),
    row('refs/remotes/origin/HEAD', 9, { symref: 'refs/remotes/origin/main' }),
    row('refs/remotes/origin/main', 4),
    row('refs/remotes/origin/a/b', 5),
    row('refs/remotes/other/main', 6),
    row('refs/remotes/other/team/c', 2),
    row('refs/remotes/gone/d', 8),
  ].join('');
  const common = {
    subject: 's',
    worktreePath: null,
    upstream: null,
    ahead: null,
    behind: null,
    remote: null,
    local: true,
  };
  assert.deepEqual(parseBranches(output, ['origin', 'other', 'other/team']), [
    { ...common, name: 'a/b', local: false, remote: 'origin', commit: 'c5', committedAt: 5000 },
    {
      ...{ ...common, name: 'main', remote: 'origin', upstream: 'origin/main', ahead: 1, behind: 2 },
      ...{ commit: 'c3', committedAt: 3000, worktreePath: '/re\npo' },
    },
    { ...common, name: 'c', local: false, remote: 'other/team', commit: 'c2', committedAt: 2000 },
    { ...common, name: 'even', upstream: 'origin/even', ahead: 0, behind: 0, commit: 'c1', committedAt: 1000 },
    { ...common, name: 'old', upstream: 'origin/old', commit: 'c1', committedAt: 1000 },
  ]);
});
