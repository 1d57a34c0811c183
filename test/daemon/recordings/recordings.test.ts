/** Recordings over the real daemon and tmux: what is played back is what was shown. */
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, type TestContext, test } from 'node:test';
import xterm from '@xterm/headless';
import type { Client } from '#client';
import type { BackendKind } from '../../../daemon/backend/index.js';
import { kinds } from '../../support/backends.js';
import { askTmux, heard, whole } from '../../support/whole.js';

type Event = [at: number, kind: string, data: string];

function parse(path: string): { header: Record<string, unknown>; events: Event[] } {
  const [header = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  return { header: JSON.parse(header), events: lines.map((line) => JSON.parse(line)) };
}

/** The text of a terminal that was fed the output, resized on the way. */
async function playback(path: string): Promise<string> {
  const { header, events } = parse(path);
  const terminal = new xterm.Terminal({
    cols: header.width as number,
    rows: header.height as number,
    allowProposedApi: true,
  });
  for (const [, kind, data] of events) {
    if (kind === 'o') await new Promise<void>((resolve) => terminal.write(data, resolve));
    const [cols, rows] = data.split('x').map(Number);
    if (kind === 'r') terminal.resize(cols!, rows!);
  }
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, at) => active.getLine(at)!.translateToString(true));
  terminal.dispose();
  return lines.join('\n').trimEnd();
}

async function start(client: Client, script: string): Promise<string> {
  const { id } = await client.call('session/create', {
    name: 'a build/1',
    command: ['sh', '-c', script],
    cols: 60,
    rows: 10,
  });
  await client.call('session/wait', { id, until: 'pattern', pattern: '^ready' });
  return id;
}
const record = async (client: Client, id: string, action?: 'start' | 'stop' | 'status') =>
  (await client.call('session/record', { id, ...(action && { action }) })).recording;

async function set(t: TestContext, kind: BackendKind) {
  const { daemon, client } = await whole(t, { environment: { RDV_BACKEND: kind } });
  await client.call('event/subscribe', {});
  return { daemon, client };
}

for (const kind of kinds)
  describe(`on ${kind}`, () => {
    test("'session/record' writes an asciicast of the screen and all that follows, until it is stopped", async (t) => {
      const { client } = await set(t, kind);
      const id = await start(
        client,
        'printf "\\033[32mready\\033[0m\\n"; read go; printf "h\\303"; sleep 0.1; printf "\\251 漢字\\n"; cat',
      );
      const begun = await record(client, id);
      assert.deepEqual([begun?.active, begun?.ended], [true, null]);
      assert.match(begun!.path, /\/recordings\/a-build-1-\d{8}-\d{9}-[0-9a-f]{8}\.cast$/);
      assert.equal(statSync(begun!.path).mode & 0o777, 0o600);
      await client.call('session/send', { id, enter: true });
      await client.call('session/wait', { id, until: 'pattern', pattern: '漢字' });
      const { streamId } = await client.call('terminal/open', { sessionId: id, cols: 80, rows: 12 });
      await client.call('session/send', { id, text: 'wider', enter: true });
      await client.call('session/wait', { id, until: 'pattern', pattern: 'wider\\nwider|wider' });
      await client.call('terminal/close', { streamId });
      const ended = await record(client, id, 'stop');
      assert.deepEqual([ended?.active, ended?.ended], [false, 'stopped']);
      assert.equal(ended?.bytes, statSync(ended!.path).size);
      const { header, events } = parse(begun!.path);
      assert.deepEqual([header.version, header.width, header.height, header.title], [2, 60, 10, 'a build/1']);
      assert.ok(events.every(([at], i) => at >= (events[i - 1]?.[0] ?? 0)));
      assert.ok(events.some(([, kind, data]) => kind === 'r' && data === '80x12'));
      assert.match(await playback(begun!.path), /^ready\n\nhé 漢字\nwider/);
    });

    test('a recording ends with the program, and its last screen is in it', async (t) => {
      const { client } = await set(t, kind);
      const id = await start(client, 'echo ready; read go; seq 1 5000; echo last words');
      const { path } = (await record(client, id))!;
      const exited = heard(client, 'session/exited');
      await client.call('session/send', { id, enter: true });
      await exited;
      while ((await record(client, id, 'status'))?.active) await new Promise(setImmediate);
      assert.equal((await record(client, id, 'status'))?.ended, 'exited');
      assert.match(await playback(path), /5000\nlast words$/);
    });

    test('a recording that cannot be written is refused at once', async (t) => {
      const { daemon, client } = await set(t, kind);
      const id = await start(client, 'echo ready; cat');
      writeFileSync(`${daemon.home}/recordings`, '');
      await assert.rejects(record(client, id), {
        kind: 'Unavailable',
        message: /cannot be written \((EEXIST|ENOTDIR)\)/,
      });
      assert.equal(await record(client, id, 'status'), null);
    });

    test('it is said when there is nothing to stop, and when there is one already', async (t) => {
      const { client } = await set(t, kind);
      const id = await start(client, 'echo ready; cat');
      assert.equal(await record(client, id, 'status'), null);
      await assert.rejects(record(client, id, 'stop'), { kind: 'Conflict' });
      await record(client, id);
      await assert.rejects(record(client, id), { kind: 'Conflict', message: /is being recorded to/ });
      await client.call('session/close', { id });
      while ((await record(client, id, 'status'))?.active) await new Promise(setImmediate);
      assert.equal((await record(client, id, 'status'))?.ended, 'closed');
      await assert.rejects(record(client, id), { kind: 'Gone' });
    });
  });

test('a hole in what the daemon saw is marked, and drawn over', async (t) => {
  const { daemon, client } = await set(t, 'tmux');
  const id = await start(client, 'echo ready; cat');
  const { path } = (await record(client, id))!;
  process.kill(Number(askTmux(daemon, 'list-clients', '-F', '#{client_pid}')), 'SIGKILL');
  while (!parse(path).events.some(([, kind]) => kind === 'm')) await new Promise(setImmediate);
  await client.call('session/wait', { id, until: 'idle', idleMs: 100 });
  const typed = async () => client.call('session/send', { id, text: 'after', enter: true });
  for (let sent = false; !sent; )
    sent = await typed().then(
      () => true,
      () => false,
    );
  await client.call('session/wait', { id, until: 'pattern', pattern: 'after' });
  await record(client, id, 'stop');
  assert.match(await playback(path), /^ready\nafter\nafter$/);
});
