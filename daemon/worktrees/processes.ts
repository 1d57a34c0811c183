/** Finds the processes whose working directory is inside a directory. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { userInfo } from 'node:os';

export interface Seen {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  readonly directory: string;
}

/** Lists the user's processes, or null when the system does not tell. */
export type ListProcesses = () => Promise<readonly Seen[] | null>;

export const listProcesses: ListProcesses = async () => (process.platform === 'darwin' ? lsof() : proc());

/** Those inside `path`, except some with all that descend from them. `path` is resolved. */
export function inside(
  seen: readonly Seen[],
  path: string,
  except: readonly number[],
): Pick<Seen, 'pid' | 'command'>[] {
  const parents = new Map(seen.map(({ pid, parent }) => [pid, parent]));
  const excepted = (pid: number | undefined, depth = 0): boolean =>
    pid !== undefined && depth < DEPTH && (except.includes(pid) || excepted(parents.get(pid), depth + 1));
  return seen
    .filter(({ pid, directory }) => (directory === path || directory.startsWith(`${path}/`)) && !excepted(pid))
    .map(({ pid, command }) => ({ pid, command }));
}

/** Each git the daemon runs, which may just be looking at that worktree. Other children of it are sessions' programs. */
export function ownIn(seen: readonly Seen[], daemon: number): number[] {
  return seen.filter(({ parent, command }) => parent === daemon && command === 'git').map(({ pid }) => pid);
}

/** No line of descent is longer; one that seems to be is a circle of pids used again. */
const DEPTH = 1000;

function proc(): Seen[] | null {
  let pids: string[];
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  if (!pids.includes(String(process.pid))) return null;
  return pids.flatMap((pid) => {
    try {
      const directory = readlinkSync(`/proc/${pid}/cwd`);
      // The name is in brackets and may hold some itself; then come the state and the parent.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return [{ pid: Number(pid), parent, command: name, directory: directory.replace(/ \(deleted\)$/, '') }];
    } catch (error) {
      // It ended meanwhile, or is another user's.
      if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
      throw error;
    }
  });
}

const LSOF_MS = 10_000;

function lsof(): Promise<Seen[] | null> {
  const args = ['-a', '-d', 'cwd', '-u', String(userInfo().uid), '-FpRcn', '-w'];
  return new Promise((resolve) => {
    // It ends with 1 when it could not look at some process, and all the same tells of the others.
    execFile('lsof', args, { timeout: LSOF_MS, maxBuffer: 16 * 1024 * 1024 }, (error, stdout) => {
      const seen = parseLsof(stdout);
      resolve(seen.length === 0 || (error && error.code !== 1) ? null : seen);
    });
  });
}

/** Lines of one letter and a value each: `p` begins a process, then `R` its parent, `c` its name, `n` its directory. */
export function parseLsof(text: string): Seen[] {
  const found: { pid: number; parent: number; command: string; directory: string }[] = [];
  for (const line of text.split('\n')) {
    const value = line.slice(1);
    const last = found.at(-1);
    if (line.startsWith('p')) found.push({ pid: Number(value), parent: 0, command: '', directory: '' });
    else if (line.startsWith('R') && last) last.parent = Number(value);
    else if (line.startsWith('c') && last) last.command = value;
    else if (line.startsWith('n') && last) last.directory = value;
  }
  return found;
}
