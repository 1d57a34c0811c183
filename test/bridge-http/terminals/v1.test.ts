/** The first protocol, as the front end speaks it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, type TestContext, test } from 'node:test';
import { bridged } from '../../support/bridged.js';
import { asService, openPage } from '../../support/pages.js';
import { askTmux } from '../../support/whole.js';

const shared = await bridged({ after });

/** A session that runs a program; its page is opened when asked. */
async function running(t: TestContext, script: string, all = shared) {
  const { client, bridge } = all;
  const { id } = await client.call('session/create', { command: ['sh', '-c', script], cols: 80, rows: 24 });
  const headers = asService(bridge.paths, client.user);
  const open = (query = '', options = {}) =>
    openPage(t, bridge.paths.terminalSocket, `/ws/terminal/${id}${query}`, { headers, ...options });
  return { ...all, id, open };
}

/** Answers each line in brackets, its control characters made visible. */
const ECHO = 'stty -echo; echo up; while IFS= read -r line; do echo "<$line>"; done';

test('what is typed reaches the program: as control, as raw text, as bytes; what only looks like control never does', async (t) => {
  const { open } = await running(t, ECHO);
  const page = open();
  await page.until('ready');
  await page.shows('up');
  page.say({ type: 'input', data: 'zwölf\r' });
  await page.shows('<zwölf>');
  page.socket.send('raw\r');
  await page.shows('<raw>');
  page.socket.send(Buffer.from('bytes\r'));
  await page.shows('<bytes>');
  for (const digit of '12') page.socket.send(digit);
  for (const lookalike of [{ type: 'input' }, { type: 'nothing', data: 'bad' }, { data: 'bad' }]) {
    page.say(lookalike);
    page.socket.send(Buffer.from(JSON.stringify(lookalike)));
  }
  page.socket.send('{"type":\r');
  await page.shows('<12{"type":>');
  page.say({ type: 'ping' });
  await page.until('pong');
  assert.ok(!page.text().includes('bad'));
  page.say({ type: 'detach' });
  assert.deepEqual(await page.closed, { code: 1000, reason: 'Detached' });
});

test('of many sizes in a burst the session takes the latest, and none that makes no sense', async (t) => {
  const { daemon, open } = await running(
    t,
    'trap "stty size" WINCH; echo up; while :; do sleep 0.05; done',
    await bridged(t),
  );
  const page = open('?cols=100&rows=30');
  await page.until('ready');
  const size = () => askTmux(daemon, 'list-windows', '-a', '-F', '#{window_width}x#{window_height}').split('\n')[0];
  assert.equal(size(), '100x30');
  for (let cols = 101; cols <= 130; cols++) page.say({ type: 'resize', cols, rows: 40 });
  for (const wrong of ['9,"rows":40', '80,"rows":2', '1e999,"rows":40', '"90","rows":40', '2000,"rows":40'])
    page.socket.send(`{"type":"resize","cols":${wrong}}`);
  await page.shows('40 130');
  assert.doesNotMatch(page.text(), /40 1(0\d|1\d|2\d)/);
});

test('a character that comes in two pieces is one character, for each viewer', async (t) => {
  const { open } = await running(
    t,
    'read go; for i in 1 2 3; do printf "\\303"; sleep 0.05; printf "\\244"; done; echo; cat',
  );
  const pages = [open(), open()];
  for (const page of pages) await page.until('ready');
  pages[0]!.say({ type: 'input', data: '\r' });
  for (const page of pages) {
    await page.shows('äää');
    assert.ok(!page.text().includes('\uFFFD'));
  }
});

test('the end of the program, and of the session, is told before the socket is closed', async (t) => {
  const { client, id, open } = await running(t, 'read go; exit 3');
  const page = open();
  await page.until('ready');
  page.say({ type: 'input', data: '\r' });
  assert.deepEqual(await page.until('exit'), { type: 'exit', code: 3 });
  assert.equal((await page.closed).code, 1000);
  await client.call('session/close', { id });
  const { id: other } = await client.call('session/create', { command: ['cat'] });
  assert.notEqual(other, id);
  assert.equal((await open().closed).code, 4004);
});

test('a session that is suspended ends its terminals with 4004 and says why', async (t) => {
  const { client, id, open } = await running(t, 'cat');
  const page = open();
  await page.until('ready');
  await client.call('session/suspend', { id });
  assert.equal((await page.until('error')).code, 'SESSION_SUSPENDED');
  assert.deepEqual(await page.closed, { code: 4004, reason: 'No session' });
});

test('when the daemon restarts the socket stays: a reset and the screen, and typing goes on', async (t) => {
  const { daemon, open } = await running(t, ECHO, await bridged(t));
  const page = open();
  await page.shows('up');
  const before = page.text().length;
  await daemon.restart();
  await page.until('output', ({ data }) => data.includes('\x1bc') && data.includes('up'));
  page.say({ type: 'input', data: 'still here\r' });
  await page.shows('<still here>');
  assert.ok(before > 0);
});

test('what comes before the terminal is ready waits, up to 256 frames and a mebibyte', async (t) => {
  const { daemon, open } = await running(t, ECHO);
  // A daemon that stands still makes no terminal ready.
  process.kill(daemon.pid, 'SIGSTOP');
  const [page, many, large] = [open(), open(), open()];
  try {
    await Promise.all([page, many, large].map(({ socket }) => once(socket, 'open')));
    for (const letter of 'typed early\r') page.say({ type: 'input', data: letter });
    for (let i = 0; i < 257; i++) many.socket.send('x');
    for (let i = 0; i < 3; i++) large.socket.send('y'.repeat(500_000));
    for (const { closed, heard } of [many, large]) {
      assert.equal((await closed).code, 1009);
      assert.equal(heard[0]?.code, 'TOO_MUCH_WAITS');
    }
  } finally {
    process.kill(daemon.pid, 'SIGCONT');
  }
  await page.shows('<typed early>');
  page.socket.send('z'.repeat(1024 * 1024 + 1));
  assert.equal((await page.closed).code, 1009);
});

test('a bridge that stops ends every terminal with 1001', async (t) => {
  const { bridge, open } = await running(t, 'cat', await bridged(t));
  const pages = [open(), open()];
  for (const page of pages) await page.until('ready');
  const stopped = bridge.stop();
  for (const page of pages) assert.deepEqual(await page.closed, { code: 1001, reason: 'Server shutting down' });
  assert.equal(await stopped, 0);
});
