/** The repository in a session's details: by the folder that has it, named by its remote, without credentials. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { namesIn } from '../../../daemon/sessions/repository.js';
import { placeFor } from '../../support/repository.js';
import { whole } from '../../support/whole.js';

for (const [url, name, fullName] of [
  ['https://github.com/ann/app.git', 'app', 'ann/app'],
  ['git@github.com:ann/app.git', 'app', 'ann/app'],
  ['ssh://git@host:22/group/sub/app/', 'app', 'group/sub/app'],
  ['/srv/git/app.git', 'app', 'app'],
  ['../app', 'app', 'app'],
  ['https://host/', 'here', 'here'],
  [null, 'here', 'here'],
] as const) {
  test(`a repository with the remote ${url} is called ${fullName}`, () => {
    assert.deepEqual(namesIn(url, '/src/here'), { name, fullName });
  });
}

test('a session shows the repository a folder has; one that is unknown or unusable takes nothing away from it', async (t) => {
  const { client } = await whole(t);
  const place = placeFor(t);
  const { path, git } = place.init('app');
  git('remote', 'add', 'origin', 'https://ann:secret@example.org/ann/app.git?token=secret');
  const link = async (githubRepoId: string, localRepoPath: string) => {
    const folder = await client.call('folder/create', { name: githubRepoId });
    await client.call('preference/setFolder', { folderId: folder.id, githubRepoId, localRepoPath });
  };
  await link('42', path);
  const repositoryOf = async (githubRepoId?: string) => {
    const wanted = { command: ['cat'], ...(githubRepoId !== undefined && { githubRepoId }) };
    const made = await client.call('session/create', wanted);
    const { repository, ...session } = await client.call('session/get', { id: made.id });
    assert.deepEqual({ ...session, lastActivityAt: 0 }, { ...made, lastActivityAt: 0 });
    return repository;
  };
  const cloneUrl = 'https://example.org/ann/app.git';
  assert.deepEqual(await repositoryOf('42'), { id: '42', name: 'app', fullName: 'ann/app', cloneUrl });
  assert.equal(await repositoryOf('43'), null);
  assert.equal(await repositoryOf(), null);
  mkdirSync(join(place.folder, 'plain'));
  await link('44', join(place.folder, 'plain'));
  assert.deepEqual(await repositoryOf('44'), { id: '44', name: 'plain', fullName: 'plain', cloneUrl: null });
});
