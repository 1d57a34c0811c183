/** Which files come along into a new worktree, and where they never go. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Yard, yardFor } from '../../support/worktrees.js';

interface Case {
  /** Files of the main working tree that are not tracked. */
  readonly files: Readonly<Record<string, string>>;
  /** `.worktreeinclude`. */
  readonly include?: string;
  readonly copied: readonly string[];
}

const cases: Record<string, Case> = {
  'without `.worktreeinclude` the `.env*` of the root': {
    files: {
      '.env': '1',
      '.env.local': '2',
      '.envrc': '3',
      'sub/.env': '4',
      'x.env': '5',
      '.env.d/x': '6',
      'a.log': '7',
    },
    copied: ['.env', '.env.local', '.envrc'],
  },
  'what `.worktreeinclude` names and nothing else': {
    files: { '.env': '1', 'config/dev.log': '2', 'deep/er/.env': '3', 'other.log': '4', 'keep me.txt': '5' },
    include: '# of ours\nconfig/*.log\n/deep/**/.env\nkeep me.txt\n',
    copied: ['config/dev.log', 'deep/er/.env', 'keep me.txt'],
  },
  'what it takes back is not': {
    files: { 'a.log': '1', 'b.log': '2', 'node_modules/m/c.log': '3' },
    include: '*.log\n!b.log\n/node_modules/\n',
    copied: ['a.log', 'node_modules/m/c.log'],
  },
  'an empty one names nothing': { files: { '.env': '1' }, include: '', copied: [] },
  'names with everything in them': {
    files: {
      '-x.log': '1',
      'a b.log': '2',
      'new\nline.log': '3',
      '$(x);`y`.log': '4',
      'é日.log': '5',
      'q"\'.log': '6',
    },
    include: '*.log\n',
    copied: ['$(x);`y`.log', '-x.log', 'a b.log', 'new\nline.log', 'q"\'.log', 'é日.log'],
  },
  'what git tracks is there anyway': { files: {}, include: 'a.txt\ndir/\n.worktreeinclude\n', copied: [] },
};

for (const [what, { files, include, copied }] of Object.entries(cases)) {
  test(`copied: ${what}`, async (t) => {
    const yard = yardFor(t);
    if (include !== undefined) yard.repo.commit({ '.worktreeinclude': include });
    yard.repo.write(files);
    const made = await yard.create({ branch: 'x' });
    assert.deepEqual([[...made.copied].sort(), made.warnings], [[...copied].sort(), []]);
    for (const name of copied) assert.equal(readFileSync(join(made.path, name), 'utf8'), files[name]);
    for (const name of Object.keys(files)) assert.equal(existsSync(join(made.path, name)), copied.includes(name), name);
  });
}

test('files and folders keep their mode', async (t) => {
  const yard = yardFor(t);
  yard.repo.commit({ '.worktreeinclude': 'secret/\n*.log\n' });
  yard.repo.write({ 'secret/key': 'k', 'run.log': '#!/bin/sh' });
  chmodSync(join(yard.repo.path, 'secret/key'), 0o600);
  chmodSync(join(yard.repo.path, 'secret'), 0o700);
  chmodSync(join(yard.repo.path, 'run.log'), 0o755);
  const before = process.umask(0o077);
  const { path } = await yard.create({ branch: 'x' }).finally(() => process.umask(before));
  const mode = (name: string) => statSync(join(path, name)).mode & 0o777;
  assert.deepEqual([mode('secret'), mode('secret/key'), mode('run.log')], [0o700, 0o600, 0o755]);
});

/** What is in the way, and what is said of it. */
const hindrances: Record<string, { set: (yard: Yard) => void; copied?: string[]; words?: RegExp }> = {
  'a link to a file of the repository brings the file': {
    set({ repo }) {
      repo.write({ 'real.log': 'real' });
      symlinkSync('real.log', join(repo.path, '.env'));
    },
    copied: ['.env'],
  },
  'a link out of the repository stays behind': {
    set: ({ repo }) => symlinkSync('/etc/passwd', join(repo.path, '.env')),
    words: /^"\.env" was not copied: it is a link that leads out of the repository\.$/,
  },
  'a link to a folder that begins like the repository stays behind': {
    set({ repo, here }) {
      mkdirSync(here('repoEVIL'));
      writeFileSync(here('repoEVIL/x'), 'x');
      symlinkSync('../repoEVIL/x', join(repo.path, '.env'));
    },
    words: /leads out of the repository/,
  },
  'a link that leads nowhere stays behind': {
    set: ({ repo }) => symlinkSync('nowhere', join(repo.path, '.env')),
    words: /^"\.env" was not copied: it is gone, or a link that leads nowhere\.$/,
  },
  'a link to a folder stays behind': {
    set: ({ repo }) => symlinkSync('dir', join(repo.path, '.env')),
    words: /^"\.env" was not copied: it is no file\.$/,
  },
  'nothing goes through a link that came with the branch': {
    set({ repo, here }) {
      mkdirSync(here('outside'));
      repo.git('checkout', '--quiet', '-b', 'evil');
      symlinkSync('../outside', join(repo.path, 'config'));
      repo.commit({ '.worktreeinclude': 'config/\n' });
      repo.git('checkout', '--quiet', 'main');
      repo.commit({ '.worktreeinclude': 'config/\n' });
      repo.write({ 'config/key.log': 'k' });
    },
    words: /^"config\/key\.log" was not copied: the branch has something else in its place\.$/,
  },
};

for (const [what, { set, copied = [], words }] of Object.entries(hindrances)) {
  test(what, async (t) => {
    const yard = yardFor(t);
    set(yard);
    const branch = yard.repo.git('branch', '--list', 'evil') ? 'evil' : 'x';
    const made = await yard.create({ branch });
    assert.deepEqual(made.copied, copied);
    assert.equal(made.warnings.length, words ? 1 : 0);
    if (words) assert.match(made.warnings[0], words);
    for (const name of copied) assert.ok(lstatSync(join(made.path, name)).isFile());
    assert.equal(existsSync(yard.here('outside/key.log')), false);
  });
}

test('what the branch has itself is not overwritten', async (t) => {
  const yard = yardFor(t);
  yard.repo.git('checkout', '--quiet', '-b', 'theirs');
  yard.repo.write({ '.env': 'theirs' });
  yard.repo.git('add', '--force', '.env');
  yard.repo.git('commit', '--quiet', '-m', 'env');
  yard.repo.git('checkout', '--quiet', 'main');
  yard.repo.write({ '.env': 'mine' });
  const made = await yard.create({ branch: 'theirs' });
  assert.deepEqual([made.copied, made.warnings], [[], []]);
  assert.equal(readFileSync(join(made.path, '.env'), 'utf8'), 'theirs');
  assert.equal(yard.at(made.path).git('status', '--porcelain'), '');
});

test('repositories inside are left alone', async (t) => {
  const yard = yardFor(t);
  yard.repo.commit({ '.worktreeinclude': '*\n' });
  yard.init('repo/inner').commit({ '.env': 'x' });
  yard.repo.write({ 'x.log': 'x' });
  assert.deepEqual((await yard.create({ branch: 'x' })).copied, ['x.log']);
});

test('a pattern that fits too much copies a bounded part, and says so', async (t) => {
  const yard = yardFor(t);
  yard.repo.commit({ '.worktreeinclude': '*.log\n' });
  yard.repo.write({ 'big1.log': '', 'big2.log': '', 'small.log': 's' });
  for (const name of ['big1.log', 'big2.log']) truncateSync(join(yard.repo.path, name), 60 * 1024 * 1024);
  const bytes = await yard.create({ branch: 'x' });
  assert.deepEqual(bytes.copied, ['big1.log']);
  assert.deepEqual(bytes.warnings, ['Only 1000 files and 100 MiB are copied; the rest stayed behind.']);
  for (const name of ['big1.log', 'big2.log']) truncateSync(join(yard.repo.path, name), 0);
  yard.repo.write(Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`n${i}.log`, ''])));
  const many = await yard.create({ branch: 'y' });
  assert.deepEqual([many.copied.length, many.warnings.length], [1000, 1]);
});

test('a bare repository has nothing to bring along', async (t) => {
  const yard = yardFor(t);
  yard.at(yard.folder).git('clone', '--quiet', '--bare', 'repo', 'bare.git');
  writeFileSync(yard.here('bare.git/.env'), 'x');
  assert.deepEqual((await yard.create({ path: yard.here('bare.git'), branch: 'x' })).copied, []);
});
