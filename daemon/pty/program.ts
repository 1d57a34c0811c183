/** A program on a terminal of its own: every byte it prints is read, also those of its last moment. */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { SocketConstructorOpts } from 'node:net';
import { ReadStream } from 'node:tty';
import { launchArguments, type NewWindow } from '../backend/index.js';
import { createKeyboard } from './keyboard.js';
import { type Loaded, sealed } from './native.js';

export interface Program {
  readonly pid: number;
  /** Stops and goes on reading what it prints; while nobody reads, the program waits. Both take effect at once. */
  pause(): void;
  resume(): void;
  /** In order. Dropped once the program has ended. Throws Overloaded when it leaves too much unread. */
  type(data: Buffer): void;
  resize(cols: number, rows: number): void;
  /** Takes its terminal away, which is SIGHUP to it, and SIGKILL 2 s later. Resolves when it has ended. */
  end(): Promise<void>;
  /** SIGKILL now, for a process about to exit. */
  slay(): void;
}

export interface ProgramEvents {
  /** Valid until the listener returns. None comes after `exited`. */
  output(data: Buffer): void;
  /** After the last byte. One of the two is null; both are when it was made to end. */
  exited(code: number | null, signal: number | null): void;
}

/** More than a kernel holds for one terminal: what is read beyond that after the end was printed by somebody else. */
const LAST_WORDS = 1024 * 1024;
const BUFFER = 64 * 1024;
/** A program that ignores SIGHUP is given this long. */
const KILL_MS = 2000;

/** Throws when the system has no more terminals or processes. */
export function startProgram(
  native: Loaded,
  { argv, directory, umask, cols, rows }: Pick<NewWindow, 'argv' | 'directory' | 'umask' | 'cols' | 'rows'>,
  environment: Readonly<Record<string, string>>,
  events: ProgramEvents,
): Program {
  let over: () => void;
  const ended = new Promise<void>((resolve) => (over = resolve));
  let alive = true;
  let unwanted = false;

  const variables = Object.entries(environment).map(([key, value]) => `${key}=${value}`);
  // Nothing is lost here that is still to be read when a program ends.
  const args = launchArguments({ directory, umask, argv, linger: false });
  const { fd, pid, pty } = sealed(() =>
    native.fork('/bin/sh', args, variables, '/', cols, rows, -1, -1, true, native.helper, exited),
  );
  const keyboard = createKeyboard(fd);
  const screen = openScreen(fd, pty, { output: events.output, closed: keyboard.close });

  function exited(code: number, signal: number): void {
    alive = false;
    screen.drain(LAST_WORDS);
    screen.close();
    if (!unwanted) events.exited(signal ? null : code, signal || null);
    over();
  }

  function slay(): void {
    if (alive) killNow(pid);
  }

  return {
    pid,
    pause: screen.pause,
    resume: screen.resume,
    type: keyboard.type,
    resize(toCols, toRows) {
      if (screen.isOpen()) native.resize(fd, toCols, toRows, 0, 0);
    },
    async end() {
      unwanted = true;
      screen.close();
      const late = setTimeout(slay, KILL_MS);
      await ended;
      clearTimeout(late);
    },
    slay,
  };
}

/** The system may have collected it a moment before we hear of it. */
function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

interface ScreenEvents {
  output(data: Buffer): void;
  closed(): void;
}

/** The master side as it is read; owns both sides. */
function openScreen(fd: number, pty: string, { output, closed }: ScreenEvents) {
  // While a slave side is open the kernel hangs nothing up, and libuv takes no short read for the end.
  const slave = openSlave(fd, pty);
  const buffer = Buffer.allocUnsafeSlow(BUFFER);
  let open = true;

  const told = (bytes: number) => {
    if (open && bytes > 0) output(buffer.subarray(0, bytes));
    return true;
  };
  const stream = new ReadStream(fd, { onread: { buffer, callback: told } } as SocketConstructorOpts);
  const close = () => {
    if (!open) return;
    open = false;
    closed();
    stream.destroy();
    closeSync(slave);
  };
  // Reading fails only when the system takes the terminal away; that the program ended is told otherwise.
  stream.on('error', close);
  stream.resume();

  return {
    isOpen: () => open,
    pause: () => void (open && stream.pause()),
    resume: () => void (open && stream.resume()),
    close,
    /** Reads what is there, but hardly more than `most`. */
    drain(most: number) {
      if (open) stream.pause();
      for (let read = 0, bytes = 1; open && bytes > 0 && read < most; read += bytes) {
        bytes = readNow(fd, buffer);
        told(bytes);
      }
    },
  };
}

function openSlave(fd: number, pty: string): number {
  try {
    return openSync(pty, constants.O_RDWR | constants.O_NOCTTY);
  } catch (error) {
    // Hangs up, which ends the program.
    closeSync(fd);
    throw error;
  }
}

/** 0 when there is nothing to read now. */
function readNow(fd: number, buffer: Buffer): number {
  try {
    return readSync(fd, buffer);
  } catch (error) {
    if (['EAGAIN', 'EIO'].includes((error as NodeJS.ErrnoException).code ?? '')) return 0;
    throw error;
  }
}
