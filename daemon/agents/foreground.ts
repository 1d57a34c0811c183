/** What runs in the foreground of a terminal, as Linux tells it in files; elsewhere nobody knows. */
import { readFileSync } from 'node:fs';

export interface Process {
  readonly pid: number;
  /** When it started, in the kernel's own ticks since boot: with the pid it names one life. */
  readonly startedTicks: string;
  readonly argv: readonly string[];
}

/**
 * The program that the terminal of a pane's first process listens to; through a script that only starts another program,
 * that program. Undefined where the system does not tell, and for a process that ended meanwhile.
 */
export function foregroundOf(panePid: number): Process | undefined {
  const group = Number(fieldsOf(panePid)?.[TPGID]);
  let front = group > 0 ? (processOf(group) ?? processOf(panePid)) : undefined;
  for (let depth = 0; front && isScript(front.argv) && depth < DEPTH; depth++) {
    const child = childOf(front.pid);
    if (!child) break;
    front = child;
  }
  return front;
}

/** Scripts that start scripts. */
const DEPTH = 5;
/** Fields of `/proc/<pid>/stat` behind the name, which stands in brackets. */
const TPGID = 5;
const START = 19;

function fieldsOf(pid: number): string[] | undefined {
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function processOf(pid: number): Process | undefined {
  const startedTicks = fieldsOf(pid)?.[START];
  const line = read(`/proc/${pid}/cmdline`);
  if (startedTicks === undefined || !line) return undefined;
  return { pid, startedTicks, argv: line.replace(/\0$/, '').split('\0') };
}

function childOf(pid: number): Process | undefined {
  const first = Number(read(`/proc/${pid}/task/${pid}/children`)?.split(' ')[0]);
  return first > 0 ? processOf(first) : undefined;
}

const SHELLS = /^-?(?:sh|bash|dash|zsh|ksh|ash|fish)$/;
const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** A shell that was given what to run. */
export function isScript([program = '', ...args]: readonly string[]): boolean {
  return SHELLS.test(baseName(program)) && args.some((arg) => /^-\w*c$/.test(arg) || !arg.startsWith('-'));
}

/** A shell that waits for lines. */
export function isShell(argv: readonly string[]): boolean {
  return SHELLS.test(baseName(argv[0] ?? '')) && !isScript(argv);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // It ended, is another user's, or there is no such file system here.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined;
    throw error;
  }
}
