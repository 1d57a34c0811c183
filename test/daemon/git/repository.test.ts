/** The repository of a path, from everywhere in it. */
import assert from 'node:assert/strict';
import { chownSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeRepository, getRemote, getRepository } from '../../../daemon/git/index.js';
import { refused } from '../../support/refused.js';
import { type Place, placeFor, type TestRepository } from '../../support/repository.js';

/** What is found from a path, both relative to the folder of the test. */
interface Found {
  readonly from: string;
  readonly path: string;
  readonly commonDir?: string;
  readonly gitDir?: string;
  readonly topLevel: string | null;
  readonly bare?: boolean;
}

const cases: Record<string, (place: Place) => Found> = {
  'the main working tree': ({ init }) => {
    init('repo').commit({ a: 'a' });
    return { from: 'repo', path: 'repo', topLevel: 'repo' };
  },
  'an empty repository': ({ init }) => {
    init('repo');
    return { from: 'repo', path: 'repo', topLevel: 'repo' };
  },
  'a directory in it': ({ init }) => {
    init('repo').commit({ 'deep/er/a': 'a' });
    return { from: 'repo/deep/er', path: 'repo', topLevel: 'repo' };
  },
  'what git keeps of it': ({ init }) => {
    init('repo').commit({ a: 'a' });
    return { from: 'repo/.git/refs', path: 'repo', topLevel: null };
  },
  'a linked worktree': (place) => linked(place, 'linked'),
  'a directory in a linked worktree': (place) => {
    const found = linked(place, 'linked');
    mkdirSync(join(place.folder, 'linked/deep'));
    return { ...found, from: 'linked/deep' };
  },
  'a linked worktree inside the main one': (place) => linked(place, 'repo/inner'),
  'a link to a linked worktree': (place) => {
    const found = linked(place, 'linked');
    symlinkSync('linked', join(place.folder, 'link'));
    return { ...found, from: 'link' };
  },
  'a bare repository': ({ init }) => {
    init('repo.git', '--bare');
    return { from: 'repo.git', path: 'repo.git', commonDir: 'repo.git', topLevel: null, bare: true };
  },
  'a linked worktree of a bare repository': ({ init, at, folder }) => {
    init('repo').commit({ a: 'a' });
    at(folder).git('clone', '--quiet', '--bare', 'repo', 'bare.git');
    at(join(folder, 'bare.git')).git('worktree', 'add', '--quiet', '../linked', 'main');
    const common = { path: 'bare.git', commonDir: 'bare.git', gitDir: 'bare.git/worktrees/linked', bare: true };
    return { from: 'linked', topLevel: 'linked', ...common };
  },
  'a submodule': (place) => {
    submodule(place);
    const kept = 'repo/.git/modules/sub';
    return { from: 'repo/sub', path: 'repo/sub', commonDir: kept, topLevel: 'repo/sub' };
  },
  'a linked worktree of a submodule': (place) => {
    submodule(place);
    place.at(join(place.folder, 'repo/sub')).git('worktree', 'add', '--quiet', '-b', 'x', '../../linked');
    const kept = 'repo/.git/modules/sub';
    return {
      from: 'linked',
      path: 'repo/sub',
      commonDir: kept,
      gitDir: `${kept}/worktrees/linked`,
      topLevel: 'linked',
    };
  },
  'a repository that keeps itself elsewhere': ({ init, folder }) => {
    init('repo', '--separate-git-dir', join(folder, 'kept')).commit({ a: 'a' });
    return { from: 'repo', path: 'repo', commonDir: 'kept', topLevel: 'repo' };
  },
  'a name with everything in it': ({ init }) => {
    const name = ' -re\npo"\'$(x);`y`\té\\';
    init(name).commit({ a: 'a' });
    return { from: name, path: name, commonDir: `${name}/.git`, topLevel: name };
  },
};

function linked({ init, at, folder }: Place, where: string): Found {
  init('repo').commit({ a: 'a' });
  at(join(folder, 'repo')).git('worktree', 'add', '--quiet', '-b', 'x', join(folder, where));
  const name = where.split('/').at(-1)!;
  return { from: where, path: 'repo', gitDir: `repo/.git/worktrees/${name}`, topLevel: where };
}

function submodule({ init, at, folder }: Place): TestRepository {
  init('inner').commit({ a: 'a' });
  const repo = init('repo');
  at(repo.path).git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', join(folder, 'inner'), 'sub');
  return repo;
}

for (const [what, arrange] of Object.entries(cases)) {
  test(`from ${what} the repository is found`, async (t) => {
    const place = placeFor(t);
    const { from, path, commonDir = 'repo/.git', gitDir = commonDir, topLevel, bare = false } = arrange(place);
    const here = (relative: string) => join(place.folder, relative);
    assert.deepEqual(await getRepository(place.git, here(from)), {
      ...{ path: here(path), commonDir: here(commonDir), gitDir: here(gitDir) },
      ...{ topLevel: topLevel === null ? null : here(topLevel), bare },
    });
  });
}

test('a path in no repository is refused, with the cure', async (t) => {
  const { folder, git, init } = placeFor(t);
  const none = (words: RegExp) => refused('InvalidParams', words, 'NOT_GIT_REPO');
  await assert.rejects(getRepository(git, folder), none(/is in no git repository\. Name one that is, or run git init/));
  writeFileSync(join(folder, 'file'), '');
  symlinkSync('loop', join(folder, 'loop'));
  for (const name of ['nowhere', 'file', 'file/x', 'loop']) {
    await assert.rejects(getRepository(git, join(folder, name)), none(/^There is no directory/));
  }
  mkdirSync(join(folder, 'broken'));
  writeFileSync(join(folder, 'broken/.git'), 'gitdir: /nowhere\n');
  await assert.rejects(getRepository(git, join(folder, 'broken')), none(/is in no git repository/));
  const { path } = init('spoilt');
  writeFileSync(join(path, '.git/config'), '[core\n');
  await assert.rejects(getRepository(git, path), none(/^git cannot use .*: fatal: bad config line 1.* Repair it/));
});

test('a repository of another user is refused for that reason', { skip: process.getuid?.() !== 0 }, async (t) => {
  const { git, init } = placeFor(t);
  const { path } = init('repo');
  chownSync(path, 65534, 65534);
  chownSync(join(path, '.git'), 65534, 65534);
  const words = /belongs to another user, so git does not use it\. If you trust it: git config --global --add safe\./;
  await assert.rejects(getRepository(git, path), refused('InvalidParams', words, 'DUBIOUS_OWNERSHIP'));
});

for (const [what, worktree] of Object.entries({ 'a foreign folder': '../../home', 'the folder above': '../..' })) {
  test(`a working tree that is set to ${what} is refused`, async (t) => {
    const { git, init } = placeFor(t);
    const repository = init('repo');
    repository.commit({ a: 'a' });
    repository.git('config', 'core.worktree', worktree);
    const no = refused('InvalidParams', /would run a program|"core\.worktree"/, 'UNSAFE_REPOSITORY');
    await assert.rejects(getRepository(git, repository.path), no);
    await assert.rejects(git.run(repository.path, ['status']), no);
  });
}

test('a repository is described by its remote and the branch others work towards', async (t) => {
  const { git, init, at, folder } = placeFor(t);
  assert.equal(await describeRepository(git, folder), null);
  const repository = init('repo');
  assert.deepEqual(await describeRepository(git, repository.path), { remote: null, defaultBranch: 'main' });
  repository.commit({ a: 'a' });
  repository.git('checkout', '--quiet', '-b', 'mine');
  assert.deepEqual(await describeRepository(git, repository.path), { remote: null, defaultBranch: 'main' });
  repository.git('branch', '-m', 'main', 'trunk');
  assert.deepEqual(await describeRepository(git, repository.path), { remote: null, defaultBranch: 'mine' });
  at(folder).git('clone', '--quiet', '--branch', 'trunk', 'repo', 'clone');
  const clone = at(join(folder, 'clone'));
  assert.deepEqual(await describeRepository(git, clone.path), { remote: repository.path, defaultBranch: 'mine' });
  clone.git('remote', 'rename', 'origin', 'upstream');
  clone.git('remote', 'add', 'another', 'https://ann:secret@example.org/x');
  assert.equal(await getRemote(git, clone.path), 'upstream');
  clone.git('remote', 'rename', 'another', 'origin');
  assert.equal(await getRemote(git, clone.path), 'origin');
  assert.equal((await describeRepository(git, clone.path))?.remote, 'https://example.org/x');
  clone.git('checkout', '--quiet', '--detach');
  clone.git('branch', '-D', 'trunk');
  assert.equal((await describeRepository(git, clone.path))?.defaultBranch, null);
});

test('a repository that was moved is found where it is', async (t) => {
  const { git, init, folder } = placeFor(t);
  const { path } = init('repo');
  await getRepository(git, path);
  renameSync(path, join(folder, 'moved'));
  assert.equal((await getRepository(git, join(folder, 'moved'))).path, join(folder, 'moved'));
  rmSync(join(folder, 'moved'), { recursive: true });
  await assert.rejects(getRepository(git, join(folder, 'moved')), refused('InvalidParams', /./, 'NOT_GIT_REPO'));
});
