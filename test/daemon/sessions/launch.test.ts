/** What a session is started with: preferences, worktree, startup command. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { NewWindow } from '../../../daemon/backend/index.js';
import { type Memory, openMemory } from '../../support/memory.js';
import { refused } from '../../support/refused.js';
import { sample } from '../../support/sample.js';
import { folderFor } from '../../support/whole.js';

function memory(t: TestContext, options: Parameters<typeof openMemory>[0] = {}): Memory {
  const slice = openMemory(options);
  t.after(slice.close);
  return slice;
}

/** The windows the backend was asked for. */
function askedOf({ backend }: Memory): NewWindow[] {
  const asked: NewWindow[] = [];
  const { create } = backend;
  backend.create = (window) => {
    asked.push(window);
    return create(window);
  };
  return asked;
}

test('what the caller does not say, the preferences of the folder do', async (t) => {
  const slice = memory(t);
  const asked = askedOf(slice);
  const there = folderFor(t);
  Object.assign(slice.preferences.current, {
    defaultWorkingDirectory: there,
    defaultShell: '/bin/sh',
    tmuxHistoryLimit: 777,
    environmentVars: { A: '1', B: '2', C: '3' },
  });
  const made = await slice.made({ folderId: slice.folders.known, environment: { B: 'mine', C: '__DISABLED__' } });
  assert.deepEqual([made.projectPath, made.folderId, made.startup], [there, slice.folders.known, null]);
  const { directory, argv, historyLimit, environment } = asked[0]!;
  assert.deepEqual([directory, argv, historyLimit], [there, ['/bin/sh', '-l'], 777]);
  assert.deepEqual([environment.A, environment.B, 'C' in environment], ['1', 'mine', false]);
  await slice.made({ projectPath: '/', command: ['true'], historyLimit: 5 });
  assert.deepEqual([asked[1]!.directory, asked[1]!.argv, asked[1]!.historyLimit], ['/', ['true'], 5]);
  const foreign = slice.made({ folderId: '00000000-0000-4000-8000-000000000000' });
  await assert.rejects(foreign, refused('NotFound', /No folder/, 'FOLDER_NOT_FOUND'));
});

test('a directory of the preferences that is not there is told, not replaced', async (t) => {
  const slice = memory(t);
  Object.assign(slice.preferences.current, { defaultWorkingDirectory: '/none/such' });
  await assert.rejects(slice.made(), refused('InvalidParams', /\/none\/such does not exist/, 'INVALID_PATH'));
  assert.deepEqual([slice.rows(), slice.backend.calls], [[], []]);
});

const branches: [what: string, wanted: object, branch: RegExp][] = [
  ['the branch it was told', { worktreeBranch: 'fix-1' }, /^fix-1$/],
  ['one named after the feature', { featureDescription: 'Log in!' }, /^feature\/log-in$/],
  ['one named after the time', {}, /^wt-\d{14}$/],
];
for (const [what, wanted, branch] of branches) {
  test(`a session with a worktree starts there, on ${what}`, async (t) => {
    const slice = memory(t);
    const asked = askedOf(slice);
    const projectPath = join(folderFor(t), 'app');
    mkdirSync(projectPath);
    const made = await slice.made({ createWorktree: true, projectPath, ...wanted });
    assert.match(made.worktreeBranch!, branch);
    assert.equal(made.projectPath, made.worktreePath);
    assert.equal(asked[0]!.directory, made.worktreePath);
    assert.equal(asked[0]!.environment.RDV_WORKTREE_BRANCH, made.worktreeBranch);
    assert.deepEqual(
      slice.calls.map((call) => call.split(' ')[0]),
      ['plan', 'make'],
    );
  });
}

test('two sessions made in one second without a branch get a worktree each', async (t) => {
  const slice = memory(t);
  const projectPath = join(folderFor(t), 'app');
  mkdirSync(projectPath);
  const made = await Promise.all([1, 2, 3].map(() => slice.made({ createWorktree: true, projectPath })));
  assert.equal(new Set(made.map(({ worktreePath }) => worktreePath)).size, 3);
});

test('a folder that is removed while the worktree is made leaves the session without one', async (t) => {
  const slice = memory(t);
  const projectPath = join(folderFor(t), 'app');
  mkdirSync(projectPath);
  const { known } = slice.folders;
  const { plan } = slice.worktrees;
  slice.worktrees.plan = async (wanted) => {
    slice.db.prepare('DELETE FROM folder WHERE id = ?').run(known);
    slice.folders.find = () => undefined;
    return plan(wanted);
  };
  const made = await slice.made({ createWorktree: true, worktreeBranch: 'x', projectPath, folderId: known });
  assert.equal(made.folderId, null);
});

test('a worktree needs a repository: the one given, the one that is linked, or the one of the preferences', async (t) => {
  const slice = memory(t);
  const make = (wanted: object) => slice.made({ createWorktree: true, worktreeBranch: 'x', ...wanted });
  await assert.rejects(make({}), refused('InvalidParams', /needs a repository/, 'NO_REPO_LINKED'));
  const away = make({ githubRepoId: 'away' });
  await assert.rejects(away, refused('InvalidParams', /No folder says where/, 'REPO_NOT_CLONED'));
  assert.deepEqual([slice.rows(), slice.calls], [[], []]);
  const linked = await make({ githubRepoId: 'cloned' });
  assert.deepEqual([linked.worktreePath, linked.githubRepoId], [`${tmpdir()}-x`, 'cloned']);
  await slice.worktrees.unmake({ path: linked.worktreePath } as never);
  const repository = join(folderFor(t), 'repo');
  Object.assign(slice.preferences.current, { localRepoPath: repository });
  assert.equal((await make({})).worktreePath, `${repository}-x`);
  const started = join(folderFor(t), 'started');
  mkdirSync(started);
  Object.assign(slice.preferences.current, { localRepoPath: null, defaultWorkingDirectory: started });
  Object.assign(slice.preferences.source, { type: 'folder' });
  assert.equal((await make({})).worktreePath, `${started}-x`);
});

const steps: [what: string, break_: (slice: Memory) => void][] = [
  ['the worktree cannot be made', ({ failStep }) => failStep('make', new Error('first'))],
  ['the window cannot be made', ({ backend }) => backend.fail('create', new Error('first'))],
  ['the window stands but tmux says no', ({ backend }) => backend.fail('create', new Error('first'), 'after')],
];
for (const [what, break_] of steps) {
  test(`when ${what}, the worktree is taken back with the rest`, async (t) => {
    const slice = memory(t);
    const projectPath = join(folderFor(t), 'app');
    mkdirSync(projectPath);
    break_(slice);
    const making = slice.made({ createWorktree: true, worktreeBranch: 'x', projectPath });
    await assert.rejects(making, new Error('first'));
    assert.deepEqual([slice.rows(), [...slice.backend.windows], slice.events()], [[], [], []]);
    assert.equal(slice.calls.at(-1), `unmake ${projectPath}-x`);
    assert.equal(existsSync(`${projectPath}-x`), false);
  });
}

test('a worktree that a crash left is taken back at boot; one that cannot be now, at the next', async (t) => {
  const slice = memory(t);
  const path = join(folderFor(t), 'half');
  mkdirSync(path);
  slice.store.intend(sample(), 'k', { repoPath: '/r', path, branch: 'x' } as never);
  slice.failStep('unmake', new Error('hung'));
  await slice.look(true);
  assert.equal(slice.store.intents().length, 1);
  await slice.look(true);
  assert.deepEqual([slice.store.intents(), existsSync(path)], [[], false]);
});

test('a startup command is typed once the shell is quiet, and not before', async (t) => {
  const slice = memory(t);
  Object.assign(slice.preferences.current, { startupCommand: 'nvm use' });
  const { id, startup } = await slice.made();
  assert.deepEqual(startup, { command: 'nvm use', state: 'waiting' });
  slice.backend.print(id, '$ ');
  await once(slice.backend.spoken, 'keys');
  assert.deepEqual(slice.backend.calls.slice(-2), ['type nvm use', 'keys Enter']);
  const { startup: after } = await slice.call('session/get', { id });
  assert.deepEqual(after, { command: 'nvm use', state: 'typed' });
});

test('a shell that says nothing at all is quiet, too', async (t) => {
  const slice = memory(t);
  await slice.made({ startupCommand: 'true' });
  await once(slice.backend.spoken, 'keys');
});

test('a shell that never falls quiet is not typed into, and the session says so', async (t) => {
  const slice = memory(t);
  const { id } = await slice.made({ startupCommand: 'true' });
  const printing = setInterval(() => slice.backend.print(id, 'x'), 5);
  t.after(() => clearInterval(printing));
  await new Promise<void>((resolve) => {
    const leave = slice.places.listen(id, () => {
      if (slice.store.find(id)?.startup?.state !== 'skipped') return;
      leave();
      resolve();
    });
  });
  assert.deepEqual(
    slice.backend.calls.filter((call) => call.startsWith('type')),
    [],
  );
});

test('a command has no startup command, and an empty one is none', async (t) => {
  const slice = memory(t);
  Object.assign(slice.preferences.current, { startupCommand: 'nvm use' });
  assert.equal((await slice.made({ command: ['true'] })).startup, null);
  assert.equal((await slice.made({ startupCommand: '' })).startup, null);
});

test('a startup command that was written down as typed is never typed again', async (t) => {
  const slice = memory(t);
  const typed = sample({ startup: { command: 'rm -r build', state: 'typed' } });
  slice.store.intend(typed);
  slice.store.save(typed);
  slice.startup.begin(typed.id);
  const waiting = await slice.made({ startupCommand: 'true' });
  await once(slice.backend.spoken, 'keys');
  assert.deepEqual(
    slice.backend.calls.filter((call) => call.startsWith('type')),
    ['type true'],
  );
  assert.equal(slice.store.find(waiting.id)?.startup?.state, 'typed');
});
