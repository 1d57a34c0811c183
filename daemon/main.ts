/** bin `rdvd`: one daemon per data folder, from its lock to its end. */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { errors, RpcError } from '#protocol';
import { homeFolder, type Paths, pathsIn } from '#protocol/paths';
import { readConfig } from './config.js';
import { type Log, openLog } from './log.js';
import type { Taken } from './replace.js';
import { removeStrays } from './rpc/socket.js';
import { VERSION } from './version.js';

const LOCK_CHECK_MS = 5000;

/**
 * With `--replace` it takes the place of the daemon that runs. Exit codes: 0 stopped, 75 already running, else those of
 * the errors table. The cause goes to stderr and the log.
 */
async function main(): Promise<void> {
  const paths = pathsIn(resolve(homeFolder(process.env, homedir())));
  const umask = process.umask(0o077);
  keepYoungHeapSmall();
  makeFolders(paths);
  // Only here: the doctor must come up also where what this needs is broken.
  const { openDaemon } = await import('./daemon.js');
  const taken = await take(paths);
  if (!taken) {
    const pid = pidIn(paths);
    process.stderr.write(`rdvd: already running${pid && ` (pid ${pid})`} for ${paths.home}.\n`);
    process.exitCode = errors.Overloaded.exit;
    return;
  }
  const { lock, door } = taken;
  const log = openLog(paths.log);
  const ending = createEnding(log);
  try {
    removeStrays(paths.socket);
    const config = readConfig(paths.config, log);
    const daemon = await openDaemon({ paths, config, version: VERSION, umask, log, door, stopAsked: ending.ask });
    writeFileSync(paths.pid, `${process.pid}\n`);
    const check = setInterval(() => lock.isHeld() || ending.ask('the lock file was replaced'), LOCK_CHECK_MS).unref();
    log({ level: 'info', message: 'ready', socket: paths.socket, version: VERSION });
    process.stdout.write(`ready ${paths.socket}\n`);
    const { reason, restarting } = await ending.asked;
    log({ level: 'info', message: 'stopping', reason, restarting });
    clearInterval(check);
    await daemon.stop(reason, restarting);
    if (pidIn(paths) === String(process.pid)) rmSync(paths.pid);
    log({ level: 'info', message: 'stopped' });
  } catch (error) {
    log({ level: 'error', message: 'the daemon could not start or stop', reason: String(error) });
    throw error;
  } finally {
    // Whoever still waits is told by the end of the connection; the name goes first, as long as it is ours.
    door?.removeFile();
    await door?.close();
    lock.release();
  }
}

async function take(paths: Paths): Promise<Taken | undefined> {
  if (process.argv.includes('--replace')) return (await import('./replace.js')).takeOver(paths);
  const { takeLock } = await import('./db/lock.js');
  const lock = await takeLock(paths.lock);
  return lock && { lock, door: undefined };
}

/**
 * What streams through lives a moment, and a young heap that grows on it to its 48 MB never shrinks again. Kept at its
 * first size a flood costs 10 MB less and calls cost the same. Read at each growth, so it need not be on the command line.
 */
function keepYoungHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Private folders; ones that others may write to are refused, since whoever can swap the socket is the daemon. */
function makeFolders({ home, run }: Paths): void {
  for (const folder of [home, run]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { mode, uid } = statSync(folder);
    if ((mode & 0o077) === 0 && uid === process.getuid?.()) continue;
    throw new RpcError('Unavailable', `${folder} must belong to you with mode 0700. Run: chmod 700 ${folder}`);
  }
}

/** What the pid file says; empty without one. */
function pidIn({ pid }: Paths): string {
  try {
    return readFileSync(pid, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return '';
  }
}

/** The first reason to stop ends in order, a second signal at once. */
function createEnding(log: Log) {
  let ask: (reason: string, restarting?: boolean) => void = () => {};
  const asked = new Promise<{ reason: string; restarting: boolean }>((resolve) => {
    ask = (reason, restarting = false) => resolve({ reason, restarting });
  });
  let signals = 0;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (++signals > 1) process.exit(1);
      ask(signal);
    });
  }
  process.on('SIGHUP', () => {});
  process.on('uncaughtException', (error) => {
    log({ level: 'error', message: 'a bug ended the daemon', stack: error.stack });
    process.stderr.write(`rdvd: ${error.stack}\n`);
    process.exit(1);
  });
  return { ask, asked };
}

async function doctor(args: readonly string[]): Promise<void> {
  const { diagnose } = await import('./diagnose.js');
  await diagnose(args);
  // Whatever hangs, and was given up, is not waited for.
  process.exit();
}

const [command, ...args] = process.argv.slice(2);
const run = command === 'doctor' ? doctor(args) : main();
run.catch((error: unknown) => {
  const expected = error instanceof RpcError;
  process.stderr.write(`rdvd: ${expected ? error.message : (error as Error).stack}\n`);
  process.exitCode = expected ? errors[error.kind].exit : 1;
});
