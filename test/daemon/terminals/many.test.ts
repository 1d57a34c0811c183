/** Many viewers of one session, and one that never reads: each gets all it can take, and costs no other anything. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Client } from '#client';
import { stream as limits } from '#protocol';
import type { Daemon } from '../../support/daemon.js';
import { colouredLines, randomFrom } from '../../support/random.js';
import { connectRaw } from '../../support/raw.js';
import { createWatch } from '../../support/watch.js';
import { folderFor, reach, whole } from '../../support/whole.js';

/** Over its window for a viewer and the ring of a pane, for a runtime that collects its garbage late. */
const GROWTH_MIB = 64;
const FLOOD = Number(process.env.RDV_SOAK_FLOOD ?? 15_000_000);

const rssMiB = ({ pid }: Daemon) =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;

/** A program that prints a file, line by line as it is, each time it gets a line. */
async function startPrinter(client: Client, file: string) {
  const script = 'stty -echo -opost; printf ready; while read go; do cat "$1"; done';
  const { id } = await client.call('session/create', { command: ['sh', '-c', script, 'sh', file] });
  await client.call('session/wait', { id, until: 'pattern', pattern: 'ready' });
  return id;
}

/** A connection that opens a stream and then never reads again. */
async function openDeaf({ socket, token }: Daemon, sessionId: string, flow: boolean) {
  const deaf = await connectRaw(socket);
  await deaf.call('initialize', { token });
  const { result } = await deaf.call('terminal/open', { sessionId, flow });
  assert.equal(typeof result.streamId, 'string');
  deaf.socket.pause();
  return deaf;
}

test('viewers that never read their socket cost no memory, no pause and no other viewer a byte', async (t) => {
  const { daemon, client } = await whole(t);
  const file = join(folderFor(t), 'flood');
  const lines = colouredLines(randomFrom(5), 1_000_000);
  writeFileSync(file, lines);
  const id = await startPrinter(client, file);
  const deaf = [await openDeaf(daemon, id, true), await openDeaf(daemon, id, false)];
  const watch = await createWatch(client, { sessionId: id });
  const [got, printed] = [createHash('sha256'), createHash('sha256')];
  watch.onData((data) => got.update(data));
  const before = rssMiB(daemon);
  let most = before;
  for (let sent = 0; sent < FLOOD; sent += lines.length) {
    printed.update(lines);
    await client.call('session/send', { id, enter: true });
    await watch.until(() => watch.bytes() >= sent + lines.length);
    most = Math.max(most, rssMiB(daemon));
  }
  assert.equal(got.digest('hex'), printed.digest('hex'));
  // A pause would have shown as a new epoch.
  assert.deepEqual(watch.gaps, []);
  t.diagnostic(
    `the daemon grew by ${Math.round(most - before)} MiB from ${Math.round(before)} over ${watch.bytes()} bytes`,
  );
  assert.ok(most - before < GROWTH_MIB, `${most - before} MiB`);
  for (const each of deaf) await each.close();
});

test('fifty viewers of one session each get every byte of a flood in order', async (t) => {
  const { daemon, client } = await whole(t);
  const file = join(folderFor(t), 'piece');
  // No more than the daemon lets a viewer fall behind: fifty share one process here.
  const piece = colouredLines(randomFrom(6), limits.lagBytes / 2);
  writeFileSync(file, piece);
  const id = await startPrinter(client, file);
  const watches = await Promise.all(
    Array.from({ length: 50 }, async () => createWatch(await reach(t, daemon), { sessionId: id })),
  );
  const digests = watches.map((watch) => {
    const digest = createHash('sha256');
    watch.onData((data) => digest.update(data));
    return digest;
  });
  const printed = createHash('sha256');
  for (let round = 1; round <= 4; round++) {
    printed.update(piece);
    await client.call('session/send', { id, enter: true });
    await Promise.all(watches.map((watch) => watch.until(() => watch.bytes() >= round * piece.length)));
  }
  const wanted = printed.digest('hex');
  assert.deepEqual(
    digests.map((digest) => digest.digest('hex')),
    watches.map(() => wanted),
  );
  assert.deepEqual(
    watches.flatMap(({ gaps }) => gaps),
    [],
  );
});
