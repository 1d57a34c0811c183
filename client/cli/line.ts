/** What a command line runs in: a process of its own here; in `rdv shell` one follows another. */
import type { Command } from 'commander';
import { type Client, createShared, type Shared } from '../index.js';
import { createVoice, type Output, type Voice } from './output.js';

/** Opens a connection; starts the daemon if allowed. */
export type Open = (autostart: boolean, signal: AbortSignal) => Promise<Client>;

/** How a command speaks that needs nothing else. */
export type OutputOf = (command: Command) => Output;

export interface Line {
  readonly voice: Voice;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** What the command is read from is in use for more: it may not read stdin, nor have it for itself. */
  readonly isOneOfMany: boolean;
  /** The connection for calls to this socket, which `open` would open. */
  calls(socketPath: string, open: Open): Shared<[autostart: boolean]>;
  /** Closes what is the line's own. */
  end(): void;
}

/** A process of its own: Ctrl-C interrupts it, the second one ends it. */
export function createLine(): Line {
  const interruption = new AbortController();
  const ending = new AbortController();
  const interrupt = () => interruption.abort();
  process.once('SIGINT', interrupt);
  let shared: Shared<[autostart: boolean]> | undefined;
  return {
    voice: createVoice(),
    signal: interruption.signal,
    isOneOfMany: false,
    calls(_, open) {
      const signal = AbortSignal.any([interruption.signal, ending.signal]);
      return (shared ??= createShared((autostart) => open(autostart, signal)));
    },
    end() {
      process.off('SIGINT', interrupt);
      // A daemon still being started is not waited for.
      ending.abort();
      shared?.close();
    },
  };
}
