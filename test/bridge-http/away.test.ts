/** The bridge while the daemon goes and comes, and while it goes itself: who waits is answered. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openBridge } from '../../bridge-http/bridge.js';
import { askOver, startBridge } from '../support/bridged.js';
import { root } from '../support/documents.js';
import { startStub } from '../support/stub-daemon.js';
import { folderFor, whole } from '../support/whole.js';

const rdv = (home: string, ...args: string[]) =>
  promisify(execFile)(process.execPath, [join(root, 'dist/rdv.cjs'), ...args], {
    env: { ...process.env, REMOTE_DEV_DIR: home },
  });

test('a bridge that ends answers what is under way, tells that caller to go, and takes no more', async (t) => {
  let give = (_: object) => {};
  const given = new Promise<object>((resolve) => (give = resolve));
  const stub = await startStub({ 'session/list': () => given });
  t.after(() => stub.stop());
  const home = folderFor(t);
  const socketPath = join(home, 'bridge.sock');
  const serviceToken = join(home, 'token');
  writeFileSync(serviceToken, 'x');
  const bridge = await openBridge({
    socketPath: stub.socketPath,
    portFile: join(home, 'port'),
    version: '0',
    log: () => {},
    settings: {
      socket: socketPath,
      terminalSocket: join(home, 'terminal.sock'),
      port: undefined,
      serviceToken,
      allowed: { hosts: [], origins: [] },
      access: undefined,
      log: { level: 'info', bytes: 1024, files: 1 },
    },
  });
  const headers = { 'x-rdv-service-token': 'x', 'x-rdv-user-id': 'ann', connection: 'keep-alive' };
  const asking = askOver({ socketPath }, 'GET', '/api/sessions', { headers });
  await stub.heardOf('session/list');
  const closed = bridge.close();
  assert.equal(existsSync(socketPath), false);
  await assert.rejects(askOver({ socketPath }, 'GET', '/health'), { code: 'ENOENT' });
  give({ sessions: [] });
  const answer = await asking;
  assert.deepEqual([answer.status, answer.body, answer.headers.connection], [200, { sessions: [] }, 'close']);
  await closed;
  await bridge.close();
});

test('a handover between daemons loses no call; without a daemon each answer is 503 at once, until there is one again', async (t) => {
  const { daemon, client } = await whole(t);
  const bridge = await startBridge(t, daemon.home);
  const ann = bridge.as('ann');
  let running = true;
  const failed: unknown[] = [];
  let answered = 0;
  const asking = ['GET', 'POST', 'GET'].map(async (verb, at) => {
    while (running) {
      const { status, body } = await ann(verb, '/api/folders', verb === 'POST' ? { name: `f${at}` } : undefined);
      if (status >= 300) failed.push([verb, status, body]);
      else answered++;
    }
  });
  const { pid } = await client.call('daemon/status', {});
  const { stdout } = await rdv(daemon.home, 'daemon', 'restart', '--json');
  assert.notEqual(JSON.parse(stdout).to.pid, pid);
  const before = answered;
  while (answered < before + 10) await delay(5);
  running = false;
  await Promise.all(asking);
  assert.deepEqual(failed, []);
  await rdv(daemon.home, 'daemon', 'stop');
  const since = performance.now();
  for (const path of ['/api/sessions', '/api/folders', '/api/preferences']) {
    const { status, body } = await ann('GET', path);
    assert.deepEqual([status, body.code], [503, 'RDV_UNAVAILABLE']);
  }
  assert.equal((await bridge.ask('GET', '/health')).status, 503);
  assert.ok(performance.now() - since < 2000);
  await daemon.restart();
  assert.equal((await ann('GET', '/api/folders')).status, 200);
});
