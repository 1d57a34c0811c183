/** The native part of node-pty: its own terminal class loses what a program printed just before it ended. */
import { closeSync, openSync, readdirSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
// @ts-expect-error The package describes its terminal class only, not what lies under it.
import loader from 'node-pty/lib/utils.js';
import { RpcError } from '#protocol/errors';

export interface Forked {
  /** Of the terminal's master side; non-blocking. Whoever forked closes it. */
  readonly fd: number;
  readonly pid: number;
  /** Path of the slave side. */
  readonly pty: string;
}

export interface Native {
  /** Starts a program on a terminal of its own; `exited` is called when it was collected, with signal 0 for none. */
  fork(
    file: string,
    args: readonly string[],
    environment: readonly string[],
    directory: string,
    cols: number,
    rows: number,
    user: number,
    group: number,
    utf8: boolean,
    helper: string,
    exited: (code: number, signal: number) => void,
  ): Forked;
  resize(fd: number, cols: number, rows: number, pixelWidth: number, pixelHeight: number): void;
}

export interface Loaded extends Native {
  /** What starts programs on macOS. */
  readonly helper: string;
}

/**
 * Runs `fork` so that the program gets none of our descriptors, above all no terminal of another session: the addon
 * closes them by counting up, and stops at the first number beyond 15 that is free, so none is left free meanwhile.
 */
export function sealed<T>(fork: () => T): T {
  if (process.platform !== 'linux') return fork();
  const fillers: number[] = [];
  const highest = Math.max(...readdirSync('/proc/self/fd').map(Number));
  try {
    while ((fillers.at(-1) ?? 0) <= highest) fillers.push(openSync('/dev/null', 'r'));
    return fork();
  } finally {
    for (const fd of fillers) closeSync(fd);
  }
}

/** Throws Unavailable when the addon was never built or is for another system. */
export function loadNative(): Loaded {
  try {
    const { module, dir } = loader.loadNativeModule('pty') as { module: Native; dir: string };
    return { fork: module.fork, resize: module.resize, helper: helperIn(dir) };
  } catch (error) {
    const said = `node-pty does not load: ${(error as Error).message} Run: npm rebuild node-pty, or install tmux.`;
    throw new RpcError('Unavailable', said, { code: 'PTY_MISSING' });
  }
}

/** `dir` is told as seen from the package's `lib`, which a bundle finds only by way of its own file. */
function helperIn(dir: string): string {
  if (process.platform !== 'darwin') return '';
  const main = createRequire(realpathSync(process.argv[1]!)).resolve('node-pty');
  return join(main, '..', dir, 'spawn-helper');
}
