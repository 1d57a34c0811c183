/** Finds git that outlived the daemon that started it, and ends it. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
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

/** Process groups in which a process has the mark among its arguments or, where that can be seen, its environment. */
async function find(mark: string): Promise<number[]> {
  const groups = process.platform === 'linux' ? await findInProc(mark) : await findByPs(mark);
  return [...new Set(groups)].sort();
}

async function findInProc(mark: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const groups = await Promise.all(
    pids.map(async (pid) => {
      const [args, environment] = await Promise.all([proc(pid, 'cmdline'), proc(pid, 'environ')]);
      // A zombie has neither.
      if (!args.includes(mark) && !environment.includes(mark)) return [];
      // The name stands in parentheses and may hold anything; state, parent and group follow.
      const group = Number((await proc(pid, 'stat')).split(') ').at(-1)?.split(' ')[2]);
      return group > 1 ? [group] : [];
    }),
  );
  return groups.flat();
}

/** Empty for one that is gone or of another user. */
async function proc(pid: string, name: string): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/${name}`, 'latin1');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}

async function findByPs(mark: string): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pgid=,stat=,args='], { maxBuffer: 2 ** 26 });
  const running = stdout.split('\n').filter((line) => line.includes(mark) && !/^\s*\d+\s+Z/.test(line));
  return running.map((line) => Number.parseInt(line, 10)).filter((group) => group > 1);
}
