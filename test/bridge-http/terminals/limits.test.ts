/** Bounds of terminals in time and number, made short: nobody there, nobody reading, too many. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { pathsIn } from '#protocol/paths';
import { openBridge } from '../../../bridge-http/bridge.js';
import { callerWith } from '../../../bridge-http/identity/caller.js';
import { createPool } from '../../../bridge-http/identity/pool.js';
import { createVoucher } from '../../../bridge-http/identity/vouch.js';
import { createTerminals, type TerminalLimits } from '../../../bridge-http/terminals/terminals.js';
import { asService, openPage, type PageOptions, pageOf, V2 } from '../../support/pages.js';
import { whole } from '../../support/whole.js';

async function limited(t: TestContext, terminalLimits: Partial<TerminalLimits>, script = 'cat') {
  const { daemon, client } = await whole(t);
  const paths = pathsIn(daemon.home);
  const terminalSocket = join(daemon.home, 'run/t.sock');
  const allowed = { hosts: [], origins: [] };
  const settings = { ...{ socket: join(daemon.home, 'run/b.sock'), terminalSocket, port: undefined }, allowed };
  const bridge = await openBridge({
    ...{ socketPath: paths.socket, portFile: paths.bridgePort, version: 'test', log: () => {}, terminalLimits },
    settings: {
      ...settings,
      serviceToken: paths.serviceToken,
      access: undefined,
      log: { level: 'info', bytes: 1e6, files: 1 },
    },
  });
  t.after(() => bridge.close());
  const { id } = await client.call('session/create', { command: ['sh', '-c', script] });
  const headers = asService(paths, client.user);
  const open = (options: PageOptions = {}) =>
    openPage(t, terminalSocket, `/ws/terminal/${id}`, { headers, ...options });
  return { open, client, url: `ws+unix:${terminalSocket}:/ws/terminal/${id}`, headers };
}

test('a page that answers no ping is cut off after two, one that answers is not', async (t) => {
  const { open } = await limited(t, { pingMs: 60 });
  const [there, gone] = [open(), open({ autoPong: false })];
  await there.until('ready');
  assert.equal((await gone.closed).code, 1006);
  await once(there.socket, 'ping');
  there.say({ type: 'ping' });
  await there.until('pong');
});

test('a page that acknowledges nothing is too slow in the end', async (t) => {
  const { open } = await limited(t, { slowMs: 200 }, 'stty -echo; read go; seq 1 100000; cat');
  const page = open({ protocol: V2, acks: false });
  page.socket.on('open', () => page.say({ type: 'hello' }));
  await page.until('snapshot');
  page.type('\r');
  assert.deepEqual(await page.closed, { code: 4008, reason: 'Too slow' });
  assert.equal(page.heard.at(-1)?.code, 'TOO_SLOW');
});

test('a page that says no hello is ended', async (t) => {
  const { open } = await limited(t, { helloMs: 100 });
  const silent = open({ protocol: V2 });
  assert.deepEqual(await silent.closed, { code: 4008, reason: 'Too slow' });
  assert.equal(silent.heard.at(-1)?.code, 'NO_HELLO');
});

test('only so many terminals are open at a time, of one caller and of all', async (t) => {
  const { open, url, headers } = await limited(t, { sockets: 3, socketsPerCaller: 2 });
  const [first, second] = [open(), open()];
  await Promise.all([first.until('ready'), second.until('ready')]);
  assert.deepEqual(await open().closed, { code: 1013, reason: 'Try again later' });
  const stranger = open({ headers: { ...headers, 'x-rdv-user-id': 'bob' }, protocol: V2 });
  await once(stranger.socket, 'open');
  const refused = new WebSocket(url, { headers: { host: 'localhost', ...headers } });
  refused.on('error', () => {});
  const [, response] = await once(refused, 'unexpected-response');
  assert.deepEqual([response.statusCode, response.headers['retry-after']], [503, '5']);
  response.resume();
  first.say({ type: 'detach' });
  await first.closed;
  await open().until('ready');
});

test('a terminal ends when the word of who let its page in does', async (t) => {
  const { daemon, client } = await whole(t);
  const paths = pathsIn(daemon.home);
  const { id } = await client.call('session/create', { command: ['cat'] });
  const token = readFileSync(paths.serviceToken, 'utf8').trim();
  const pool = createPool({ socketPath: paths.socket, version: 'test' });
  const caller = () => ({ ...callerWith('service', token, client.user), until: Date.now() + 4000 });
  const callers = { of: async () => caller(), ofService: caller };
  const terminals = createTerminals({ pool, callers, voucher: createVoucher(paths.serviceToken), log: () => {} });
  const server = createServer().on('upgrade', terminals.upgrade);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(async () => {
    await terminals.close();
    server.close();
    pool.close();
  });
  const page = pageOf(t, `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws/terminal/${id}`);
  await page.until('ready');
  assert.equal((await page.until('error')).code, 'EXPIRED_TOKEN');
  assert.equal((await page.closed).code, 4002);
});
