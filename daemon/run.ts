/** The life of a daemon: one per data folder, from its lock to its end. */
import { setFlagsFromString } from 'node:v8';
import { errors, RpcError } from '#protocol';
import type { Paths } from '#protocol/paths';
import { type Configuration, openConfiguration } from './config/configuration.js';
import { reload } from './config/handlers.js';
import type { Config } from './config/keys.js';
import { readConfig } from './config/read.js';
import { type Daemon, openDaemon } from './daemon.js';
import { explainFailure } from './db/failures.js';
import { type Lock, takeLock } from './db/lock.js';
import { pathsHere, sourceOf } from './here.js';
import { type LogSettings, type OpenLog, openLog } from './log/index.js';
import { pidIn, placed, prepareFolders, privateFolder, removePid, writePid } from './placed.js';
import { tellReady } from './ready.js';
import { type Taken, takeOver } from './replace.js';
import type { Door } from './rpc/door.js';
import { removeStrays } from './rpc/socket.js';
import { VERSION } from './version.js';

const LOCK_CHECK_MS = 5000;
const MEGABYTE = 1024 * 1024;

/**
 * `replacing`: in the place of the daemon that runs. Exit codes: 0 stopped, 75 already running, else those of the errors
 * table. The cause goes to stderr and the log.
 */
export async function run(options: { replacing: boolean }): Promise<void> {
  const paths = pathsHere();
  await alone(paths, options).catch((error: unknown) => {
    throw error instanceof RpcError ? error : (explainFailure(error, paths.database) ?? explainRefusal(error) ?? error);
  });
}

/** Where the system refuses a file, that is not a bug. */
function explainRefusal(error: unknown): RpcError | undefined {
  const { code = '', path, address = path, message } = error as NodeJS.ErrnoException & { address?: string };
  if (!address || !['EACCES', 'EPERM', 'ENOTDIR', 'EISDIR', 'ELOOP'].includes(code)) return undefined;
  const [, why = code] = /E[A-Z]+: ([a-z ]+)/.exec(message) ?? [];
  const said = `${address} cannot be used: ${why.trim()}. See what it is and whose: ls -ld ${address}`;
  return new RpcError('Unavailable', said, { code });
}

async function alone(paths: Paths, { replacing }: { replacing: boolean }): Promise<void> {
  const umask = process.umask(0o077);
  keepYoungHeapSmall();
  for (const folder of [paths.home, paths.run]) privateFolder(folder);
  const taken = replacing ? await takeOver(paths) : await take(paths);
  if (!taken) return tellOther(paths);
  const { lock, door } = taken;
  try {
    const { configuration, logging } = configure(paths);
    const database = await lockDatabase(paths, configuration.values.database.path);
    try {
      removeStrays(configuration.values.server.api_socket);
      await live({ paths: placed(paths, configuration.values), umask, lock, door, configuration, logging });
    } finally {
      database?.release();
    }
  } finally {
    // Whoever still waits is told by the end of the connection; the name goes first, as long as it is ours.
    door?.removeFile();
    await door?.close();
    lock.release();
  }
}

async function take(paths: Paths): Promise<Taken | undefined> {
  const lock = await takeLock(paths.lock);
  return lock && { lock, door: undefined };
}

function tellOther(paths: Paths): void {
  const pid = pidIn({ pid: readConfig(sourceOf(paths)).held.get('server.pid_file')!.value as string });
  process.stderr.write(`rdvd: already running${pid && ` (pid ${pid})`} for ${paths.home}.\n`);
  process.exitCode = errors.Overloaded.exit;
}

/** The configuration, and the log it wants; when there is none, what is wrong with it is found in the usual log. */
function configure(paths: Paths): { configuration: Configuration; logging: OpenLog } {
  try {
    const configuration = openConfiguration(sourceOf(paths));
    prepareFolders(paths, configuration.values);
    const logging = openLog(configuration.values.server.log_file, logSettings(configuration.values));
    configuration.onChange(() => logging.change(logSettings(configuration.values)));
    for (const message of configuration.warnings) logging.log({ level: 'warn', message });
    return { configuration, logging };
  } catch (error) {
    const { log, close } = openLog(paths.log);
    log({ level: 'error', message: 'the daemon could not start', reason: String(error) });
    close();
    throw error;
  }
}

function logSettings({ log }: Config): LogSettings {
  return { level: log.level, bytes: log.megabytes * MEGABYTE, files: log.files };
}

/** Outside the data folder the lock of the data folder does not keep another daemon away from it. Throws Conflict. */
async function lockDatabase(paths: Paths, database: string): Promise<Lock | undefined> {
  if (database === paths.database) return undefined;
  const lock = await takeLock(`${database}.lock`);
  if (lock) return lock;
  const said = `Another daemon uses ${database}. End it, or choose another database.path.`;
  throw new RpcError('Conflict', said, { code: 'DATABASE_TAKEN' });
}

interface Living {
  readonly paths: Paths;
  readonly umask: number;
  readonly lock: Lock;
  readonly door: Door | undefined;
  readonly configuration: Configuration;
  readonly logging: OpenLog;
}

async function live({ lock, logging, ...given }: Living): Promise<void> {
  const { paths, configuration } = given;
  const { log } = logging;
  const ending = createEnding(logging, configuration);
  let daemon: Daemon | undefined;
  try {
    daemon = await openDaemon({ ...given, version: VERSION, log, stopAsked: ending.ask });
    writePid(paths);
    const check = setInterval(() => lock.isHeld() || ending.ask('the lock file was replaced'), LOCK_CHECK_MS).unref();
    log({ level: 'info', message: 'ready', socket: configuration.values.server.api_socket, version: VERSION });
    process.stdout.write(`ready ${paths.socket}\n`);
    tellReady(log);
    const { reason, restarting } = await ending.asked;
    log({ level: 'info', message: 'stopping', reason, restarting });
    clearInterval(check);
    await daemon.stop(reason, restarting);
    removePid(paths);
    log({ level: 'info', message: 'stopped' });
  } catch (error) {
    log({ level: 'error', message: 'the daemon could not start or stop', reason: String(error) });
    // One that nobody is told of must not live on.
    await daemon?.stop('it could not start');
    throw error;
  }
}

/**
 * What streams through lives a moment, and a young heap that grows on it to its 48 MB never shrinks again. Kept at its
 * first size a flood costs 10 MB less and calls cost the same. Read at each growth, so it need not be on the command line.
 */
function keepYoungHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** The first reason to stop ends in order, a second signal at once; SIGHUP has the configuration and the log looked at again. */
function createEnding(logging: OpenLog, configuration: Configuration) {
  const { log } = logging;
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
  process.on('SIGHUP', () => lookAgain(logging, configuration));
  process.on('uncaughtException', (error) => {
    log({ level: 'error', message: 'a bug ended the daemon', stack: error.stack });
    process.stderr.write(`rdvd: ${error.stack}\n`);
    process.exit(1);
  });
  return { ask, asked };
}

/** A file that cannot be leaves everything as it is. */
function lookAgain({ log, reopen }: OpenLog, configuration: Configuration): void {
  reopen();
  try {
    reload({ configuration, log });
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    log({ level: 'error', message: 'the configuration was not taken over', reason: error.message });
  }
}
