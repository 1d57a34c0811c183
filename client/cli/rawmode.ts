/** The user's terminal, taken over and given back on every way out. */
import { spawnSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { tellFailure } from './fail.js';
import { RESTORE } from './modes.js';
import { tellError } from './output.js';

export interface Taken {
  /** Gives the terminal back; twice is harmless. */
  restore(): void;
}

const signals = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const;

/**
 * Sets raw mode, and gives the terminal back at `restore()`, when the process ends, at a signal (after `farewell` it
 * exits with 128 and the signal's number) and at an exception nobody caught. What was drawn where the cursor stays then is
 * left behind on a line of its own, unless it was `apart`, on a screen of its own.
 */
export function takeTerminal(farewell: (signal: string) => string, debug: boolean, apart = false): Taken {
  const { stdin } = process;
  let taken = true;
  const restore = () => {
    if (!taken) return;
    taken = false;
    for (const signal of signals) process.off(signal, onSignal);
    process.off('exit', restore);
    process.off('uncaughtException', onBug);
    giveBack(apart);
  };
  const onSignal = (signal: NodeJS.Signals) => {
    restore();
    tellError(`${farewell(signal)}\n`);
    process.exit(128 + constants.signals[signal]);
  };
  const onBug = (error: unknown) => {
    restore();
    process.exit(tellFailure(error, debug));
  };
  for (const signal of signals) process.on(signal, onSignal);
  process.on('exit', restore);
  process.on('uncaughtException', onBug);
  stdin.setRawMode(true);
  // Node's raw mode still turns each newline into a carriage return and a newline, which breaks full-screen programs.
  // What stty changes, setRawMode(false) undoes: it sets all that it found.
  spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
  return { restore };
}

/** Written at once: the process may end on the next line. A terminal that has gone away needs nothing. */
function giveBack(apart: boolean): void {
  try {
    writeSync(1, apart ? RESTORE : `${RESTORE}\r\n\x1b[J`);
  } catch (error) {
    if (!['EIO', 'EPIPE', 'EAGAIN', 'ENXIO'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  if (process.stdin.isTTY && !process.stdin.destroyed) process.stdin.setRawMode(false);
  process.stdin.pause();
}
