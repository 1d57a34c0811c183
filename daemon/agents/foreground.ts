/** What runs in the foreground of a terminal, as Linux tells it in files; elsewhere nobody knows. */
import { readFileSync } from 'node:fs';

export interface Process {
  readonly pid: number;
  /** When it started, in the kernel's own ticks since boot: with the pid it names one life. */
  readonly startedTicks: string;
  readonly argv: readonly string[];
}

/**
 * The program that the terminal of a pane's first process listens to; through a script, or a program that only starts
 * another one, that other. Undefined where the system does not tell, and for a process that ended meanwhile.
 */
export function foregroundOf(panePid: number): Process | undefined {
  const group = Number(fieldsOf(panePid)?.[TPGID]);
  let front = group > 0 ? (processOf(group) ?? memberOf(group, panePid) ?? processOf(panePid)) : undefined;
  for (let depth = 0; front && startsAnother(front.argv) && depth < DEPTH; depth++) {
    const child = childrenOf(front.pid).map(processOf).find(Boolean);
    if (!child) break;
    front = child;
  }
  return front;
}

/** Scripts that start scripts; shells in shells. */
const DEPTH = 5;
/** Fields of `/proc/<pid>/stat` behind the name, which stands in brackets. */
const PGRP = 2;
const TPGID = 5;
const START = 19;

/** Of a group whose first process has ended, as the `echo` in `echo it | agent` does, another one. */
function memberOf(group: number, panePid: number): Process | undefined {
  let parents = [panePid];
  for (let depth = 0; parents.length > 0 && depth < DEPTH; depth++) {
    const children = parents.flatMap(childrenOf).slice(0, MOST);
    const members = children.filter((pid) => Number(fieldsOf(pid)?.[PGRP]) === group);
    const found = members.map(processOf).find(Boolean);
    if (found) return found;
    parents = children;
  }
  return undefined;
}

/** Processes looked at in each generation. */
const MOST = 64;

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

function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`)?.trim().split(' ').filter(Boolean).map(Number) ?? [];
}

const SHELLS = /^-?(?:sh|bash|dash|zsh|ksh|ash|fish)$/;
const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** A shell that was given what to run. */
function isScript([program = '', ...args]: readonly string[]): boolean {
  if (!SHELLS.test(baseName(program))) return false;
  return args.some((arg, at) => /^-\w*c$/.test(arg) || (!/^[-+]/.test(arg) && !TAKES_ONE.test(args[at - 1] ?? '')));
}

/** Options of shells that the next word belongs to. */
const TAKES_ONE = /^(?:[-+][oO]|--?(?:rcfile|init-file|init-command|features))$/;

/** Programs that are there to start another one. They may have set their own name, with words behind it. */
const STARTERS = /^(?:timeout|time|sudo|doas|npm|npx|pnpm|yarn|bunx|uv|uvx|mise|direnv)(?: |$)/;

/** Whether it only stands before the program that counts. */
export function startsAnother(argv: readonly string[]): boolean {
  return isScript(argv) || STARTERS.test(baseName(argv[0] ?? ''));
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
