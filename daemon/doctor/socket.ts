/** Checks of who runs: the lock, the pid file, the socket. */

import { chmodSync, lstatSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { resolve } from 'node:path';
import type { Finding } from '#protocol/diagnosis';
import { SOCKET_PATH_BYTES } from '#protocol/paths';
import { type Check, failure, note, ok, warning, word } from './check.js';
import { type Context, type LockState, readIfThere } from './context.js';
import { octal } from './private.js';
import { listenersIn } from './proc.js';

const ANSWER_MS = 1000;
const START = 'rdv daemon start';

export const socketChecks: readonly Check[] = [
  { name: 'lock', title: 'lock', look: async (context) => lookAtHolder(context, await context.lock()) },
  {
    name: 'pid-file',
    title: 'pid file',
    look: async (context) => judgePid(context.paths.pid, pidIn(context), await context.lock()),
    fix: fixPid,
  },
  { name: 'socket', title: 'socket', look: lookAtSocket, fix: fixSocket },
  { name: 'socket-path', title: 'socket path', look: lookAtPath },
  { name: 'one-daemon', title: 'one daemon', look: lookForOthers },
];

function lookAtHolder({ paths, proc }: Context, lock: LockState): Finding {
  if (lock.held === undefined)
    return warning(`${paths.lock} cannot be looked at: ${lock.reason}.`, 'rdv daemon status');
  if (!lock.held) return ok('no daemon runs');
  if (lock.pid === undefined) return ok('a daemon runs');
  const command = readIfThere(`${proc}/${lock.pid}/cmdline`)?.replaceAll('\0', ' ').trim();
  if (command === undefined || command.includes('rdvd')) return ok(`a daemon runs, pid ${lock.pid}`);
  return failure(`The lock is held by pid ${lock.pid}, which is no daemon: ${command}.`, `kill ${lock.pid}`);
}

/** Empty without one. */
function pidIn({ paths }: Context): string {
  return readIfThere(paths.pid)?.trim() ?? '';
}

export function judgePid(path: string, pid: string, lock: LockState): Finding {
  if (lock.held === undefined) return note('who runs cannot be told, so the pid file is not looked at');
  if (!lock.held) {
    if (!pid) return ok('there is none, and no daemon runs');
    return warning(`${path} names ${pid}, but no daemon runs: it was killed.`, START);
  }
  if (!pid) return note(`A daemon runs, but ${path} is not there; it may be starting.`, 'rdv daemon status');
  if (lock.pid === undefined || String(lock.pid) === pid) return ok(`names ${pid}`);
  return warning(`${path} names ${pid}, but the daemon is ${lock.pid}.`, `echo ${lock.pid} > ${word(path)}`);
}

async function fixPid(context: Context): Promise<string | undefined> {
  const { pid: path } = context.paths;
  const lock = await context.lock();
  if (lock.held && lock.pid !== undefined && pidIn(context)) {
    writeFileSync(path, `${lock.pid}\n`);
    return `${path} names ${lock.pid} now.`;
  }
  return context.withoutDaemon(() => {
    if (!pidIn(context)) return undefined;
    rmSync(path);
    return `Removed ${path}.`;
  });
}

async function lookAtSocket(context: Context): Promise<Finding> {
  const { socket } = context.paths;
  const lock = await context.lock();
  const there = lstatSync(socket, { throwIfNoEntry: false });
  const restart = lock.held ? `kill ${lock.pid ?? `$(cat ${word(context.paths.pid)})`}; ${START}` : START;
  if (!there) {
    if (!lock.held) return ok('there is none, and no daemon runs');
    return failure(`A daemon runs, but its socket ${socket} is gone, so nobody can reach it.`, restart);
  }
  if (!there.isSocket())
    return failure(`${socket} is no socket, so no daemon can start.`, `mv ${word(socket)} ${word(`${socket}.aside`)}`);
  if ((there.mode & 0o777) !== 0o600)
    return failure(`${socket} has mode ${octal(there.mode & 0o777)}, expected 0600.`, `chmod 600 ${word(socket)}`);
  const answers = await connects(socket);
  if (lock.held === false && answers)
    return failure(`Somebody listens at ${socket} who does not hold the lock.`, `fuser ${word(socket)}`);
  if (answers) return ok('somebody listens, mode 0600');
  if (!lock.held) return warning(`${socket} was left by a daemon that was killed.`, START);
  return failure(`A daemon runs, but nobody listens at ${socket}.`, restart);
}

async function fixSocket({ paths, withoutDaemon }: Context): Promise<string | undefined> {
  const { socket } = paths;
  const there = lstatSync(socket, { throwIfNoEntry: false });
  if (!there?.isSocket()) return undefined;
  if ((there.mode & 0o777) !== 0o600) {
    chmodSync(socket, 0o600);
    return `${socket} has mode 0600 now, it had ${octal(there.mode & 0o777)}.`;
  }
  if (await connects(socket)) return undefined;
  return withoutDaemon(() => {
    rmSync(socket, { force: true });
    return `Removed ${socket}, at which nobody listened.`;
  });
}

function connects(path: string): Promise<boolean> {
  return new Promise((resolved) => {
    const connection = createConnection(path);
    const settle = (answers: boolean) => {
      connection.destroy();
      resolved(answers);
    };
    connection.setTimeout(ANSWER_MS, () => settle(false));
    connection.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}

function lookAtPath({ paths, environment }: Context): Finding {
  const bytes = Buffer.byteLength(paths.socket);
  if (bytes > SOCKET_PATH_BYTES) {
    const seen = `${paths.socket} has ${bytes} bytes, at most ${SOCKET_PATH_BYTES} work.`;
    return failure(seen, 'export REMOTE_DEV_DIR=/a/shorter/path');
  }
  const other = environment.RDV_SOCKET;
  if (other && resolve(other) !== paths.socket)
    return warning(`RDV_SOCKET leads to ${other}, not to the daemon of ${paths.home}.`, 'unset RDV_SOCKET');
  return ok(`${bytes} of ${SOCKET_PATH_BYTES} bytes`);
}

/** Each daemon binds under a name of its own in the run folder; the kernel remembers those names. */
async function lookForOthers({ paths, proc, lock }: Context): Promise<Finding> {
  const text = readIfThere(`${proc}/net/unix`);
  if (text === undefined) return ok('this system does not tell who listens');
  const listeners = listenersIn(text, paths.run);
  if (listeners.length < 2) return ok('nobody else listens in the run folder');
  const state = await lock();
  const keeper = state.held ? state.pid : undefined;
  const others = pidsOf(
    listeners.map(({ inode }) => inode),
    proc,
  ).filter((pid) => pid !== keeper);
  const seen = `${listeners.length} processes listen in ${paths.run}; only one can be the daemon.`;
  return failure(seen, others.length > 0 ? `kill ${others.join(' ')}` : `fuser ${word(paths.run)}/*`);
}

/** Processes of this user that have one of these sockets open. */
function pidsOf(sockets: readonly number[], proc: string): number[] {
  const wanted = new Set(sockets.map((inode) => `socket:[${inode}]`));
  return readdirSync(proc)
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => linksIn(`${proc}/${pid}/fd`).some((link) => wanted.has(link)))
    .map(Number);
}

function linksIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => readlinkSync(`${folder}/${name}`));
  } catch {
    // Ended meanwhile, or somebody else's: none of ours either way.
    return [];
  }
}
