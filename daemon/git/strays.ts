/** Finds git that outlived the daemon that started it, and ends it. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { promisify } from 'node:util';
import { RpcError } from '#protocol/errors';
import { killGroup } from './process.js';

/** git tidies up when it is asked to end; then it is not asked any more. */
const GRACE_MS = 1500;
const KILLED_MS = 3000;
const LOOK_MS = 20;

/** Resolves when no process with the mark runs. Throws Unavailable when one does not end. */
export async function endStrays(mark: string): Promise<void> {
  if (!/^[\w-]+$/.test(mark)) throw new Error(`a mark is letters, digits and hyphens, got ${JSON.stringify(mark)}`);
  const started = performance.now();
  for (let told = ''; ; await after(LOOK_MS)) {
    const groups = await find(mark);
    if (groups.length === 0) return;
    const ms = performance.now() - started;
    const signal = ms < GRACE_MS ? 'SIGTERM' : 'SIGKILL';
    if (ms > GRACE_MS + KILLED_MS) {
      const said = `git (process group ${groups.join(', ')}) does not end, although it was killed.`;
      throw new RpcError('Unavailable', `${said} It may wait for a disk; try again later.`, {
        code: 'GIT_UNAVAILABLE',
      });
    }
    const telling = `${signal} ${groups.join()}`;
    if (telling !== told) for (const group of groups) killGroup(group, signal);
    told = telling;
  }
}

interface Groups {
  /** Of the daemon. */
  readonly own: number;
  readonly marked: readonly number[];
}

/** Process groups in which a process has the mark among its arguments or, where that can be seen, its environment. */
async function find(mark: string): Promise<number[]> {
  const { own, marked } = process.platform === 'linux' ? findInProc(mark) : await findByPs(mark);
  // git always has a group to itself: whoever is in ours was named like that by somebody else.
  return [...new Set(marked)].filter((group) => group > 1 && group !== own).sort();
}

/** Read at once: each file is made by the kernel in microseconds, and handing it to a thread takes many times that. */
function findInProc(mark: string): Groups {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  // A zombie has neither.
  const marked = pids.filter((pid) => proc(pid, 'cmdline').includes(mark) || proc(pid, 'environ').includes(mark));
  return { own: groupOf('self'), marked: marked.map(groupOf) };
}

/** The name stands in parentheses and may hold anything; state, parent and group follow. */
function groupOf(pid: string): number {
  return Number(proc(pid, 'stat').split(') ').at(-1)?.split(' ')[2] ?? 0);
}

/** Empty for one that is gone or of another user. */
function proc(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}

async function findByPs(mark: string): Promise<Groups> {
  const columns = ['-A', '-ww', '-o', 'pid=,pgid=,stat=,args='];
  const { stdout } = await promisify(execFile)('ps', columns, { maxBuffer: 2 ** 26 });
  const lines = stdout.split('\n').map((line) => /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []);
  return {
    own: Number(lines.find(([, pid]) => Number(pid) === process.pid)?.[2]),
    marked: lines
      .filter(([, , , stat, args]) => args?.includes(mark) && !stat?.startsWith('Z'))
      .map(([, , group]) => Number(group)),
  };
}
