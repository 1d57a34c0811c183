/** One daemon per data folder: the lock between real processes. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { takeLock } from '../../../daemon/db/lock.js';

const moduleUrl = new URL('../../../daemon/db/lock.js', import.meta.url).href;

function file(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'rdv-lock-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'lock.db');
}

/** Another process that tries to take the lock and keeps it; `took` says whether it did. */
async function other(t: TestContext, path: string) {
  const program = `const { takeLock } = await import(${JSON.stringify(moduleUrl)});
    const lock = await takeLock(${JSON.stringify(path)});
    console.log(lock ? 'taken' : 'refused');
    if (lock) setInterval(() => lock.isHeld(), 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [said] = await once(child.stdout, 'data');
  return { child, took: String(said).trim() === 'taken' };
}

test('a second process gets nothing until the first one ends, even by kill -9', async (t) => {
  const path = file(t);
  const first = await other(t, path);
  assert.equal(first.took, true);
  assert.equal(await takeLock(path), undefined);
  assert.equal((await other(t, path)).took, false);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const lock = await takeLock(path);
  assert.equal(lock?.isHeld(), true);
  lock?.release();
});

test('of many that start at once exactly one gets it', async (t) => {
  const path = file(t);
  const all = await Promise.all(Array.from({ length: 6 }, () => other(t, path)));
  assert.equal(all.filter(({ took }) => took).length, 1);
});

test('a lock that was released can be taken again', async (t) => {
  const path = file(t);
  (await takeLock(path))!.release();
  const again = await takeLock(path);
  assert.ok(again);
  again.release();
});

test('the holder notices when its file is replaced or removed', async (t) => {
  const path = file(t);
  const lock = (await takeLock(path))!;
  t.after(lock.release);
  assert.equal(lock.isHeld(), true);
  writeFileSync(`${path}.new`, '');
  renameSync(`${path}.new`, path);
  assert.equal(lock.isHeld(), false);
  rmSync(path);
  assert.equal(lock.isHeld(), false);
});
