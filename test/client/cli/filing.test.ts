/** Folders, worktrees and the trash on the command line: pure rules first, then `rdv` against a real daemon. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Folder, WorktreeState } from '#protocol';
import { treeOf } from '../../../client/cli/folders.js';
import { inTime } from '../../../client/cli/text.js';
import { stakeLines } from '../../../client/cli/worktrees.js';
import { namesFromRoot } from '../../../client/meant.js';
import { startDaemon } from '../../support/daemon.js';
import { placeFor } from '../../support/repository.js';
import { inTerminal, rdv } from './program.js';

const folder = (id: string, parentId: string | null, name = id): Folder =>
  ({ id, parentId, name, path: null }) as Partial<Folder> as Folder;

test('folders are drawn as a tree, in the order given', () => {
  const folders = [
    folder('a', null),
    folder('b', null),
    folder('a1', 'a'),
    folder('a2', 'a'),
    folder('a1x', 'a1'),
    folder('b1', 'b'),
  ];
  assert.deepEqual(
    treeOf(folders).map(({ lines, folder: { name } }) => lines + name),
    ['a', '├─ a1', '│  └─ a1x', '└─ a2', 'b', '└─ b1'],
  );
  const names = namesFromRoot(folders);
  assert.deepEqual([names('a1x'), names('b')], ['a/a1/a1x', 'b']);
});

test('what is coming is told in its largest unit', () => {
  assert.deepEqual(
    [-5, 400, 1000, 3_600_000 * 23, 30 * 86_400_000 - 5000].map((ahead) => inTime(1e12 + ahead, 1e12)),
    ['now', 'now', 'in 1s', 'in 23h', 'in 30d'],
  );
});

test('what is at stake in a worktree is told in words', () => {
  const clean = {
    ...{ staged: 0, modified: 0, conflicted: 0, untracked: 0, ignored: 9, unpushed: 0, unpushedCommits: [] },
    ...{ operation: null, locked: false, lockReason: null, processes: [], sessionIds: [], stakes: [] },
  } as Partial<WorktreeState> as WorktreeState;
  assert.deepEqual(stakeLines(clean), []);
  const state: WorktreeState = {
    ...clean,
    modified: 1,
    untracked: 2,
    unpushed: 1,
    unpushedCommits: [{ commit: '0123456789abcdef', subject: 'fix\x1b[31m it' }],
    operation: 'merge',
    locked: true,
    lockReason: 'on a stick',
    processes: [{ pid: 7, command: 'vim' }],
    sessionIds: ['s'],
    stakes: ['UNKNOWN'],
  };
  assert.deepEqual(stakeLines(state), [
    'not committed: 1 changed file, 2 untracked files',
    'not pushed: 1 commit',
    '  01234567 fix[31m it',
    'in the middle of a merge',
    'locked: on a stick',
    'in use by 7 vim',
    'in use by 1 open session',
    'something that could not be looked at',
  ]);
});

/** A repository `app` with one commit. */
function repositoryFor(t: TestContext) {
  const repository = placeFor(t).init('app');
  repository.commit({ README: 'hello' });
  return repository;
}

async function opened(t: TestContext) {
  const daemon = await startDaemon();
  t.after(() => daemon.stop());
  const run = (...args: string[]) => rdv(daemon.home, args);
  const done = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(...args);
    assert.ok(code === 0 && !/^rdv:/m.test(stderr), `${args.join(' ')}: ${code} ${stderr}`);
    return stdout;
  };
  const json = async (...args: string[]) => JSON.parse(await done('--json', ...args));
  return { daemon, run, done, json };
}

test('folders by name, by path of names, by the beginning of an id; sessions filed in them', async (t) => {
  const { done, run, json, daemon } = await opened(t);
  const work = await json('folder', 'create', 'work');
  await done('folder', 'create', 'api', '--parent-id', 'work', '--path', '/tmp');
  await done('folder', 'create', 'play');
  await done('folder', 'create', 'api', '--parent-id', 'play');
  const doubtful = await run('folder', 'get', 'api');
  assert.deepEqual([doubtful.code, doubtful.stdout], [2, '']);
  assert.match(doubtful.stderr, /"api" fits 2 folders: \w{8} \(work\/api\), \w{8} \(play\/api\)\.\nName one/);
  const api = await json('folder', 'get', 'work/api');
  assert.equal(api.parentId, work.id);
  assert.match(
    (await run('folder', 'get', 'wrok')).stderr,
    /No folder "wrok"\.\nDid you mean "work"\? `rdv folder list`/,
  );

  await done('new', '-d', '--name', 'here', '-f', 'work/api', '--', 'cat');
  await done('new', '-d', '--name', 'there', '-C', '/', '--', 'cat');
  const [here] = (await json('ls', '--folder', 'work/api')).sessions;
  assert.deepEqual([here.name, here.folderId, here.projectPath], ['here', api.id, '/tmp']);
  await done('session', 'move', 'there', 'work');
  await done('session', 'move', 'here', 'none');
  const lines = (await done('folder', 'list')).trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => line.split('\t').slice(1)),
    [
      ['work', '-', '1'],
      ['work/api', '/tmp', '0'],
      ['play', '-', '0'],
      ['play/api', '-', '0'],
    ],
  );
  const screen = inTerminal(daemon.home, '$RDV folder list');
  assert.equal(await screen.ended, 0);
  assert.match(
    screen.text,
    /FOLDER +ID +DIRECTORY +SESSIONS\r\nwork .* 1\r\n└─ api .*\/tmp +0\r\nplay .* 0\r\n└─ api /,
  );
  const refused = await run('folder', 'delete', 'work/api');
  assert.deepEqual([refused.code, refused.stdout], [2, '']);
  assert.match(refused.stderr, /delete folder "api" needs a confirmation/);
  await done('folder', 'delete', 'work/api', '--yes');
});

test('a value is explained: where it is from, and what it hides', async (t) => {
  const { done, json } = await opened(t);
  await done('folder', 'create', 'work');
  await done('preference', 'set', '--tmux-history-limit', '500');
  await done('preference', 'set-folder', 'work', '--tmux-history-limit', '700');
  await done('preference', 'set-variables', '--folder-id', 'work', '--variables', 'PORT=3999', '--variables', 'A=b');
  const lines = (await done('preference', 'explain', 'work')).split('\n');
  assert.ok(lines.includes('tmuxHistoryLimit\t700\tfolder work\t500 (yours), 10000 (built in)'), lines.join('\n'));
  assert.ok(lines.includes('environmentVars.A\tb\tfolder work\t-'), lines.join('\n'));
  assert.equal(await done('preference', 'environment', 'work'), 'A\tb\tfolder work\t-\nPORT\t3999\tfolder work\t-\n');
  await done('preference', 'set-folder', 'work', '--tmux-history-limit', 'none');
  assert.equal((await json('preference', 'explain', 'work')).preferences.tmuxHistoryLimit, 500);
});

test('a worktree is made from here, shown, kept while work is at stake, moved to the trash and back', async (t) => {
  const { daemon, done, run } = await opened(t);
  const { path: repository, git } = repositoryFor(t);
  const there = (script: string) => inTerminal(daemon.home, `cd '${repository}' && ${script}`);
  const path = `${repository}-fix-1`;

  const making = there('$RDV worktree create fix/1 && $RDV worktree list');
  assert.equal(await making.ended, 0, making.text);
  const shown = making.text.replace(/\x1b\[\d+m/g, '');
  assert.match(shown, new RegExp(`^${path}\r\nMade on the new branch fix/1, from main\\.\r\n`));
  assert.match(
    shown,
    /PATH +BRANCH +COMMIT +STATE\r\n.*\/app +main +\w{8} +main\r\n.*\/app-fix-1 +fix\/1 +\w{8} +-\r\n/,
  );
  writeFileSync(join(path, 'mine'), 'work');
  const refused = await run('worktree', 'remove', path, '--yes');
  assert.deepEqual([refused.code, refused.stdout], [5, '']);
  assert.match(refused.stderr, /is not removed: not committed: 1 untracked file\.\nCommit and push, or add --force/);

  const removing = there('$RDV worktree remove fix/1 --force');
  await removing.shows('not committed: 1 untracked file');
  await removing.shows(/move .*app-fix-1 to the trash\? \[y\/N\]/);
  removing.type('y\r');
  assert.equal(await removing.ended, 0, removing.text);
  assert.equal(existsSync(path), false);
  const [id = '', kind, name, branch] = (await done('trash', 'list')).split('\n')[0]!.split('\t');
  assert.deepEqual([kind, name, branch], ['worktree', path, 'fix/1']);
  await done('trash', 'restore', id.slice(0, 8));
  assert.equal(readFileSync(join(path, 'mine'), 'utf8'), 'work');
  assert.equal(git('-C', path, 'branch', '--show-current'), 'fix/1');
  assert.equal(await done('trash', 'list'), '');
});

test('a session with a worktree of its own goes to the trash with it', async (t) => {
  const { done, json } = await opened(t);
  const { path: repository } = repositoryFor(t);
  const id = (await done('new', '-d', '--name', 'feature', '-C', repository, '-w', 'try', '--', 'cat')).trim();
  const made = await json('session', 'get', id);
  assert.equal(made.worktreePath, join(dirname(repository), 'app-try'));
  await done('close', 'feature', '--trash', '--yes');
  assert.equal(existsSync(made.worktreePath), false);
  assert.equal((await json('session', 'get', id)).status, 'trashed');
  await done('trash', 'restore', 'feature');
  assert.equal((await json('session', 'get', id)).status, 'closed');
  assert.ok(existsSync(made.worktreePath));
});

test('a worktree that was there before its session is never taken with it', async (t) => {
  const { done, json } = await opened(t);
  const { path: repository, git } = repositoryFor(t);
  git('worktree', 'add', '-q', '-b', 'mine', '../app-mine');
  const id = (await done('new', '-d', '--name', 'guest', '-C', repository, '-w', 'mine', '--', 'cat')).trim();
  const made = await json('session', 'get', id);
  assert.deepEqual([made.projectPath, made.worktreePath], [join(dirname(repository), 'app-mine'), null]);
  await done('close', 'guest', '--trash', '--yes');
  assert.ok(existsSync(made.projectPath));
  assert.equal((await json('trash', 'list')).items[0].worktree, null);
});

test('knowledge is added, found, shown and written out', async (t) => {
  const { done, json } = await opened(t);
  await done('folder', 'create', 'api');
  await done('knowledge', 'update', 'api', 'add_skill', '--data', '{"name":"test","command":"npm test"}');
  await done(
    'knowledge',
    'update',
    'api',
    'add_convention',
    '--data',
    '{"description":"two spaces","category":"style"}',
  );
  const { id } = (await json('knowledge', 'get', 'api')).skills[0];
  assert.match(await done('knowledge', 'get', 'api'), new RegExp(`^skill\\ttest: npm test\\t70%\\t${id}$`, 'm'));
  assert.match((await done('knowledge', 'search', 'api', 'npm')).split('\n')[0]!, /^skill\ttest: npm test\t\d+%\t/);
  assert.match(await done('knowledge', 'export', 'api'), /npm test/);
});
