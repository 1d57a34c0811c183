/** What 100 sessions cost while nobody does anything: memory, CPU and processes spawned. */
import { execFileSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { startDaemon } from '../support/daemon.js';
import { cpuSeconds, descendants, memoryOf, reapedFaults } from './proc.js';
import { atMost, type Row } from './table.js';
import { openWire } from './wire.js';

const SESSIONS = 100;
/** `BENCH_SECONDS` shortens the watch. */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 60);
/** Long enough for starting programs to print and for the heap to give pages back. */
const SETTLE_MS = 3000;

export async function idle(): Promise<Row[]> {
  const daemon = await startDaemon({
    environment: { NODE_OPTIONS: `--import ${new URL('./collect.js', import.meta.url)}` },
  });
  const wire = await openWire(daemon.home);
  try {
    const tmux = Number(execFileSync('tmux', ['-L', daemon.tmux, 'display-message', '-p', '#{pid}']));
    const watched = { daemon: daemon.pid, tmux };
    const programsBefore = new Set(descendants(tmux));
    await settle(daemon.pid);
    const before = { daemon: memoryOf(daemon.pid), tmux: memoryOf(tmux) };
    for (let i = 0; i < SESSIONS; i++) await wire.call('session/create', { name: `n${i}`, command: ['cat'] });
    await settle(daemon.pid);
    const programs = descendants(tmux).filter((pid) => !programsBefore.has(pid));
    const each = (kib: number) => kib / SESSIONS;
    const growth = (who: 'daemon' | 'tmux') => {
      const now = memoryOf(watched[who]);
      return { rss: each(now.rssKiB - before[who].rssKiB), pss: each(now.pssKiB - before[who].pssKiB) };
    };
    const ours = { daemon: growth('daemon'), tmux: growth('tmux'), programs: memoryOf(...programs) };
    const quiet = await watch(watched);
    return [
      { what: 'daemon, memory a session (RSS)', unit: 'KiB', ours: ours.daemon.rss },
      { what: 'daemon, memory a session (PSS)', unit: 'KiB', ours: ours.daemon.pss },
      { what: 'tmux server, memory a session (RSS)', unit: 'KiB', ours: ours.tmux.rss },
      { what: 'tmux server, memory a session (PSS)', unit: 'KiB', ours: ours.tmux.pss },
      {
        what: `programs, memory a session (PSS; ${programs.length} processes)`,
        unit: 'KiB',
        ours: each(ours.programs.pssKiB),
      },
      { what: `daemon, CPU in ${SECONDS} s`, unit: 'ms', ours: quiet.daemonMs },
      { what: `tmux server, CPU in ${SECONDS} s`, unit: 'ms', ours: quiet.tmuxMs },
      { what: `processes spawned in ${SECONDS} s (at least)`, unit: '', ours: quiet.spawned, goal: atMost(0) },
    ];
  } finally {
    wire.close();
    await daemon.stop();
  }
}

/** What is left after a collection is what is kept. */
async function settle(pid: number): Promise<void> {
  await setTimeout(SETTLE_MS);
  process.kill(pid, 'SIGUSR2');
  await setTimeout(SETTLE_MS);
}

/** Reads before and after, and nothing in between, so as not to wake anybody. */
async function watch({ daemon, tmux }: { daemon: number; tmux: number }) {
  const read = () => ({
    daemon: cpuSeconds(daemon),
    tmux: cpuSeconds(tmux),
    reaped: [reapedFaults(daemon), reapedFaults(tmux)],
    alive: [...descendants(daemon), ...descendants(tmux)],
  });
  const from = read();
  await setTimeout(SECONDS * 1000);
  const to = read();
  const born = to.alive.filter((pid) => !from.alive.includes(pid)).length;
  const gone = to.reaped.filter((faults, i) => faults !== from.reaped[i]).length;
  return {
    daemonMs: (to.daemon - from.daemon) * 1000,
    tmuxMs: (to.tmux - from.tmux) * 1000,
    spawned: born + gone,
  };
}
