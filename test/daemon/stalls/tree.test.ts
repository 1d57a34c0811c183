/** Processes below an agent: what is read of them, and what of it is work. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { readProcesses } from '../../../daemon/stalls/processes.js';
import { below, type Process, parsePs, parseStat, startedSince, workBetween } from '../../../daemon/stalls/tree.js';

const made = (pid: number, some: Partial<Process> = {}): Process => ({
  ...{ pid, parent: 1, name: 'node', ageMs: 1e6, cpuMs: 0 },
  ...some,
});

const sample = (at: number, ...processes: Process[]) => ({ at, processes });

const all = { own: true, since: 0 };

test('half a second of a core in ten is work, less is not', () => {
  const before = sample(0, made(1, { cpuMs: 7000 }));
  assert.equal(workBetween(before, sample(10_000, made(1, { cpuMs: 7499 })), all), undefined);
  assert.equal(workBetween(before, sample(10_000, made(1, { cpuMs: 7500 })), all), 10_000);
  assert.equal(workBetween(before, sample(20_000, made(1, { cpuMs: 7500 })), all), undefined);
});

test('without its own, only what was started for this turn counts', () => {
  const two = (cpuMs: number, ageMs: number) => [made(1, { cpuMs }), made(2, { cpuMs, ageMs })];
  const turn = { own: false, since: 50_000 };
  const [old, young] = [1e6, 10_000];
  assert.equal(workBetween(sample(90_000, ...two(0, old)), sample(100_000, ...two(9000, old)), turn), undefined);
  assert.equal(workBetween(sample(90_000, ...two(0, young)), sample(100_000, ...two(9000, young)), turn), 100_000);
  assert.deepEqual(
    startedSince(sample(100_000, ...two(0, young)), 50_000).map(({ pid }) => pid),
    [2],
  );
});

test('one that begins or ends is work, at the latest when it may have been', () => {
  const [one, other] = [made(1), made(2, { ageMs: 3000 })];
  assert.equal(workBetween(sample(0, one), sample(10_000, one, other), all), 7000);
  assert.equal(workBetween(sample(0, one, other), sample(10_000, one), all), 10_000);
});

test('what only keeps the computer awake is none, however often it is begun', () => {
  const awake = (pid: number) => made(pid, { name: 'caffeinate', ageMs: 10, cpuMs: 0 });
  assert.equal(workBetween(sample(0, made(1), awake(2)), sample(10_000, made(1), awake(3)), all), undefined);
  assert.deepEqual(startedSince(sample(10_000, awake(3)), 0), []);
});

test('a line of /proc is read, whatever the name of the program', () => {
  const stat = `42 (a) b (c) S 7 42 42 0 -1 4194560 1 2 3 4 100 50 20 30 20 0 1 0 5000 1 2 3 ${'0 '.repeat(27)}`;
  assert.deepEqual(parseStat(stat, 60_000), { pid: 42, parent: 7, name: 'a) b (c', ageMs: 10_000, cpuMs: 2000 });
});

test('the output of ps is read, and what is below one is found in it', () => {
  const text = `
    1     0 10-02:03:04   0:01.50 /sbin/launchd
  100     1       05:00   1:02.25 /opt/homebrew/bin/node
  101   100       00:09   0:00.00 /bin/zsh -c
  102   101    01:00:00   0:00.00 make
  103     1       00:01   0:00.00 other
`;
  const processes = parsePs(text);
  assert.deepEqual(processes[0], { pid: 1, parent: 0, name: 'launchd', ageMs: 871_384_000, cpuMs: 1500 });
  assert.deepEqual(
    below(100, processes).map(({ pid, name, ageMs, cpuMs }) => [pid, name, ageMs, cpuMs]),
    [
      [100, 'node', 300_000, 62_250],
      [101, 'zsh -c', 9000, 0],
      [102, 'make', 3_600_000, 0],
    ],
  );
  assert.deepEqual(below(999, processes), []);
});

test('the processes below a real one are found, with what they use, and nothing is begun for it on Linux', async (t) => {
  const script = 'sleep 300 & (while :; do :; done) & echo ready; wait';
  const shell = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  t.after(async () => {
    process.kill(-shell.pid!, 'SIGKILL');
    await once(shell, 'close');
  });
  await once(shell.stdout, 'data');
  const read = async () => (await readProcesses(shell.pid!)) ?? [];
  const used = (processes: readonly Process[]) => processes.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  let seen = await read();
  // The busy one is seen to have used something as soon as it had its turn.
  while (used(seen) < 50) seen = await read();
  assert.equal(seen[0]?.pid, shell.pid);
  assert.equal(seen.length, 3);
  assert.ok(seen.some(({ name }) => name === 'sleep'));
  assert.ok(seen.slice(1).every(({ parent, ageMs }) => parent === shell.pid && ageMs >= 0 && ageMs < 60_000));
  assert.deepEqual(await readProcesses(2 ** 22 + 1), []);
});
