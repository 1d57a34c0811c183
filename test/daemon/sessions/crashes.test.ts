/** A daemon killed while it makes a session with a worktree: afterwards all of it is there, or none, and nothing of the user's is lost. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '#client';
import { alive, type Daemon } from '../../support/daemon.js';
import { heldGit } from '../../support/held-git.js';
import { randomFrom } from '../../support/random.js';
import { placeFor, type TestRepository } from '../../support/repository.js';
import { askTmux, reach, whole } from '../../support/whole.js';

/** Random kills; more of them prove more. */
const KILLS = Number(process.env.RDV_SOAK_CREATES ?? 6);
const SEED = Number(process.env.RDV_SOAK_SEED ?? 20_261_124);
const BRANCH = 'feature/x';

/** Rows, windows, worktrees and branches, as each of their owners tells it. */
async function found(daemon: Daemon, client: Client, repository: TestRepository) {
  const { sessions } = await client.call('session/list', {});
  const windows = askTmux(daemon, 'list-sessions', '-F', '#{session_name}').split('\n');
  return {
    sessions: sessions.map(({ status, worktreePath }) => [status, worktreePath]),
    windows: windows.filter((name) => /^rdv-[0-9a-f]{8}-/.test(name)).length,
    worktrees: repository.git('worktree', 'list', '--porcelain').match(/^worktree .*$/gm)?.length,
    branches: repository.git('branch', '--format', '%(refname:short)').split('\n'),
    directory: existsSync(`${repository.path}-feature-x`),
  };
}

const nothing = { sessions: [], windows: 0, worktrees: 1, branches: ['main'], directory: false };
const everything = ({ path }: TestRepository) => ({
  sessions: [['active', `${path}-feature-x`]],
  windows: 1,
  worktrees: 2,
  branches: [BRANCH, 'main'],
  directory: true,
});

const create = (client: Client, { path: projectPath }: TestRepository) =>
  client.call('session/create', {
    projectPath,
    createWorktree: true,
    worktreeBranch: BRANCH,
    command: ['cat'],
    idempotencyKey: 'k',
  });

/** Resolves when a file appears. */
function appeared(path: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(dirname(path), () => check());
    const check = () => {
      if (!existsSync(path)) return;
      watcher.close();
      resolve();
    };
    check();
  });
}

/** A repository with enough files that a checkout can be cut short. */
function filled(t: TestContext): TestRepository {
  const repository = placeFor(t).init('app');
  repository.commit(
    Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`d${at % 10}/f${at}`, `${at}\n`.repeat(50)])),
  );
  return repository;
}

function isWhole({ git, path }: TestRepository): boolean {
  try {
    // Without its lock: the git that makes the worktree would not get it, and give up.
    return git('--no-optional-locks', '-C', `${path}-feature-x`, 'status', '--porcelain') === '';
  } catch {
    // It does not know its own commit yet.
    return false;
  }
}

for (const when of ['before', 'after'] as const) {
  test(`killed just ${when} git makes the worktree, nothing of it stands after the next start`, async (t) => {
    const repository = filled(t);
    const held = heldGit(t, when, 'worktree add');
    const { daemon, client } = await whole(t, { environment: { PATH: `${held.folder}:${process.env.PATH}` } });
    const making = create(client, repository).catch((error) => error);
    await appeared(held.reached);
    assert.equal(existsSync(`${repository.path}-feature-x`), when === 'after');
    await daemon.kill9();
    await making;
    await daemon.restart({ PATH: process.env.PATH ?? '' });
    const again = await reach(t, daemon);
    // The git of the killed daemon must not come back to life.
    assert.equal(alive(Number(readFileSync(held.reached, 'utf8'))), false);
    assert.deepEqual(await found(daemon, again, repository), nothing);
    await create(again, repository);
    assert.deepEqual(await found(daemon, again, repository), everything(repository));
  });
}

test('killed while tmux is asked for the window, the session is there or nothing of it is', async (t) => {
  const repository = filled(t);
  const { daemon, client } = await whole(t);
  const server = Number(askTmux(daemon, 'display-message', '-p', '#{pid}'));
  process.kill(server, 'SIGSTOP');
  t.after(() => alive(server) && process.kill(server, 'SIGCONT'));
  const made = appeared(`${repository.path}-feature-x`);
  let over: unknown;
  const making = create(client, repository).catch((error) => {
    over = error;
  });
  await made;
  while (!isWhole(repository)) {
    assert.equal(over, undefined);
    await sleep(10);
  }
  await daemon.kill9();
  await making;
  process.kill(server, 'SIGCONT');
  await daemon.restart();
  const again = await reach(t, daemon);
  const after = await found(daemon, again, repository);
  assert.deepEqual(after, after.sessions.length > 0 ? everything(repository) : nothing);
  await create(again, repository);
  assert.deepEqual(await found(daemon, again, repository), everything(repository));
});

test('what somebody put into a half-made worktree is not lost', async (t) => {
  const repository = filled(t);
  const held = heldGit(t, 'after', 'worktree add');
  const { daemon, client } = await whole(t, { environment: { PATH: `${held.folder}:${process.env.PATH}` } });
  const making = create(client, repository).catch((error) => error);
  await appeared(held.reached);
  await daemon.kill9();
  await making;
  const mine = join(`${repository.path}-feature-x`, 'mine');
  writeFileSync(mine, 'work');
  await daemon.restart({ PATH: process.env.PATH ?? '' });
  held.release();
  const again = await reach(t, daemon);
  assert.ok(existsSync(mine));
  assert.deepEqual((await found(daemon, again, repository)).sessions, []);
});

test(`killed ${KILLS} times at random, all of the session is there or none of it (seed ${SEED})`, async (t) => {
  const repository = filled(t);
  const { daemon, client } = await whole(t);
  const started = performance.now();
  await create(client, repository);
  const usual = performance.now() - started;
  const chance = randomFrom(SEED);
  let next = client;
  for (let round = 0; round < KILLS; round++) {
    for (const { id } of (await next.call('session/list', {})).sessions) {
      await next.call('session/close', { id });
      repository.git('worktree', 'remove', '--force', `${repository.path}-feature-x`);
      repository.git('branch', '-D', BRANCH);
    }
    const making = next.call('session/create', {
      ...{ projectPath: repository.path, createWorktree: true, worktreeBranch: BRANCH, command: ['cat'] },
    });
    making.catch(() => {});
    await sleep(chance(Math.ceil(usual * 1.2)));
    await daemon.kill9();
    await daemon.restart();
    next = await reach(t, daemon);
    const after = await found(daemon, next, repository);
    assert.deepEqual(after, after.sessions.length > 0 ? everything(repository) : nothing, `round ${round}`);
  }
});
