/** Looks at the processes below one: on Linux in files of the kernel, on macOS by one `ps`. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { below, type Process, parsePs, parseStat } from './tree.js';

/** `root` and all below it; empty when it is gone, null when the system does not tell. */
export type ReadProcesses = (root: number) => Promise<readonly Process[] | null>;

export const readProcesses: ReadProcesses = async (root) => {
  if (process.platform !== 'darwin') return procBelow(root, uptime() * 1000);
  const all = await ps();
  return all && below(root, all);
};

/** Of more nobody could say what belongs to what. */
const MOST = 2000;

function procBelow(root: number, uptimeMs: number): Process[] | null {
  const found: Process[] = [];
  const pids = [root];
  for (const pid of pids) {
    const stat = read(`/proc/${pid}/stat`);
    if (stat === undefined) continue;
    found.push(parseStat(stat, uptimeMs));
    const children = childrenOf(pid);
    if (children === null) return null;
    if (pids.length < MOST) pids.push(...children);
  }
  return found;
}

/** Each thread tells those that it began itself. Null when the kernel was built without that. */
function childrenOf(pid: number): number[] | null {
  const tasks = tolerate(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  const lists = tasks.map((task) => read(`/proc/${pid}/task/${task}/children`));
  if (tasks.length > 0 && lists.every((list) => list === undefined) && read(`/proc/${pid}/stat`) !== undefined)
    return null;
  return lists.flatMap((list) => list?.trim().split(' ').filter(Boolean).map(Number) ?? []);
}

function read(path: string): string | undefined {
  return tolerate(() => readFileSync(path, 'utf8'));
}

/** Processes come and go while they are looked at, and some are another user's. */
function tolerate<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

const PS_MS = 5000;

function ps(): Promise<Process[] | null> {
  const args = ['-axo', 'pid=,ppid=,etime=,time=,comm='];
  return new Promise((resolve) => {
    execFile('ps', args, { timeout: PS_MS, maxBuffer: 16 * 1024 * 1024 }, (error, stdout) =>
      resolve(error ? null : parsePs(stdout)),
    );
  });
}
