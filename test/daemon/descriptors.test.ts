/** A daemon out of descriptors: those connected go on, the rest is turned away, nothing spins, and it is over when they leave. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { RpcError } from '#protocol';
import { pathsIn } from '#protocol/paths';
import { refused } from '../support/refused.js';
import { placeFor } from '../support/repository.js';
import { reach, whole } from '../support/whole.js';

const DESCRIPTORS = 60;

test(`with ${DESCRIPTORS} descriptors and a flood of connections it serves who is there, says what it cannot do, and recovers`, {
  skip: process.platform !== 'linux' && 'the use of the processor is read from /proc',
}, async (t) => {
  const repository = placeFor(t).init('app');
  repository.commit({ a: 'a' });
  const { daemon, client } = await whole(t, { descriptors: DESCRIPTORS });
  const { id } = await client.call('session/create', { command: ['cat'] });
  const git = () => client.call('worktree/list', { repoPath: repository.path });
  const flood: Socket[] = [];
  let turnedAway = 0;
  for (let i = 0; i < 4 * DESCRIPTORS; i++) {
    const socket = connect(daemon.socket);
    socket.on('error', () => {});
    socket.once('close', () => turnedAway++);
    flood.push(socket);
    await once(socket, 'connect');
  }
  while (turnedAway < 2 * DESCRIPTORS) await sleep(5);

  const before = cpuMs(daemon.pid);
  await assert.rejects(
    git(),
    refused('Unavailable', /^Too many files are open \(EMFILE\)\. .*ulimit -n/, 'TOO_MANY_FILES'),
  );
  await client.call('session/send', { id, text: 'hi', enter: true });
  await client.call('session/wait', { id, until: 'pattern', pattern: '^hi', timeoutMs: 10_000 });
  await client.call('session/rename', { id, name: 'renamed' });
  // Its connection to tmux is cut, and cannot be made anew.
  process.kill(tmuxClientOf(daemon.pid), 'SIGKILL');
  await sleep(1000);
  assert.equal((await client.call('session/get', { id })).name, 'renamed');
  assert.ok(cpuMs(daemon.pid) - before < 900, 'it spins');
  const lines = readFileSync(pathsIn(daemon.home).log, 'utf8').split('\n').length;
  assert.ok(lines < 50, `${lines} lines of log`);

  for (const socket of flood) socket.destroy();
  while (turnedAway < flood.length) await sleep(5);
  // Their ends are seen by the daemon a moment later, and tmux is asked for again when it is its turn.
  await soon(git);
  const other = await reach(t, daemon);
  await soon(() => other.call('session/send', { id, text: 'again', enter: true }));
  await client.call('session/wait', { id, until: 'pattern', pattern: '^again', timeoutMs: 10_000 });
});

/** Asked again while it says that it cannot do it now. */
async function soon(act: () => Promise<unknown>): Promise<void> {
  for (const late = performance.now() + 10_000; ; await sleep(20)) {
    try {
      return void (await act());
    } catch (error) {
      if (!(error instanceof RpcError && error.kind === 'Unavailable') || performance.now() > late) throw error;
    }
  }
}

/** The process by which a daemon speaks to tmux. */
function tmuxClientOf(daemon: number): number {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,comm='], { encoding: 'utf8' }).split('\n');
  const found = lines
    .map((line) => line.trim().split(/\s+/))
    .find(([, parent, name]) => Number(parent) === daemon && /^tmux/.test(name!));
  return Number(found![0]);
}

/** What a process has used of the processor. */
function cpuMs(pid: number): number {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ').slice(11, 13);
  return (Number(user) + Number(system)) * 10;
}
