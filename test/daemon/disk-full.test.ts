/** A disk that is full: what runs goes on, writes are refused with the cure, nothing is lost, and with room all works again. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTerminal } from '#client';
import { refused } from '../support/refused.js';
import { askTmux, reach, whole } from '../support/whole.js';

/** A daemon on a small file system of its own; undefined where this user may mount none. */
async function onSmallDisk(t: TestContext) {
  const disk = mkdtempSync(join(tmpdir(), 'rdv-disk-'));
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m,mode=700', 'rdv-test', disk]).status !== 0) {
    rmdirSync(disk);
    return undefined;
  }
  try {
    return { ...(await whole(t, { within: disk })), disk };
  } finally {
    // After the daemon, which is stopped in the order of asking.
    t.after(() => {
      execFileSync('umount', ['-l', disk]);
      rmdirSync(disk);
    });
  }
}

/** Leaves not a byte. Returns the way to make room again. */
function fill(disk: string): () => void {
  const files: string[] = [];
  for (const bytes of [65_536, 4096, 1])
    for (let full = false; !full; ) {
      const path = join(disk, `filler-${files.length}`);
      try {
        files.push(path);
        writeFileSync(path, Buffer.alloc(bytes));
      } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
        rmSync(path, { force: true });
        full = true;
      }
    }
  assert.equal(statfsSync(disk).bavail, 0);
  return () => {
    for (const path of files) rmSync(path, { force: true });
  };
}

test('with a full disk programs, viewers and reads go on, writes say what to do, and with room everything works again', async (t) => {
  const given = await onSmallDisk(t);
  if (!given) return t.skip('this user may not mount a file system');
  const { daemon, client, disk } = given;
  const { id } = await client.call('session/create', { name: 'before', command: ['cat'], idempotencyKey: 'one' });
  const ending = await client.call('session/create', { command: ['sh', '-c', 'read line; exit 3'] });
  const folder = await client.call('folder/create', { name: 'f' });
  const terminal = await openTerminal(client, { sessionId: id, cols: 90, rows: 30 });
  t.after(() => terminal.close().catch(() => {}));
  await client.call('session/record', { id, action: 'start' });
  const room = fill(disk);

  const full = refused('Unavailable', /^The disk is full.*Make room where .* lies/, 'DISK_FULL');
  await assert.rejects(client.call('session/rename', { id, name: 'after' }), full);
  await assert.rejects(client.call('session/create', { command: ['cat'] }), full);
  await assert.rejects(client.call('folder/create', { name: 'g' }), full);
  // What cannot be undone is announced to the audit first.
  const unaudited = refused('Unavailable', /the disk is full.*Make room where .* lies/, 'AUDIT_UNAVAILABLE');
  await assert.rejects(client.call('folder/delete', { id: folder.id }), unaudited);

  // What is read is what was written.
  assert.equal((await client.call('session/get', { id })).name, 'before');
  assert.deepEqual(
    (await client.call('folder/list', {})).folders.map(({ name }) => name),
    ['f'],
  );
  // Typing, looking, and looking in another size.
  await client.call('session/send', { id, text: 'typed', enter: true });
  await client.call('session/wait', { id, until: 'pattern', pattern: '^typed', timeoutMs: 10_000 });
  const other = await openTerminal(await reach(t, daemon), { sessionId: id, cols: 100, rows: 40 });
  await other.close();
  // A program that ends cannot be written down yet.
  await client.call('session/send', { id: ending.id, enter: true });
  // Longer than the writes in the background are put off.
  await sleep(6000);
  assert.equal(spawnSync('kill', ['-0', String(daemon.pid)]).status, 0);
  assert.match((await client.call('daemon/ping', {})).at.toString(), /^\d+$/);

  room();
  await client.call('session/rename', { id, name: 'after' });
  const made = await client.call('session/create', { name: 'made', command: ['cat'] });
  const over = await client.call('session/wait', { id: ending.id, until: 'exit', timeoutMs: 20_000 });
  assert.equal(over.exitCode, 3);
  assert.equal((await client.call('session/create', { command: ['cat'], idempotencyKey: 'one' })).id, id);
  await daemon.kill9();
  await daemon.restart();
  const again = await reach(t, daemon);
  const { sessions } = await again.call('session/list', {});
  assert.deepEqual(sessions.map(({ name }) => name).sort(), ['Terminal', 'after', 'made'].sort());
  assert.ok(sessions.some((session) => session.id === made.id));
  const windows = askTmux(daemon, 'list-sessions', '-F', '#{session_name}').split('\n');
  assert.equal(windows.filter((name) => /^rdv-[0-9a-f]{8}-/.test(name)).length, 3);
  assert.equal(readdirSync(join(daemon.home, 'recordings')).length, 1);
});
