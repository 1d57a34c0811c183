/** Which processes work in a directory. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inside, listProcesses, ownIn, parseLsof } from '../../../daemon/worktrees/processes.js';
import { folderFor } from '../../support/whole.js';

test('a process is found by its working directory, with the names it goes by', async (t) => {
  const home = realpathSync(folderFor(t));
  mkdirSync(join(home, 'inner'));
  const child = spawn('sh', ['-c', 'echo ready; read x'], { cwd: join(home, 'inner') });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const seen = await listProcesses();
  assert.ok(seen);
  assert.deepEqual(inside(seen, home, []), [{ pid: child.pid, command: 'sh' }]);
  assert.deepEqual(inside(seen, home, [process.pid]), []);
  assert.deepEqual(inside(seen, join(home, 'inn'), []), []);
});

test('those that descend from an excepted one do not count, and circles end', () => {
  const seen = [
    { pid: 1, parent: 0, command: 'init', directory: '/' },
    { pid: 2, parent: 1, command: 'sh', directory: '/wt' },
    { pid: 3, parent: 2, command: 'vim', directory: '/wt/a' },
    { pid: 4, parent: 5, command: 'x', directory: '/wt' },
    { pid: 5, parent: 4, command: 'y', directory: '/wtf' },
  ];
  const pids = (except: number[]) => inside(seen, '/wt', except).map(({ pid }) => pid);
  assert.deepEqual([pids([]), pids([2]), pids([3]), pids([7])], [[2, 3, 4], [4], [2, 4], [2, 3, 4]]);
});

test('git that the daemon runs is told from programs of sessions', () => {
  const seen = [
    { pid: 2, parent: 1, command: 'git', directory: '/wt' },
    { pid: 3, parent: 1, command: 'bash', directory: '/wt' },
    { pid: 4, parent: 3, command: 'git', directory: '/wt' },
  ];
  assert.deepEqual(ownIn(seen, 1), [2]);
});

test('what lsof prints is taken apart', () => {
  assert.deepEqual(parseLsof('p12\nR1\ncbash\nfcwd\nn/Users/ann/a b\np13\nR12\ncvim\nfcwd\nn/\n'), [
    { pid: 12, parent: 1, command: 'bash', directory: '/Users/ann/a b' },
    { pid: 13, parent: 12, command: 'vim', directory: '/' },
  ]);
});
