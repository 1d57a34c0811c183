/** Terminals over the real daemon, either backend and the socket: snapshot and stream are one exact sequence, whoever else watches. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type Client, connect } from '#client';
import { stream as limits, RpcError } from '#protocol';
import { type Daemon, startDaemon } from '../../support/daemon.js';
import { createWatch } from '../../support/watch.js';

let daemon: Daemon;
let client: Client;
const dial = () => connect({ socketPath: daemon.socket, token: daemon.token });

before(async () => {
  daemon = await startDaemon();
  client = await dial();
});
after(async () => {
  client.close();
  await daemon.stop();
});

const start = (script: string) => client.call('session/create', { command: ['sh', '-c', script] });

/** Starts a script whose terminal neither echoes nor changes line ends; what it prints comes after `ready` is on the screen. */
async function startPlain(script: string) {
  const session = await start(`stty -echo -onlcr; echo ready; ${script}`);
  await client.call('session/wait', { id: session.id, until: 'pattern', pattern: '^ready$' });
  return session;
}

const fails = (kind: string) => (error: unknown) => error instanceof RpcError && error.kind === kind;

test("'terminal/open' gives the screen, then 'terminal/output' every byte after it", async () => {
  const { id } = await startPlain('read x; printf \'got %s\' "$x"; cat');
  const watch = await createWatch(client, { sessionId: id });
  assert.match(watch.snapshot, /^ready\r\n/);
  await client.call('terminal/input', { streamId: watch.streamId, data: Buffer.from('hé\r').toString('base64') });
  await watch.until((text) => text.includes('got hé'));
  assert.equal(watch.text(), 'got hé');
  await client.call('terminal/close', { streamId: watch.streamId });
  await assert.rejects(client.call('terminal/close', { streamId: watch.streamId }), fails('NotFound'));
});

test('a flood arrives whole and in order, at a viewer that acknowledges', async () => {
  const lines = 200_000;
  const { id } = await startPlain(`read go; seq 1 ${lines}; cat`);
  const watch = await createWatch(client, { sessionId: id });
  const digest = createHash('sha256');
  watch.onData((data) => digest.update(data));
  await client.call('session/send', { id, text: '', enter: true });
  await watch.until((text) => text.endsWith(`${lines}\n`));
  const expected = Array.from({ length: lines }, (_, at) => `${at + 1}\n`).join('');
  assert.equal(digest.digest('hex'), createHash('sha256').update(expected).digest('hex'));
  assert.deepEqual(watch.gaps, []);
});

test('a viewer that never acknowledges is held at its credit, and another gets everything', async () => {
  const { id } = await startPlain('read go; seq 1 300000; cat');
  const lazy = await createWatch(client, { sessionId: id, acknowledge: false });
  const eager = await createWatch(client, { sessionId: id });
  await client.call('session/send', { id, enter: true });
  await eager.until((text) => text.endsWith('300000\n'));
  assert.equal(lazy.bytes(), limits.highWaterBytes);
  await client.call('terminal/ack', { streamId: lazy.streamId, offset: lazy.offset() });
  await lazy.until(() => lazy.snapshot.includes('300000'));
  assert.deepEqual(
    lazy.gaps.map(({ from }) => from),
    [lazy.first + limits.highWaterBytes],
  );
});

test("'terminal/resize' reaches the program and tells the other viewers", async () => {
  const { id } = await start('trap "stty size" WINCH; echo ready; while :; do sleep 0.05; done');
  await client.call('session/wait', { id, until: 'pattern', pattern: 'ready' });
  const one = await createWatch(client, { sessionId: id });
  const other = await createWatch(client, { sessionId: id, mode: 'ro' });
  const told = new Promise<object>((resolve) => client.on('terminal/resized', resolve));
  const size = await client.call('terminal/resize', { streamId: one.streamId, cols: 101, rows: 31 });
  assert.deepEqual(size, { cols: 101, rows: 31, owner: true });
  assert.deepEqual(await told, { streamId: other.streamId, cols: 101, rows: 31, owner: false });
  await one.until((text) => text.includes('31 101'));
  const session = await client.call('session/get', { id });
  assert.deepEqual([session.cols, session.rows], [101, 31]);
});

test('a read-only viewer may neither type nor resize', async () => {
  const { id } = await start('cat');
  const { streamId } = await createWatch(client, { sessionId: id, mode: 'ro', cols: 120, rows: 40 });
  await assert.rejects(client.call('terminal/input', { streamId, data: 'eA==' }), fails('Forbidden'));
  await assert.rejects(client.call('terminal/resize', { streamId, cols: 100, rows: 30 }), fails('Forbidden'));
  assert.equal((await client.call('session/get', { id })).cols, 80);
});

test('streams of another connection, places not yet sent and input too large are refused', async () => {
  const { id } = await start('cat');
  const watch = await createWatch(client, { sessionId: id });
  const stranger = await dial();
  const { streamId } = watch;
  await assert.rejects(stranger.call('terminal/input', { streamId, data: '' }), fails('NotFound'));
  await assert.rejects(stranger.call('terminal/ack', { streamId, offset: 0 }), fails('NotFound'));
  stranger.close();
  await assert.rejects(client.call('terminal/ack', { streamId, offset: watch.offset() + 1 }), fails('InvalidParams'));
  const large = Buffer.alloc(limits.inputBytes + 1).toString('base64');
  await assert.rejects(client.call('terminal/input', { streamId, data: large }), fails('TooLarge'));
  await assert.rejects(client.call('terminal/input', { streamId, data: '!' }), fails('InvalidParams'));
});

test('output goes on where a viewer stopped, while the daemon still has it', async () => {
  const { id } = await startPlain('read a; echo first; read b; echo second; cat');
  const first = await createWatch(client, { sessionId: id });
  await client.call('session/send', { id, enter: true });
  await first.until((text) => text === 'first\n');
  const place = { epoch: first.epoch, offset: first.offset() };
  await client.call('terminal/close', { streamId: first.streamId });
  await client.call('session/exec', { id, command: 'x' });
  await client.call('session/wait', { id, until: 'pattern', pattern: 'second' });
  const again = await createWatch(client, { sessionId: id, resume: place });
  assert.equal(again.opened.resumed, true);
  await again.until((text) => text === 'second\n');
  const future = { epoch: again.epoch, offset: again.offset() + 100 };
  await assert.rejects(client.call('terminal/open', { sessionId: id, resume: future }), fails('InvalidParams'));
  const foreign = await client.call('terminal/open', { sessionId: id, resume: { epoch: 'other', offset: 0 } });
  assert.deepEqual([foreign.resumed, foreign.snapshot !== undefined], [false, true]);
});

test('a session that is suspended or closed ends its streams with the reason', async () => {
  const { id } = await start('cat');
  const watch = await createWatch(client, { sessionId: id });
  await client.call('session/suspend', { id });
  assert.equal(await watch.closed, 'suspended');
  await assert.rejects(client.call('terminal/open', { sessionId: id }), fails('Conflict'));
  await client.call('session/resume', { id });
  const again = await createWatch(client, { sessionId: id });
  await client.call('session/close', { id });
  assert.equal(await again.closed, 'closed');
});

test("last words are seen, then 'terminal/exit' tells the code", async () => {
  const { id } = await start('read go; echo last words; exit 9');
  const watch = await createWatch(client, { sessionId: id });
  await client.call('session/send', { id, enter: true });
  assert.equal(await watch.exit, 9);
  assert.match(watch.snapshot, /last words/);
});

test('a stream that ends while it is opened gets no output', async () => {
  const { id } = await start('while :; do echo tick; sleep 0.02; done');
  const told: string[] = [];
  const other = await dial();
  let streamId: string | undefined;
  other.on('terminal/closed', () => told.push('closed'));
  other.on('terminal/output', () => told.push('output'));
  const [opened] = await Promise.allSettled([
    other.call('terminal/open', { sessionId: id, flow: false }),
    other.call('session/suspend', { id }),
  ]);
  if (opened.status === 'fulfilled') streamId = opened.value.streamId;
  else assert.equal(fails('Conflict')(opened.reason), true);
  // A second viewer has seen much go by since.
  await client.call('session/resume', { id });
  const watch = await createWatch(client, { sessionId: id });
  const before = told.length;
  await watch.until((text) => text.split('tick').length > 20);
  await other.call('daemon/status', {});
  assert.deepEqual(told.slice(before), [], `${streamId} goes on after ${told}`);
  other.close();
});
