/** A whole real daemon with its own data folder and, if it uses tmux, its own server, for tests and benchmarks; `stop()` leaves nothing. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { connect } from '#client';
import { pathsIn } from '#protocol/paths';
import { root } from './documents.js';

export interface Daemon {
  readonly home: string;
  readonly socket: string;
  readonly token: string;
  /** Of the process that runs now; another one after `restart`. */
  readonly pid: number;
  /** The name of its tmux server, for `tmux -L`; empty while it runs without tmux. */
  readonly tmux: string;
  /** What it wrote to stderr so far, over all its lives. */
  readonly stderr: string;
  /** SIGTERM, and waits for the end; the tmux server goes on. Resolves with the exit code, null after a signal. */
  terminate(): Promise<number | null>;
  /** SIGKILL, and waits for the end; the tmux server goes on. */
  kill9(): Promise<void>;
  /** Starts it again over the same folder, after `terminate` or `kill9`, or ends it first; from now on with more variables. */
  restart(environment?: Readonly<Record<string, string>>): Promise<void>;
  /** Ends daemon and tmux server and removes the folder. Twice is harmless. */
  stop(): Promise<void>;
}

export interface DaemonOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Where its data folder is made. */
  readonly within?: string;
  /** How many files it may have open. */
  readonly descriptors?: number;
  /** Arguments of rdvd. */
  readonly args?: readonly string[];
  /** Its `config.toml`. */
  readonly config?: string;
}

/** Loaded machines are slow; a daemon that is not ready by then hangs. */
const START_MS = 30_000;
const STOP_MS = 40_000;

/** What was just killed may still write: tried again for a while. */
const gone = { recursive: true, force: true, maxRetries: 20, retryDelay: 25 } as const;

/** Rejects with what the daemon wrote when it does not become ready. */
export async function startDaemon(options: DaemonOptions = {}): Promise<Daemon> {
  const home = mkdtempSync(join(options.within ?? tmpdir(), 'rdv-'));
  const life = { stderr: '' };
  let socketName = '';
  let { environment } = options;
  /** Of all its lives. */
  const servers = new Set<string>();
  let server = 0;
  let child: ChildProcess;
  let stopped = false;

  async function start(): Promise<void> {
    const limit = options.descriptors === undefined ? '' : `ulimit -n ${options.descriptors}; `;
    const argv = [process.execPath, join(root, 'dist/rdvd.cjs'), ...(options.args ?? [])];
    child = spawn('/bin/sh', ['-c', `${limit}exec "$@"`, 'sh', ...argv], {
      env: { ...process.env, REMOTE_DEV_DIR: home, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      life.stderr += text;
    });
    await readiness(child, life);
    const name = await tmuxName(home);
    if (name) servers.add(name);
    socketName = name;
    server = name ? Number(tmux(name, 'display-message', '-p', '#{pid}')) : 0;
  }

  async function stop(): Promise<void> {
    if (stopped) return;
    stopped = true;
    process.off('exit', abandon);
    wake(server);
    await end(child, 'SIGTERM');
    for (const name of servers) await killTmux(name);
    rmSync(home, gone);
  }

  /** The test ends without having stopped us: nothing must stay behind all the same. */
  function abandon(): void {
    child.kill('SIGKILL');
    wake(server);
    for (const name of servers) tmux(name, 'kill-server');
    rmSync(home, gone);
  }
  process.on('exit', abandon);
  exitOnSignals();

  if (options.config !== undefined) writeFileSync(pathsIn(home).config, options.config);
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    home,
    socket: pathsIn(home).socket,
    get token() {
      return readFileSync(pathsIn(home).cliToken, 'utf8').trim();
    },
    get pid() {
      return child.pid!;
    },
    get tmux() {
      return socketName;
    },
    get stderr() {
      return life.stderr;
    },
    terminate: () => end(child, 'SIGTERM'),
    async kill9() {
      await end(child, 'SIGKILL');
    },
    async restart(more = {}) {
      environment = { ...environment, ...more };
      await end(child, 'SIGTERM');
      await start();
    },
    stop,
  };
}

/** The runner ends a hanging test by a signal, which would skip the exit listeners. */
function exitOnSignals(): void {
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    if (process.listenerCount(signal) === 0) process.once(signal, () => process.exit(code));
  }
}

async function tmuxName(home: string): Promise<string> {
  const { socket, cliToken } = pathsIn(home);
  const client = await connect({ socketPath: socket, token: readFileSync(cliToken, 'utf8').trim() });
  try {
    return (await client.call('daemon/status', {})).backend.socketName ?? '';
  } finally {
    client.close();
  }
}

/** Resolves with the line `ready <socket>` on stdout. */
async function readiness(child: ChildProcess, life: { readonly stderr: string }): Promise<void> {
  const late = AbortSignal.timeout(START_MS);
  const lines = createInterface({ input: child.stdout! });
  try {
    await new Promise<void>((resolve, reject) => {
      const refuse = (what: string) => reject(new Error(`rdvd ${what}.\n${life.stderr}`));
      lines.on('line', (line) => line.startsWith('ready ') && resolve());
      child.once('error', (error) => refuse(`could not be started: ${error.message}`));
      child.once('close', (code, signal) => refuse(`ended with ${code ?? signal} before it was ready`));
      late.addEventListener('abort', () => refuse(`was not ready after ${START_MS} ms`));
    });
  } finally {
    lines.close();
    // Nobody reads on: what it prints later must not fill the pipe.
    child.stdout!.resume();
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill(signal);
    const late = () => child.kill('SIGKILL');
    const limit = AbortSignal.timeout(STOP_MS);
    limit.addEventListener('abort', late);
    await ended;
    limit.removeEventListener('abort', late);
  }
  return child.exitCode;
}

const TMUX_MS = 5000;

/** Ends a tmux server and waits until its process is gone. A server that is gone already is what is wanted. */
export async function killTmux(name: string): Promise<void> {
  if (!name) return;
  const pid = tmux(name, 'display-message', '-p', '#{pid}');
  if (pid) tmux(name, 'kill-server');
  // A server that does not go by itself must not hold up every other test.
  const late = performance.now() + TMUX_MS;
  while (pid && alive(Number(pid))) {
    if (performance.now() > late) process.kill(Number(pid), 'SIGKILL');
    await setTimeout(5);
  }
  // tmux leaves its socket file behind.
  rmSync(join(process.env.TMUX_TMPDIR ?? '/tmp', `tmux-${process.getuid!()}`, name), { force: true });
}

/** A test may have stopped the tmux server, which then answers nobody. */
function wake(server: number): void {
  if (server && alive(server)) process.kill(server, 'SIGCONT');
}

function tmux(name: string, ...command: string[]): string {
  const { stdout } = spawnSync('tmux', ['-L', name, ...command], { encoding: 'utf8', timeout: TMUX_MS });
  return stdout.trim();
}

/** A zombie counts as gone: in a container nobody may reap it for seconds. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    if (!['ESRCH', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return false;
  }
}
