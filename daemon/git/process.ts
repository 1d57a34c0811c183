/** Runs a program to its end: bounded in time and output, and when it must go, with everything it started. */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as after } from 'node:timers/promises';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly input?: string | undefined;
  /** Gets stdout piece by piece; otherwise it is collected, up to a limit. */
  readonly take?: ((piece: Buffer) => void) | undefined;
}

export interface Outcome {
  /** Null after a signal. */
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  /** Its end, at most 64 KiB. */
  readonly stderr: string;
  /** Why it was ended by us. */
  readonly ended?: 'timeout' | 'cancelled' | 'output' | undefined;
}

/** Answers are lists of names; one that is longer is a mistake or an attack. */
export const OUTPUT_BYTES = 32 * 1024 * 1024;
const STDERR_BYTES = 64 * 1024;
/** git removes its lock files and half-made things when it is asked to end. */
const GRACE_MS = 1000;
/** All it printed is read within moments; a child in the background that keeps stdout open prints no answer. */
const LINGER_MS = 5000;
/** What it wrote to stderr may be read after its exit. */
const WHY_MS = 1000;
/** A process the kernel does not let go is not waited for. */
const KILLED_MS = 200;

/** Rejects as `spawn` does when the program or the directory is not there. */
export function runGroup(command: Command): Promise<Outcome> {
  const { program, args, directory, environment, timeoutMs, signal, input } = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: directory,
      env: environment,
      // A group of its own: what it starts can be ended with it, and no terminal can be asked for a password.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // Without descriptors for its pipes there is no child, only its error.
    if (!(child.stdout as Readable | undefined)) return void child.once('error', reject);
    let ended: Outcome['ended'];
    let exit: { code: number | null } | undefined;
    let late: NodeJS.Timeout | undefined;
    const out = collect(command.take, () => end('output'));
    let stderr = '';

    const timer = setTimeout(() => end('timeout'), timeoutMs);
    const cancel = () => end('cancelled');
    signal?.addEventListener('abort', cancel, { once: true });

    function end(why: NonNullable<Outcome['ended']>): void {
      if (ended || child.pid === undefined) return;
      ended = why;
      killGroup(child.pid, 'SIGTERM');
      late = setTimeout(() => {
        killGroup(child.pid!, 'SIGKILL');
        late = setTimeout(settle, KILLED_MS);
      }, GRACE_MS);
    }

    function settle(): void {
      leave();
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ exitCode: exit?.code ?? null, stdout: out.bytes(), stderr: stderr.trim(), ended });
    }

    function leave(): void {
      clearTimeout(timer);
      clearTimeout(late);
      signal?.removeEventListener('abort', cancel);
    }

    const maybeSettle = () => {
      if (!exit || exit.code === null || ended || !child.stdout.readableEnded) return;
      // Only why it failed is waited for: a master connection of ssh stays, and keeps stderr open.
      if (exit.code === 0 || child.stderr.readableEnded) return settle();
      clearTimeout(late);
      late = setTimeout(settle, WHY_MS);
    };
    child.once('error', (error) => {
      leave();
      reject(error);
    });
    child.once('exit', (code) => {
      exit = { code };
      // Its first process has tidied up and gone, or was killed by somebody; what did not follow is not asked twice.
      if (ended || code === null) void endRest(child.pid!).then(settle);
      else {
        late = setTimeout(settle, LINGER_MS);
        maybeSettle();
      }
    });
    child.stdout.on('data', out.take).once('end', maybeSettle);
    child.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => {
        stderr = (stderr + text).slice(-STDERR_BYTES);
      })
      .once('end', maybeSettle);
    // A program that ended before it read everything tells so by its exit code.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

function collect(take: Command['take'], full: () => void) {
  const pieces: Buffer[] = [];
  let length = 0;
  return {
    take: (piece: Buffer) => {
      if (take) return take(piece);
      length += piece.length;
      if (length > OUTPUT_BYTES) return full();
      pieces.push(piece);
    },
    bytes: () => Buffer.concat(pieces),
  };
}

/** A killed process writes on for moments. Zombies count among the living until somebody buries them. */
async function endRest(pid: number): Promise<void> {
  const end = performance.now() + KILLED_MS;
  while (killGroup(pid, 'SIGKILL') && performance.now() < end) await after(1);
}

/** Signals a process and all it started. Whether anybody was there. */
export function killGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    // ESRCH: nobody is left. EPERM: on macOS said of a group of zombies.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return false;
  }
}
