/** Who runs, broken on purpose: a lock held by a stranger, pid files that lie, sockets left or taken, two daemons. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathsIn } from '#protocol/paths';
import { judgePid } from '../../../daemon/doctor/socket.js';
import { finds, heal, look, stoppedHome } from '../../support/doctor.js';
import { folderFor, whole } from '../../support/whole.js';

const linux = process.platform === 'linux';

/** Another process that runs a piece of JavaScript until the test is over; resolves once it printed something. */
async function other(t: TestContext, script: string, ...args: string[]) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

const holdLock = `const { takeLock } = await import(${JSON.stringify(new URL('../../../daemon/db/lock.js', import.meta.url).href)});
  const lock = await takeLock(process.argv[1]); console.log('taken'); setInterval(() => lock.isHeld(), 1000);`;
const listenAt = `import { createServer } from 'node:net';
  createServer().listen(process.argv[1], () => console.log('listens'));`;

/** The socket of somebody who was killed. */
async function leaveSocket(path: string): Promise<void> {
  const server = createServer().listen(`${path}.bound`);
  await once(server, 'listening');
  renameSync(`${path}.bound`, path);
  server.close();
  chmodSync(path, 0o600);
}

test('lock: one held by a process that is no daemon is told with its pid', { skip: !linux }, async (t) => {
  const { home, lock } = stoppedHome(t);
  assert.deepEqual(await look('lock', home), { level: 'ok', seen: 'no daemon runs' });
  const { pid } = await other(t, holdLock, lock);
  const seen = new RegExp(`^The lock is held by pid ${pid}, which is no daemon: .*node`);
  await finds('lock', home, ['failure', seen, `kill ${pid}`]);
});

test('lock: a file that is no lock is told', async (t) => {
  const { home, lock } = stoppedHome(t);
  writeFileSync(lock, 'x'.repeat(5000));
  await finds('lock', home, ['warning', /lock\.db cannot be looked at: .*not a database/, 'rdv daemon status']);
});

test('pid-file: one of a killed daemon is told and removed, also with its socket', async (t) => {
  const { home, pid, socket } = stoppedHome(t);
  await leaveSocket(socket);
  writeFileSync(pid, '4242\n');
  await finds('pid-file', home, [
    'warning',
    /rdvd\.pid names 4242, but no daemon runs: it was killed\.$/,
    'rdv daemon start',
  ]);
  await finds('socket', home, ['warning', /api\.sock was left by a daemon that was killed\.$/, 'rdv daemon start']);
  assert.deepEqual(await heal('pid-file', home), { done: `Removed ${pid}.`, level: 'ok' });
  const healed = { done: `Removed ${socket}, at which nobody listened.`, level: 'ok' };
  assert.deepEqual(await heal('socket', home), healed);
  assert.deepEqual([existsSync(pid), existsSync(socket)], [false, false]);
});

test('pid-file: one that names another than the daemon is told and corrected', { skip: !linux }, async (t) => {
  const { daemon } = await whole(t);
  const { home, pid } = pathsIn(daemon.home);
  assert.deepEqual(await look('pid-file', home), { level: 'ok', seen: `names ${daemon.pid}` });
  writeFileSync(pid, '1\n');
  const seen = new RegExp(`names 1, but the daemon is ${daemon.pid}\\.$`);
  await finds('pid-file', home, ['warning', seen, `echo ${daemon.pid} > ${pid}`]);
  assert.deepEqual(await heal('pid-file', home), { done: `${pid} names ${daemon.pid} now.`, level: 'ok' });
  assert.equal(readFileSync(pid, 'utf8'), `${daemon.pid}\n`);
});

test('pid-file: nothing is concluded where the system does not tell who holds the lock', () => {
  assert.equal(judgePid('/p', '7', { held: true, pid: undefined }).level, 'ok');
  assert.equal(judgePid('/p', '', { held: true, pid: 7 }).level, 'note');
  assert.equal(judgePid('/p', '7', { held: undefined, reason: 'x' }).level, 'note');
});

test('socket: one of a running daemon that is open to others is closed; one that is gone is told', async (t) => {
  const { daemon } = await whole(t);
  const { home, socket } = pathsIn(daemon.home);
  assert.equal((await look('socket', home)).level, 'ok');
  chmodSync(socket, 0o666);
  await finds('socket', home, ['failure', /has mode 0666, expected 0600\.$/, `chmod 600 ${socket}`]);
  assert.deepEqual(await heal('socket', home), { done: `${socket} has mode 0600 now, it had 0666.`, level: 'ok' });
  assert.equal(statSync(socket).mode & 0o777, 0o600);
  renameSync(socket, `${socket}.away`);
  const cure = /^kill (\d+|\$\(cat .*rdvd\.pid\)); rdv daemon start$/;
  await finds('socket', home, ['failure', /A daemon runs, but its socket .* is gone/, cure]);
  await leaveSocket(socket);
  await finds('socket', home, ['failure', /A daemon runs, but nobody listens at/, cure]);
  assert.deepEqual(await heal('socket', home), { done: '', level: 'failure' }, 'what a daemon owns is left alone');
  assert.equal(existsSync(socket), true);
});

test('socket: something else in its place, and somebody without the lock, are told and left alone', async (t) => {
  const { home, socket } = stoppedHome(t);
  writeFileSync(socket, '');
  await finds('socket', home, ['failure', /is no socket, so no daemon can start\.$/, `mv ${socket} ${socket}.aside`]);
  assert.deepEqual(await heal('socket', home), { done: '', level: 'failure' });
  rmSync(socket);
  await other(t, listenAt, socket);
  chmodSync(socket, 0o600);
  await finds('socket', home, ['failure', /^Somebody listens at .* who does not hold the lock\.$/, `fuser ${socket}`]);
  assert.deepEqual(await heal('socket', home), { done: '', level: 'failure' });
});

test('socket-path: one too long, and a variable that leads elsewhere, are told', async (t) => {
  const { home } = stoppedHome(t);
  assert.equal((await look('socket-path', home)).level, 'ok');
  const deep = join(folderFor(t), 'x'.repeat(90));
  renameSync(home, deep);
  const cure = 'export REMOTE_DEV_DIR=/a/shorter/path';
  await finds('socket-path', deep, ['failure', /has \d+ bytes, at most 103 work\.$/, cure]);
  renameSync(deep, home);
  const elsewhere = { environment: { RDV_SOCKET: '/else/where.sock' } };
  await finds(
    'socket-path',
    home,
    ['warning', /^RDV_SOCKET leads to \/else\/where\.sock, not/, 'unset RDV_SOCKET'],
    elsewhere,
  );
});

test('one-daemon: a second process that listens in the run folder is told with its pid', {
  skip: !linux,
}, async (t) => {
  const { daemon } = await whole(t);
  assert.equal((await look('one-daemon', daemon.home)).level, 'ok');
  const second = await other(t, listenAt, join(pathsIn(daemon.home).run, '.zzzzz'));
  try {
    const cure = `kill ${second.pid}`;
    await finds('one-daemon', daemon.home, ['failure', /^2 processes listen in .*\/run; only one/, cure]);
  } finally {
    // Before the daemon is looked for: it names its folder.
    const ended = once(second, 'exit');
    second.kill('SIGKILL');
    await ended;
  }
});
