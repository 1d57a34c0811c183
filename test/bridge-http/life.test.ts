/** The life of a bridge: one at a time, started and ended by anybody, and nothing lost when it or the daemon goes. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pathsIn } from '#protocol/paths';
import { askBridge, findBridgeProcess, secondsOf } from '../../client/bridge.js';
import { startBridge } from '../support/bridged.js';
import { root } from '../support/documents.js';
import { folderFor } from '../support/whole.js';

async function runProgram(home: string, program: string, ...args: string[]) {
  const env = { ...process.env, REMOTE_DEV_DIR: home };
  const child = spawn(process.execPath, [join(root, 'dist', program), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => (said.stdout += data));
  child.stderr.on('data', (data) => (said.stderr += data));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...said };
}

const rdv = (home: string, ...args: string[]) => runProgram(home, 'rdv.cjs', 'bridge', ...args);

/** A data folder whose bridge, if any, is ended afterwards. */
function homeFor(t: TestContext) {
  const home = folderFor(t);
  const paths = pathsIn(home);
  t.after(async () => {
    const pid = await findBridgeProcess(paths);
    if (pid) process.kill(pid, 'SIGTERM');
    while (pid && (await findBridgeProcess(paths))) await delay(10);
  });
  return { home, paths };
}

test('`rdv bridge` starts one before there is a daemon, tells where, and ends it without a trace', async (t) => {
  const { home, paths } = homeFor(t);
  const away = await rdv(home, 'status');
  assert.deepEqual([away.code, away.stdout], [69, '']);
  const starts = await Promise.all([rdv(home, 'start', '--json', '--port', '0'), rdv(home, 'start', '--json')]);
  assert.deepEqual(
    starts.map(({ code }) => code),
    [0, 0],
    starts.map(({ stderr }) => stderr).join(),
  );
  // Should both have begun, one of them finds that its name is taken.
  let pid = await findBridgeProcess(paths);
  for (const file of [paths.bridgeSocket, paths.terminalSocket, paths.bridgePid, paths.bridgeLog])
    assert.equal(statSync(file).mode & 0o777, 0o600, file);
  const status = await rdv(home, 'status', '--json');
  pid = await findBridgeProcess(paths);
  const { version: _, port: __, ...told } = JSON.parse(status.stdout);
  const sockets = { socket: paths.bridgeSocket, terminalSocket: paths.terminalSocket };
  assert.deepEqual(told, { pid, ...sockets, reachesDaemon: false, status: 'degraded' });
  const second = await runProgram(home, 'rdv-bridge.cjs');
  assert.deepEqual(
    [second.code, second.stderr],
    [75, `rdv-bridge: already running (pid ${pid}) at ${paths.bridgeSocket}.\n`],
  );
  assert.deepEqual((await rdv(home, 'stop', '--json')).stdout, '{"success":true}\n');
  for (const file of [paths.bridgeSocket, paths.terminalSocket, paths.bridgePid, paths.bridgePort])
    assert.equal(existsSync(file), false, file);
});

test('a bridge that was killed is in nobody\u2019s way, and a process that has its number is not taken for it', async (t) => {
  const { home, paths } = homeFor(t);
  assert.equal((await rdv(home, 'start', '--port', '0')).code, 0);
  const pid = (await findBridgeProcess(paths))!;
  process.kill(pid, 'SIGKILL');
  while (await findBridgeProcess(paths)) await delay(10);
  assert.equal(existsSync(paths.bridgeSocket), true);
  assert.equal((await rdv(home, 'start')).code, 0);
  assert.notEqual(await findBridgeProcess(paths), pid);
  assert.equal(existsSync(paths.bridgePort), false);
  const again = await rdv(home, 'start', '--port', '0');
  assert.deepEqual([again.code, /not with `--port 0`/.test(again.stderr)], [0, true]);
  await rdv(home, 'stop');
  writeFileSync(paths.bridgePid, `${process.pid}\n`);
  assert.equal(await findBridgeProcess(paths), undefined);
  const stop = await rdv(home, 'stop');
  assert.deepEqual([stop.code, stop.stderr], [0, 'No bridge runs.\n']);
  rmSync(paths.bridgePid);
});

test('mistakes of the configuration, a port that is taken and a path too long are told with their cure', async (t) => {
  const { home, paths } = homeFor(t);
  writeFileSync(paths.config, '[bridge]\nport = "x"\ntcp = 3\n');
  const wrong = await runProgram(home, 'rdv-bridge.cjs');
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /^rdv-bridge: .*bridge\.port.*\nrdv-bridge: .*bridge\.tcp.*\n$/);
  assert.equal((await rdv(home, 'start')).code, 2);
  rmSync(paths.config);
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const { port } = other.address() as { port: number };
  const taken = await rdv(home, 'start', '--port', String(port));
  assert.equal(taken.code, 5);
  assert.match(taken.stderr, /^rdv: Port \d+ of 127\.0\.0\.1 cannot be had \(EADDRINUSE\)\.\nSet bridge\.port/);
  const long = join(home, 'a'.repeat(100));
  const { code, stderr } = await runProgram(long, 'rdv-bridge.cjs');
  assert.equal(code, 2, stderr);
  assert.match(stderr, /socket path|too long|bytes/);
});

test('of two bridges the one whose socket was taken ends, and one whose names are lost has them back', async (t) => {
  const { home, paths } = homeFor(t);
  const first = await startBridge(t, home, ['--port', '0']);
  // Not asked whether it is there, as in a race: its name is gone for the moment.
  rmSync(paths.bridgeSocket);
  while (!existsSync(paths.bridgeSocket)) await delay(20);
  for (const file of [paths.terminalSocket, paths.bridgePort, paths.bridgePid]) rmSync(file);
  while (![paths.terminalSocket, paths.bridgePort, paths.bridgePid].every((file) => existsSync(file))) await delay(20);
  assert.equal(Number(readFileSync(paths.bridgePort, 'utf8')), first.port);
  const ended = once(first.child, 'exit');
  // Held, it cannot take its name back before the second has it.
  first.child.kill('SIGSTOP');
  rmSync(paths.bridgeSocket);
  const second = await startBridge(t, home);
  first.child.kill('SIGCONT');
  assert.deepEqual(await ended, [75, null]);
  assert.ok(await askBridge(paths.bridgeSocket));
  assert.equal((await rdv(home, 'status')).code, 0);
  await second.stop();
});

test('the age of a process is read in all its forms', () => {
  assert.deepEqual(['00:05', '01:02:03', '2-00:00:01'].map(secondsOf), [5, 3723, 172_801]);
});
