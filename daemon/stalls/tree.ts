/** What the processes below an agent tell of its work: which came and went, and what they used. */

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly ageMs: number;
  /** Used so far, with what its ended children used. */
  readonly cpuMs: number;
}

/** Those of one session at one time, the root among them. */
export interface Sample {
  readonly at: number;
  readonly processes: readonly Process[];
}

/** The share of a core that is work. */
const BUSY = 0.05;

/** They only keep the computer awake, and are begun again and again by an agent that hangs. */
const BESIDE = new Set(['caffeinate', 'systemd-inhibit', 'gnome-session-inhibit']);

/** Those that were started after `since`, for what is done now. Others, such as servers of tools, live as long as the agent. */
export function startedSince({ at, processes }: Sample, since: number): Process[] {
  return processes.filter(({ ageMs, name }) => at - ageMs > since && !BESIDE.has(name));
}

/**
 * When something happened between two samples, as late as it may have been; undefined for nothing. `own` says whether
 * what the agent itself used counts: drawing a spinner costs more than nothing.
 */
export function workBetween(before: Sample, after: Sample, { own, since }: { own: boolean; since: number }) {
  const work = (sample: Sample) => sample.processes.filter(({ name }) => !BESIDE.has(name));
  const [known, there] = [work(before), work(after)];
  const left = new Set(there.map(({ pid }) => pid));
  if (known.some(({ pid }) => !left.has(pid))) return after.at;
  const used = (sample: Sample) => sum(own ? sample.processes : startedSince(sample, since));
  const busy = used(after) - used(before) >= BUSY * (after.at - before.at);
  if (busy && after.at > before.at) return after.at;
  const pids = new Set(known.map(({ pid }) => pid));
  const begun = there.filter(({ pid }) => !pids.has(pid)).map(({ ageMs }) => after.at - ageMs);
  return begun.length > 0 ? Math.max(before.at, ...begun) : undefined;
}

function sum(processes: readonly Process[]): number {
  return processes.reduce((total, { cpuMs }) => total + cpuMs, 0);
}

/** `root` and all below it, of all processes there are; empty when it is not among them. */
export function below(root: number, all: readonly Process[]): Process[] {
  const found = all.filter(({ pid }) => pid === root);
  // What is found is looked at in turn, and grows meanwhile.
  for (const { pid } of found) found.push(...all.filter((other) => other.parent === pid && other.pid !== root));
  return found;
}

/** What `ps -axo pid=,ppid=,etime=,time=,comm=` prints. */
export function parsePs(text: string): Process[] {
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, age, cpu, path] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(.+?)\s*$/.exec(line) ?? [];
    if (path === undefined) return [];
    const name = path.slice(path.lastIndexOf('/') + 1);
    return [{ pid: Number(pid), parent: Number(parent), name, ageMs: spanOf(age!), cpuMs: spanOf(cpu!) }];
  });
}

/** `[[days-]hours:]minutes:seconds`, to a fraction of them. */
function spanOf(text: string): number {
  const [clock, days] = text.split('-').reverse() as [string, string?];
  const seconds = clock.split(':').reduce((total, part) => total * 60 + Number(part), 0);
  return Math.round((seconds + Number(days ?? 0) * 86_400) * 1000);
}

/** What Linux tells in `/proc/<pid>/stat`. `uptimeMs` is that of the machine. */
export function parseStat(stat: string, uptimeMs: number): Process {
  // The name is in brackets and may hold some itself.
  const after = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (at: number) => Number(after[at]) * TICK_MS;
  return {
    pid: Number.parseInt(stat, 10),
    parent: Number(after[1]),
    name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
    ageMs: uptimeMs - ticks(19),
    cpuMs: ticks(11) + ticks(12) + ticks(13) + ticks(14),
  };
}

/** Whatever the kernel is built with, it tells times in hundredths of a second. */
const TICK_MS = 10;
