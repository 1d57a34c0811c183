/** Where a command's words go: data to stdout, everything else to stderr. */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import pc from 'picocolors';
import { isColored } from './color.js';
import { toJson } from './text.js';

/** The global flags that shape output. */
export interface OutputFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

/** What went wrong, for a person; `code` and `details` are for programs. */
export interface Told {
  readonly cause: string;
  readonly cure: string;
  readonly code?: string | undefined;
  readonly details?: unknown;
}

/** The ways out of a command line: those of the process, or in `rdv shell` those of a line among others. */
export interface Voice {
  /** What the command ends with when nothing fails. */
  exitCode: number;
  /** Data; it must be clean. */
  data(text: string): void;
  /** One JSON line of data. */
  object(value: unknown): void;
  fail(told: Told): void;
  /** Of a command line that is not whole: the help that tells what may follow, or the failure for those who read no help. */
  help(text: string, told: Told): void;
}

/** Those of the process. `where` stands before each cause: which of many lines it was. */
export function createVoice(where = ''): Voice {
  return {
    exitCode: 0,
    data: (text) => void (text && process.stdout.write(text)),
    object: (value) => void process.stdout.write(`${toJson(value)}\n`),
    fail: ({ cause, cure }) => tellError(`rdv: ${where}${cause}\n${cure}\n`),
    help: (text) => tellError(text),
  };
}

export interface Output {
  readonly json: boolean;
  /** Columns of the terminal stdout is; undefined off a terminal. */
  readonly columns: number | undefined;
  readonly colors: ReturnType<typeof pc.createColors>;
  /** Writes data to stdout as it stands: it must be clean. */
  data(text: string): void;
  /** Writes one JSON line to stdout. */
  object(value: unknown): void;
  /** Resolves once there is room for more. */
  drained(): Promise<void>;
  /** Cause and cure, where a command goes on after it. */
  fail(told: Told): void;
  /** What the command ends with unless it throws. */
  exit(code: number): void;
  /** One line for the person at the terminal; nothing with --quiet. */
  note(line: string): void;
}

export function createOutput(flags: OutputFlags, voice: Voice): Output {
  const { stdout } = process;
  const colored = isColored({ flag: flags.color, isTerminal: stdout.isTTY === true, environment: process.env });
  return {
    json: flags.json ?? false,
    columns: stdout.isTTY ? stdout.columns || 80 : undefined,
    colors: pc.createColors(colored),
    data: voice.data,
    object: voice.object,
    drained,
    fail: voice.fail,
    exit: (code) => void (voice.exitCode = code),
    note: (line) => void (flags.quiet || tellError(`${line}\n`)),
  };
}

/** Writes to stdout, and waits while it is full. */
export async function writeOut(data: Uint8Array | string): Promise<void> {
  if (!process.stdout.write(data)) await once(process.stdout, 'drain');
}

async function drained(): Promise<void> {
  if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
}

/** Written at once, so that it is out even when the process ends on the next line. */
export function tellError(text: string): void {
  try {
    writeSync(2, text);
  } catch (error) {
    // A reader that has gone, or a full pipe nobody empties, must not keep the command from ending.
    if (!['EPIPE', 'EAGAIN', 'EIO'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** A reader that has had enough, such as `head`, is a success; a full disk is not. */
export function endOnClosedOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    tellError(
      `rdv: The output cannot be written: ${error.message}.\nSee that there is room for it, and run it again.\n`,
    );
    process.exit(1);
  });
}
