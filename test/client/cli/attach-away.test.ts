/** `rdv attach` when the daemon dies, stops or its connection is cut: it goes on, and the terminal is given back all the same. */
import assert from 'node:assert/strict';
import { on, once } from 'node:events';
import { watch, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import xterm from '@xterm/headless';
import { FRESH } from '../../../client/cli/modes.js';
import { askTmux } from '../../support/whole.js';
import { type Attaching, openAttaching } from './attaching.js';
import type { Screen } from './program.js';

let place: Attaching;
before(async () => {
  place = await openAttaching();
});
after(() => place.close());

const LINE = '[the daemon is away; keys wait; Ctrl-] d leaves]';
/** A session that sets no modes. */
const plain = '';

/** What the person sees now. */
async function shown({ text }: Screen): Promise<string> {
  const terminal = new xterm.Terminal({ cols: 100, rows: 30, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(text, resolve));
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, i) => active.getLine(i)?.translateToString(true) ?? '');
  terminal.dispose();
  return lines.join('\n').trim();
}

test('a daemon killed with -9 is started again, and the session goes on where it was', async () => {
  const name = await place.session('seq 1 60; exec cat', plain);
  const screen = await place.attached(name);
  screen.type('before\r');
  await screen.shows('before\r\nbefore');
  await place.daemon.kill9();
  try {
    await screen.shows(FRESH);
    screen.type('after\r');
    await screen.shows('after\r\nafter');
    const lines = Array.from({ length: 60 }, (_, at) => at + 1).join('\n');
    // Neither the old screen nor the history comes twice.
    assert.equal(await shown(screen), `ready\n${lines}\nbefore\nbefore\nafter\nafter`);
    screen.type('\x1dd');
    await place.givenBack(screen, `[detached from ${name}]`, 0);
  } finally {
    await place.run('daemon', 'stop');
    await place.daemon.restart();
  }
});

test('a daemon that was stopped is waited for, and keys wait with it', async () => {
  const name = await place.session('exec cat', plain);
  const screen = await place.attached(name);
  await place.daemon.terminate();
  await screen.shows(LINE);
  assert.match(await shown(screen), /\[the daemon is away; keys wait; Ctrl-\] d leaves\]$/);
  screen.type('waited\r');
  assert.equal((await place.run('daemon', 'status')).code, 69, 'nobody started it');
  await place.daemon.restart();
  await screen.shows(FRESH);
  await screen.shows('waited\r\nwaited');
  assert.match(await shown(screen), /^.*ready\nwaited\nwaited$/, 'the line is gone');
  screen.type('\x1dd');
  await place.givenBack(screen, `[detached from ${name}]`, 0);
});

test('while the daemon is away the keys to leave work, and what waited is told', async () => {
  const name = await place.session('seq 1 60; exec cat', plain);
  const screen = await place.attached(name);
  await place.daemon.terminate();
  await screen.shows(LINE);
  screen.type('abc\x1dd');
  await place.givenBack(
    screen,
    `[detached from ${name}; 3 bytes typed while the daemon was away may not have arrived]`,
    0,
  );
  assert.doesNotMatch(await shown(screen), /keys wait/, 'the line is gone');
  await place.daemon.restart();
});

test('while the daemon is away the line names the keys that leave, and signals give the terminal back', async () => {
  const name = await place.session('exec cat');
  const screen = await place.attached(name, '--detach-keys ctrl-p,q --read-only');
  await place.daemon.terminate();
  await screen.shows('[the daemon is away; ctrl-p,q leaves]');
  process.kill(place.pid(), 'SIGTERM');
  await place.givenBack(screen, `[detached from ${name}: SIGTERM]`, 143);
  await place.daemon.restart();
});

const losses: Record<string, [lose: () => Promise<unknown>, options: string, farewell: string]> = {
  'a stopped daemon': [() => place.daemon.terminate(), '', 'it is stopping'],
  'a killed one that may not be started': [() => place.daemon.kill9(), '--no-autostart', 'the connection ended'],
};
for (const [which, [lose, options, farewell]] of Object.entries(losses)) {
  test(`${which} that does not come back is given up, and told why`, async () => {
    const name = await place.session('exec cat');
    const screen = await place.attached(name, options, { RDV_AWAY_MS: '300' });
    await lose();
    await place.givenBack(screen, `[lost the daemon: ${farewell}; the session lives on]`, 69);
    assert.match(screen.text, /\r\nrdv: No daemon answers at .*api\.sock\.\r\nStart it: `rdv daemon start`\.\r\n/);
    await place.daemon.restart();
  });
}

test('the end of a session while the daemon is away is told when it is back', async () => {
  const go = join(place.folder, 'go');
  const ending = await place.session(`while [ ! -e ${go} ]; do sleep 0.05; done; exit 7`);
  const screen = await place.attached(ending);
  await place.daemon.terminate();
  writeFileSync(go, '');
  await place.daemon.restart();
  await place.givenBack(screen, `[${ending} exited with code 7]`, 0);
});

test('a session whose window went away with the daemon was closed', async () => {
  const name = await place.session('exec cat');
  const screen = await place.attached(name);
  await place.daemon.terminate();
  askTmux(place.daemon, 'kill-server');
  await place.daemon.restart();
  await place.givenBack(screen, `[${name} was closed while the daemon was away]`, 0);
});

test('keys on their way when the connection is cut are counted and never typed twice', async () => {
  const name = await place.session('exec cat', plain);
  const cutter = await openCutter(place.daemon.socket, join(place.folder, 'cut.sock'));
  const screen = await place.attached(name, '', { RDV_SOCKET: join(place.folder, 'cut.sock') });
  screen.type('one\r');
  await screen.shows('one\r\none');
  cutter.cutAt('"terminal/input"');
  screen.type('two');
  await cutter.cut;
  screen.type('three\r');
  await screen.shows('three\r\nthree');
  assert.match(await shown(screen), /ready\none\none\nthree\nthree$/);
  screen.type('\x1dd');
  const farewell = `[detached from ${name}; 3 bytes typed while the daemon was away may not have arrived]`;
  await place.givenBack(screen, farewell, 0);
  await cutter.close();
});

test('a screen with the line on it is drawn anew, even where output could go on', async () => {
  const name = await place.session('exec cat', plain);
  const cutter = await openCutter(place.daemon.socket, join(place.folder, 'away.sock'));
  const screen = await place.attached(name, '', { RDV_SOCKET: join(place.folder, 'away.sock') });
  await cutter.close();
  await screen.shows(LINE);
  await cutter.open();
  await screen.shows(FRESH);
  screen.type('again\r');
  await screen.shows('again\r\nagain');
  assert.match(await shown(screen), /^.*ready\nagain\nagain$/);
  screen.type('\x1dd');
  await place.givenBack(screen, `[detached from ${name}]`, 0);
  await cutter.close();
});

test('leaving does not wait for a daemon that is being started', async () => {
  const name = await place.session('exec cat');
  const sleeper = join(place.folder, 'sleeper.cjs');
  const started = join(place.folder, 'started');
  writeFileSync(sleeper, `require('fs').mkdirSync('${started}-' + process.pid); setTimeout(() => {}, 60000);`);
  const screen = await place.attached(name, '', { RDV_DAEMON: sleeper });
  const watching = watch(place.folder);
  await place.daemon.kill9();
  let pid = 0;
  for await (const [, file] of on(watching, 'change')) {
    pid = Number(/^started-(\d+)$/.exec(String(file))?.[1]);
    if (pid) break;
  }
  watching.close();
  const leftAt = performance.now();
  screen.type('\x1dd');
  await place.givenBack(screen, `[detached from ${name}]`, 0);
  assert.ok(performance.now() - leftAt < 4000, `${performance.now() - leftAt} ms`);
  process.kill(pid, 'SIGKILL');
  await place.daemon.restart();
});

test('a fresh screen leaves no copy of the old one in the history of a terminal', async () => {
  const fresh = FRESH.replaceAll('\x1b', '\\033').replaceAll('\x0f', '\\017').replaceAll('\\033\\', '\\033\\\\');
  const name = await place.session(`printf 'old\\n${fresh}'; echo fresh; exec cat`, plain);
  await place.run('session', 'wait', name, '--until', 'pattern', '--pattern', 'fresh');
  assert.equal((await place.run('screen', name, '--lines', '100')).stdout.trim(), 'fresh');
});

test('what is typed in one go with the keys to leave arrives', async () => {
  const name = await place.session('exec cat', plain);
  const screen = await place.attached(name);
  screen.type('last words\r\x1dd');
  await place.givenBack(screen, `[detached from ${name}]`, 0);
  assert.match((await place.run('screen', name)).stdout, /last words/);
});

/** A socket before the daemon's that ends a connection when a client says certain words, instead of passing them on. */
async function openCutter(target: string, path: string) {
  const ends = new Set<() => void>();
  let words: string | undefined;
  let done = () => {};
  const cut = new Promise<void>((resolve) => (done = resolve));
  const server = createServer((client) => {
    const daemon = connect(target);
    const end = () => {
      ends.delete(end);
      client.destroy();
      daemon.destroy();
    };
    ends.add(end);
    for (const socket of [client, daemon]) socket.on('error', end).on('close', end);
    daemon.on('data', (data) => client.write(data));
    client.on('data', (data) => {
      if (words === undefined || !data.includes(words)) return daemon.write(data);
      words = undefined;
      end();
      done();
    });
  });
  const cutter = {
    cut,
    cutAt: (these: string) => void (words = these),
    async open() {
      server.listen(path);
      await once(server, 'listening');
    },
    async close() {
      server.close();
      for (const end of ends) end();
      await once(server, 'close');
    },
  };
  await cutter.open();
  return cutter;
}
