/** kill -9 of tmux: its server, with every program in it, or only the client through which the daemon sees them. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '#client';
import { RpcError, type Session } from '#protocol';
import type { Daemon } from '../../support/daemon.js';
import { colouredLines, randomFrom } from '../../support/random.js';
import { createReference, seenOf } from '../../support/reference.js';
import { createWatch } from '../../support/watch.js';
import { askTmux, folderFor, heard, reach, whole } from '../../support/whole.js';

const KILLS = Number(process.env.RDV_SOAK_TMUX_KILLS ?? 5);

/** Another tmux client stands again this soon. */
const BACK_MS = 1000;

const killServer = (daemon: Daemon) =>
  process.kill(Number(askTmux(daemon, 'display-message', '-p', '#{pid}')), 'SIGKILL');
const killClient = (daemon: Daemon) =>
  process.kill(Number(askTmux(daemon, 'list-clients', '-F', '#{client_pid}')), 'SIGKILL');

test('when the tmux server dies every viewer and every listener is told, no call hangs, and life goes on', async (t) => {
  const { daemon, client } = await whole(t);
  const other = await reach(t, daemon);
  const made = await Promise.all([1, 2, 3].map(() => client.call('session/create', { command: ['cat'] })));
  const watches = await Promise.all(
    made.flatMap(({ id }) => [client, other].map((each) => createWatch(each, { sessionId: id }))),
  );
  await other.call('event/subscribe', { names: ['session/exited'] });
  const exits = made.map(({ id }) => heard(other, 'session/exited', ({ session }) => session.id === id));
  const waits = made.flatMap(({ id }) => [
    client.call('session/wait', { id, until: 'exit' }),
    client.call('session/wait', { id, until: 'pattern', pattern: 'never', timeoutMs: 60_000 }),
  ]);
  const waited = Promise.allSettled(waits);
  killServer(daemon);
  const killedAt = performance.now();
  const next = createWhenItCan(client, ['sh', '-c', 'echo new; exec cat']);
  const typed = made.flatMap(({ id }, at) => [
    client.call('session/exec', { id, command: 'x' }),
    client.call('session/scrollback', { id }),
    client.call('terminal/input', { streamId: watches[at * 2]!.streamId, data: 'eA==' }),
  ]);
  const answered = Promise.allSettled(typed);
  assert.deepEqual(
    await Promise.all(watches.map(({ closed }) => closed)),
    watches.map(() => 'gone'),
  );
  t.diagnostic(`viewers were told after ${Math.round(performance.now() - killedAt)} ms`);
  const told = await Promise.all(exits);
  assert.deepEqual(
    told.map(({ session }) => [session.status, session.exit?.code, session.exit?.signal]),
    made.map(() => ['closed', null, null]),
  );
  await Promise.all([waited, answered]);
  // Panes of the new server have the numbers of the old one's; what was meant for those must not reach them.
  const { id } = await next;
  const watch = await createWatch(client, { sessionId: id });
  await client.call('session/send', { id, text: 'y', enter: true });
  await watch.until((text) => text.includes('y\r\ny\r\n'));
  assert.equal((await client.call('session/scrollback', { id })).content.trim(), 'new\ny\ny');
});

/** Tries until tmux is there. */
async function createWhenItCan(client: Client, command: string[]): Promise<Session> {
  for (;;) {
    try {
      return await client.call('session/create', { command });
    } catch (error) {
      if (!(error instanceof RpcError && error.kind === 'Unavailable')) throw error;
      await sleep(2);
    }
  }
}

/** A program that prints pieces with pauses in between, so that there is always more to come. */
async function startFlood(client: Client, folder: string) {
  // Short lines: what a colour fills beyond a line that wraps, tmux does not tell.
  const lines = colouredLines(randomFrom(3), 40_000, 35).toString();
  const piece = Buffer.from(lines.replaceAll('\n', '\x1b[m\r\n'));
  writeFileSync(join(folder, 'piece'), piece);
  const script =
    'stty raw -echo; printf ready; until [ -e "$1/done" ]; do cat "$1/piece"; sleep 0.02; done; printf end; exec cat';
  const { id } = await client.call('session/create', { command: ['sh', '-c', script, 'sh', folder] });
  return { id, piece };
}

test(`when the tmux client dies, ${KILLS} times, it is back at once, and viewers go on from one gap and one snapshot`, async (t) => {
  const { daemon, client } = await whole(t);
  const folder = folderFor(t);
  const { id, piece } = await startFlood(client, folder);
  const watch = await createWatch(client, { sessionId: id });
  let parts: Buffer[] = [];
  watch.onData((data) => parts.push(data));
  client.on('terminal/snapshot', ({ data }) => {
    parts = [Buffer.from(data, 'base64')];
  });
  let worst = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    await watch.until((text) => text.length > 50_000);
    const [gap, shown] = [heard(client, 'terminal/gap'), heard(client, 'terminal/snapshot')];
    const killedAt = performance.now();
    killClient(daemon);
    const { epoch, offset } = await shown;
    worst = Math.max(worst, performance.now() - killedAt);
    assert.deepEqual([(await gap).epoch, (await gap).to, watch.gaps.length], [epoch, offset, kill]);
  }
  writeFileSync(join(folder, 'done'), '');
  await watch.until((text) => text.endsWith('end'));
  assert.equal(watch.gaps.length, KILLS);
  t.diagnostic(`viewers had a new screen after ${Math.round(worst)} ms at worst`);
  assert.ok(worst < BACK_MS, `${worst} ms`);

  const size = { cols: 80, rows: 24 };
  const viewer = createReference(size);
  for (const part of parts) await viewer.write(part);
  // The history holds no more than the last of the pieces, however many there were.
  const wanted = await seenOf(size, ...Array.from({ length: 10 }, () => piece), 'end');
  assert.deepEqual(viewer.seen(), wanted);
  viewer.close();
});
