/** The daemon for tests is a real one, and leaves nothing. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { connect } from '#client';
import { startDaemon } from './daemon.js';

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
    return false;
  }
}

const askTmux = (name: string, ...command: string[]) =>
  spawnSync('tmux', ['-L', name, ...command], { encoding: 'utf8' });
const tmuxRuns = (name: string) => askTmux(name, 'has-session').status === 0;

test('a stopped daemon leaves no process, no tmux server and no file', async (t) => {
  const daemon = await startDaemon();
  t.after(() => daemon.stop());
  const { home, pid, tmux, socket, token } = daemon;
  const client = await connect({ socketPath: socket, token });
  t.after(() => client.close());
  await client.call('session/create', { command: ['cat'] });
  assert.deepEqual([statSync(socket).isSocket(), runs(pid), tmuxRuns(tmux)], [true, true, true]);
  // Even a server that answers nobody must not hold up the end.
  process.kill(Number(askTmux(tmux, 'display-message', '-p', '#{pid}').stdout), 'SIGSTOP');
  await daemon.stop();
  await daemon.stop();
  assert.deepEqual([existsSync(home), runs(pid), tmuxRuns(tmux)], [false, false, false]);
});

test('after kill -9 it starts again over the same folder and tmux server', async (t) => {
  const daemon = await startDaemon();
  t.after(() => daemon.stop());
  const { home, pid, tmux, token } = daemon;
  await daemon.kill9();
  assert.deepEqual([runs(pid), tmuxRuns(tmux)], [false, true]);
  await daemon.restart();
  assert.deepEqual([daemon.home, daemon.tmux, daemon.token], [home, tmux, token]);
  assert.notEqual(daemon.pid, pid);
});

test('a daemon that cannot start says why', async () => {
  await assert.rejects(startDaemon({ environment: { PATH: '/nowhere', RDV_BACKEND: 'tmux' } }), /tmux/);
});
