/** The daemon of another machine: a stream to it by ssh, which runs `rdv rpc --stdio` there. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { Duplex, type Readable, type Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type Dial, unwanted } from './dial.js';
import { failure } from './failure.js';
import { createGate } from './preamble.js';
import { unreached } from './unreached.js';

export interface Host {
  /** As ssh takes it: a name of its configuration, `user@machine`, or `ssh://user@machine:port`. */
  readonly name: string;
  /** What stands for `ssh`, as a shell reads it. */
  readonly ssh: string;
  /** What stands for `rdv` there, as the shell there reads it. */
  readonly command: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `given`, else RDV_HOST; an empty one is this machine. Throws InvalidParams for what ssh could take for something else. */
export function findHost(environment: Environment, given?: string): Host | undefined {
  const name = given ?? environment.RDV_HOST ?? '';
  if (name === '') return undefined;
  if (/[\s\p{C}]|(?:^|@|:\/\/)-/u.test(name)) {
    const cure = 'Try `--host user@machine`, or a name of your ssh configuration.';
    throw failure('InvalidParams', `"${name}" is not the name of a machine.`, cure);
  }
  return { name, ssh: environment.RDV_SSH || 'ssh', command: environment.RDV_REMOTE_COMMAND || 'rdv' };
}

export interface HostDialOptions {
  /** Whether the daemon there is started when none runs. */
  readonly autostart: boolean;
  /** Whether ssh may ask for a password, or whether it trusts a machine. It asks at the terminal itself. */
  readonly asks: boolean;
  /** What ssh has to say while it waits for a person. */
  readonly tell: (text: string) => void;
}

/** The stream stands before anything is known of the other machine; it breaks with why there is no answer. */
export function dialHost(host: Host, options: HostDialOptions): Dial {
  return async (signal) => {
    if (signal?.aborted) throw unwanted();
    const child = spawn('/bin/sh', ['-c', shielded(host.ssh), 'ssh', ...argumentsFor(host, options)], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const stream = streamOf(child, host.name, createWords(child.stderr, options));
    const abort = () => stream.destroy(unwanted());
    signal?.addEventListener('abort', abort, { once: true });
    stream.once('close', () => signal?.removeEventListener('abort', abort));
    return stream;
  };
}

/** Ctrl-C is for us: what was begun there must still be cancelled by the same line. */
const shielded = (ssh: string) => `trap '' INT; exec ${ssh} "$@"`;

/** A line that is dead is noticed in 15 seconds. */
function argumentsFor({ name, command }: Host, { autostart, asks }: HostDialOptions): string[] {
  const settings = {
    ServerAliveInterval: 5,
    ServerAliveCountMax: 3,
    ConnectTimeout: 15,
    // Meant for people who log in, and in the way here.
    ClearAllForwardings: 'yes',
    RemoteCommand: 'none',
    ...(!asks && { BatchMode: 'yes' }),
  };
  // One that is told in the environment there is not meant: the daemon is on that machine.
  const there = `${command} rpc --stdio --host=${autostart ? '' : ' --no-autostart'}`;
  return ['-T', ...Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]), '--', name, there];
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** How long ssh may take to leave by itself: what was written last is still on its way. */
const LEAVE_MS = 2000;

/** Breaks with why, once the process has ended; ends the process when it is destroyed. */
function streamOf(child: Child, host: string, words: Words): Duplex {
  const { stdin, stdout } = child;
  const admit = createGate(host);
  const stream = new Duplex({
    read: () => void stdout.resume(),
    write: (chunk: Buffer, _, done) => void stdin.write(chunk, () => done()),
    final: (done) => void stdin.end(done),
    destroy(error, done) {
      stdin.end();
      stdout.destroy();
      const late = setTimeout(() => child.kill(), LEAVE_MS).unref();
      child.once('exit', () => clearTimeout(late)).unref();
      done(error);
    },
  });
  // Why it broke is told by the end of the process.
  stdin.on('error', () => {});
  stdout.on('data', (chunk: Buffer) => {
    const admitted = admit(chunk);
    if (admitted instanceof Error) stream.destroy(admitted);
    if (!Buffer.isBuffer(admitted)) return;
    words.answered();
    if (!stream.push(admitted)) stdout.pause();
  });
  const drained = new Promise<void>((resolve) => stdout.once('close', resolve));
  const broken = (code: number | null) => unreached({ host, code, said: words.said() });
  child.once('error', (error) => stream.destroy(unreached({ host, code: null, said: error.message })));
  child.once('exit', async (code) => {
    await Promise.all([drained, Promise.race([words.read, delay(READ_MS)])]);
    // Behind everything that came, and before anybody else hears of the end.
    stream.prependOnceListener('end', () => stream.destroy(broken(code)));
    stream.push(null);
  });
  return stream;
}

interface Words {
  /** All of it, or its end where it was long. */
  said(): string;
  /** From now on nobody is told what else it says. */
  answered(): void;
  /** Resolves when there is no more to read. */
  readonly read: Promise<void>;
}

/** A process that ssh leaves behind, to share the line, may keep it open. */
const READ_MS = 200;
const KEPT = 16 * 1024;
/** What is followed by the end belongs to the failure; what is followed by nothing waits for somebody. */
const WAITS_MS = 300;

function createWords(stderr: Readable, { asks, tell }: HostDialOptions): Words {
  let said = '';
  let untold = '';
  let waiting: NodeJS.Timeout | undefined;
  let quiet = !asks;
  const show = () => {
    tell(untold);
    untold = '';
  };
  stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-KEPT);
    untold = (untold + text).slice(-KEPT);
    clearTimeout(waiting);
    if (!quiet) waiting = setTimeout(show, WAITS_MS);
  });
  const hush = () => {
    quiet = true;
    clearTimeout(waiting);
  };
  return {
    said: () => said,
    answered: hush,
    read: new Promise((resolve) => {
      stderr.once('end', () => {
        hush();
        resolve();
      });
    }),
  };
}
