/** What Linux tells of processes: time used, memory held, children. Exact, and without disturbing them. */
import { readdirSync, readFileSync } from 'node:fs';

/** Seconds of CPU all threads of these processes have used so far, to the nanosecond. */
export function cpuSeconds(...pids: readonly number[]): number {
  const threads = pids.flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}`));
  return threads.reduce(
    (sum, thread) => sum + Number(readFileSync(`${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e9,
    0,
  );
}

/** How often its main thread fell asleep: as often it was woken. */
export function switches(pid: number): number {
  const status = readFileSync(`/proc/${pid}/task/${pid}/status`, 'utf8');
  return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN);
}

export interface Memory {
  readonly rssKiB: number;
  /** Shared pages counted by share: these may be added up. */
  readonly pssKiB: number;
}

export function memoryOf(...pids: readonly number[]): Memory {
  const read = (name: string) =>
    pids.reduce((sum, pid) => {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      return sum + Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0);
    }, 0);
  return { rssKiB: read('Rss'), pssKiB: read('Pss') };
}

/** All processes below this one. */
export function descendants(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), statOf(Number(name))?.parent] as const);
  const below = (of: number): number[] =>
    parents.filter(([, parent]) => parent === of).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

/**
 * Grows whenever this process has waited for a child of its own, because no child lives without page faults. So two equal
 * readings, with the same descendants, mean that nothing was spawned in between, whatever else the machine did.
 */
export function reapedFaults(pid: number): number {
  return statOf(pid)?.reapedFaults ?? Number.NaN;
}

/** Undefined when the process is gone. */
function statOf(pid: number): { parent: number; reapedFaults: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const after = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(after[1]), reapedFaults: Number(after[8]) };
  } catch (error) {
    if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return undefined;
  }
}
