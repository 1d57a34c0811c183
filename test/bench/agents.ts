/** What watching agents costs: 100 that are idle, and 20 that work with spinners. */
import { execFileSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startDaemon } from '../support/daemon.js';
import { box, greeting } from './drawn.js';
import { WITHOUT_RATES } from './measure.js';
import { cpuSeconds, descendants, reapedFaults, switches } from './proc.js';
import { atMost, type Row } from './table.js';
import { openWire } from './wire.js';

/** `BENCH_SECONDS` shortens the watch. */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 60);
/** Until the daemon has also stopped to measure how long its callers wait. */
const SETTLE_MS = 25_000;

const idle = ['sh', '-c', 'printf %s "$0"; exec cat', [...greeting, ...box].join('\r\n')];
const working = [process.execPath, fileURLToPath(new URL('./agent.js', import.meta.url))];

export const resting = () => watched({ count: 100, command: idle, state: 'idle', percent: 1 });

export const spinning = () => watched({ count: 20, command: working, state: 'working', percent: 10 });

interface Scene {
  readonly count: number;
  readonly command: readonly string[];
  /** What the daemon must take them for; else nothing is measured. */
  readonly state: string;
  readonly percent: number;
}

async function watched({ count, command, state, percent }: Scene): Promise<Row[]> {
  const daemon = await startDaemon({ config: WITHOUT_RATES });
  const wire = await openWire(daemon.home);
  try {
    const tmux = Number(execFileSync('tmux', ['-L', daemon.tmux, 'display-message', '-p', '#{pid}']));
    for (let i = 0; i < count; i++)
      await wire.call('session/create', { agentProvider: 'claude', command: [...command] });
    const states = async () => {
      const { agents } = (await wire.call('agent/list', {})) as { agents: { state: string }[] };
      return agents.filter((each) => each.state === state).length;
    };
    for (let tries = 0; (await states()) < count && tries < 60; tries++) await setTimeout(1000);
    const seen = await states();
    await setTimeout(SETTLE_MS);
    const cost = await watch(daemon.pid, tmux);
    const of = `${count} agents ${state}`;
    return [
      { what: `${of}: taken for that`, unit: '', ours: seen },
      { what: `${of}: daemon, CPU of a core`, unit: '%', ours: cost.daemon, goal: atMost(percent) },
      { what: `${of}: tmux server, CPU of a core`, unit: '%', ours: cost.tmux },
      { what: `${of}: wake-ups of the daemon a second`, unit: '', ours: cost.wakes },
      { what: `${of}: processes spawned by the daemon (at least)`, unit: '', ours: cost.spawned, goal: atMost(0) },
    ];
  } finally {
    wire.close();
    await daemon.stop();
  }
}

/** Reads before and after, and nothing in between, so as not to wake anybody. */
async function watch(daemon: number, tmux: number) {
  const read = () => ({
    ...{ daemon: cpuSeconds(daemon), tmux: cpuSeconds(tmux), wakes: switches(daemon) },
    ...{ reaped: reapedFaults(daemon), children: descendants(daemon), at: performance.now() },
  });
  const from = read();
  await setTimeout(SECONDS * 1000);
  const to = read();
  const seconds = (to.at - from.at) / 1000;
  const born = to.children.filter((pid) => !from.children.includes(pid)).length;
  return {
    daemon: ((to.daemon - from.daemon) / seconds) * 100,
    tmux: ((to.tmux - from.tmux) / seconds) * 100,
    wakes: (to.wakes - from.wakes) / seconds,
    // One that lived and ended in between was waited for, and left its page faults behind.
    spawned: born + Number(to.reaped !== from.reaped),
  };
}
