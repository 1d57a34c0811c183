/** The adapter over a real tmux server of its own. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { RpcError } from '#protocol';
import type { Backend } from '../../../daemon/backend/index.js';
import { cleanEnvironment } from '../../../daemon/environment.js';
import { openTmux } from '../../../daemon/tmux/index.js';
import { parseVersion } from '../../../daemon/tmux/version.js';
import { killTmux } from '../../support/daemon.js';

interface Real {
  readonly tmux: Backend;
  readonly events: EventEmitter;
  /** What a pane printed so far. */
  text(pane: number): string;
  /** Resolves when a pane has printed the text. */
  printed(pane: number, text: string): Promise<void>;
  start(...argv: string[]): Promise<{ window: number; pane: number }>;
}

async function real(t: TestContext): Promise<Real> {
  const socketName = `rdv-test-${randomBytes(6).toString('hex')}`;
  const events = new EventEmitter();
  const outputs = new Map<number, string>();
  const tmux = await openTmux(
    { socketName, environment: cleanEnvironment(process.env), log: () => {} },
    {
      output(pane, data) {
        outputs.set(pane, (outputs.get(pane) ?? '') + data.toString('latin1'));
        events.emit('output');
      },
      paused: (pane) => events.emit('paused', pane),
      windowClosed: (window) => events.emit('closed', window),
      died: () => events.emit('died'),
      connected: (same) => events.emit('connected', same),
      lost: (reason) => events.emit('lost', reason),
    },
  );
  t.after(async () => {
    await tmux.close();
    await killTmux(socketName);
  });
  let made = 0;
  return {
    tmux,
    events,
    text: (pane) => outputs.get(pane) ?? '',
    async printed(pane, text) {
      while (!(outputs.get(pane) ?? '').includes(text)) await once(events, 'output');
    },
    start: (...argv) =>
      tmux.create({
        id: `t${++made}`,
        cols: 80,
        rows: 24,
        historyLimit: 100,
        directory: '/',
        environment: {},
        argv,
        linger: false,
      }),
  };
}

test('versions are read, whatever they are called', () => {
  const numbers = (text: string) => [parseVersion(text).major, parseVersion(text).minor];
  assert.deepEqual(numbers('tmux 3.3a\n'), [3, 3]);
  assert.deepEqual(numbers('tmux next-3.8'), [3, 8]);
  assert.deepEqual(numbers('tmux 2.9'), [2, 9]);
  assert.deepEqual(numbers('tmux openbsd-7.4'), [3, 99]);
  assert.deepEqual(numbers('tmux'), [0, 0]);
});

test('every byte typed arrives, and every byte printed comes back', async (t) => {
  const { tmux, start, printed } = await real(t);
  const folder = mkdtempSync(join(tmpdir(), 'rdv-type-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const all = Buffer.concat([
    Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
    randomBytes(100_000),
    Buffer.alloc(200),
  ]);
  const { pane } = await start(
    'sh',
    '-c',
    `stty raw -echo; echo ready; head -c ${all.length} >'${folder}/got'; echo done; cat`,
  );
  await printed(pane, 'ready');
  await tmux.type(pane, all);
  await printed(pane, 'done');
  assert.equal(hash(readFileSync(join(folder, 'got'))), hash(all));
});

test('a program that ends is noticed, with its exit code, and its screen stays', async (t) => {
  const { tmux, events, start } = await real(t);
  const died = once(events, 'died');
  const { pane } = await start('sh', '-c', 'echo last words; sleep 0.1; exit 7');
  await died;
  const seen = (await tmux.list()).find((window) => window.pane === pane);
  assert.deepEqual([seen?.dead, seen?.exitCode], [true, 7]);
  assert.match((await tmux.capture(pane, { history: 0, styled: false })).screen.toString(), /^last words\n/);
});

test('text that looks like escapes is captured as it is', async (t) => {
  const { tmux, start, printed } = await real(t);
  const text = 'C:\\new\\033 \\\\ $HOME %end é';
  const { pane } = await start('sh', '-c', 'printf "%s" "$1"; printf "\\n.\\n"; cat', 'sh', text);
  await printed(pane, '.\r\n');
  assert.equal((await tmux.capture(pane, { history: 0, styled: false })).screen.toString().split('\n')[0], text);
});

test('a killed window is told and is then absent by tmux\u2019s own word', async (t) => {
  const { tmux, events, start } = await real(t);
  const { window, pane } = await start('cat');
  const closed = once(events, 'closed');
  await tmux.kill(window);
  assert.deepEqual(await closed, [window]);
  await tmux.kill(window);
  await assert.rejects(
    tmux.type(pane, Buffer.from('x')),
    (error) => error instanceof RpcError && error.kind === 'Gone',
  );
});

test('when our client is killed it comes back to the same server and hears on', async (t) => {
  const { tmux, events, start, printed } = await real(t);
  const { pane } = await start('cat');
  const back = once(events, 'connected');
  const clients = execFileSync('tmux', ['-L', tmux.socketName!, 'list-clients', '-F', '#{client_pid}'])
    .toString()
    .trim();
  process.kill(Number(clients), 'SIGKILL');
  assert.deepEqual(await back, [true]);
  await tmux.type(pane, Buffer.from('again\n'));
  await printed(pane, 'again\r\n');
});

test('when the server is killed a new one is there, and it says so', async (t) => {
  const { tmux, events, start, printed } = await real(t);
  await start('cat');
  const back = once(events, 'connected');
  const server = execFileSync('tmux', ['-L', tmux.socketName!, 'display-message', '-p', '#{pid}']).toString();
  process.kill(Number(server), 'SIGKILL');
  assert.deepEqual(await back, [false]);
  assert.deepEqual(await tmux.list(), []);
  const { pane } = await start('sh', '-c', 'echo new; cat');
  await printed(pane, 'new');
});

test('captures over a flood are cut exactly or say that they are not', async (t) => {
  const { tmux, start, text, printed } = await real(t);
  const flood = (name: string) =>
    start('sh', '-c', `i=0; while [ $i -lt 30000 ]; do i=$((i+1)); echo ${name}$i; done; cat`);
  const panes = [(await flood('a')).pane, (await flood('b')).pane, (await flood('c')).pane];
  let exact = 0;
  for (let round = 0; round < 60; round++) {
    const pane = panes[round % 3]!;
    let place = 0;
    const cut = await tmux.capture(pane, { history: 0, styled: false, begun: () => (place = text(pane).length) });
    if (!cut.exact) continue;
    exact++;
    // What is shown last is what was sent last, whole or in part.
    const sent = text(pane).slice(0, place).trimEnd();
    assert.equal(cut.screen.toString().trimEnd().split('\n').at(-1), sent.split('\r\n').at(-1));
  }
  assert.ok(exact > 5, `only ${exact} of 60 captures were exact`);
  for (const [at, name] of ['a', 'b', 'c'].entries()) await printed(panes[at]!, `${name}30000\r\n`);
});

const hash = (data: Buffer) => createHash('sha256').update(data).digest('hex');
