/** Takes the place of the daemon that runs: proves that it can, lets clients wait in line, and has the other one stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RpcError } from '#protocol';
import type { Paths } from '#protocol/paths';
import { checkBackend } from './choose.js';
import { openConfiguration } from './config/configuration.js';
import type { Config } from './config/keys.js';
import { type Lock, takeLock } from './db/lock.js';
import { checkDatabase } from './db/open.js';
import { cleanEnvironment } from './environment.js';
import { sourceOf } from './here.js';
import { type Asking, dial } from './rpc/ask.js';
import { type Door, openDoor } from './rpc/door.js';
import { DRAIN_MS } from './rpc/listen.js';
import { checkSocket, keepSocket } from './rpc/socket.js';
import { socketName } from './tmux/name.js';
import { readToken } from './tokens/files.js';

export interface Taken {
  readonly lock: Lock;
  /** Where clients wait already; none when no daemon ran. */
  readonly door: Door | undefined;
}

/** One that is well answers in less. */
const ANSWER_MS = 10_000;
/** After its requests the other one has its terminals and its database to close. */
const END_MS = DRAIN_MS + 10_000;
const AGAIN_MS = { least: 5, most: 25 };

/**
 * Resolves when the other daemon has ended and this one holds the lock; at once when none runs. Undefined when another
 * daemon has it or is about to. Throws why this one cannot run or the other does not give way: it then serves on.
 */
export async function takeOver(paths: Paths, endMs = END_MS): Promise<Taken | undefined> {
  const config = await prove(paths);
  // Two that take over at once would take each other's line of clients.
  const turn = await takeLock(paths.succession);
  if (!turn) return undefined;
  try {
    const other = await dial(paths.socket);
    if (!other) return await start(paths);
    try {
      return await follow({ paths, socket: config.server.api_socket, other, endMs });
    } finally {
      other.close();
    }
  } finally {
    turn.release();
  }
}

/** Whatever can be found out about a start without touching anything, while the other daemon serves. */
async function prove(paths: Paths): Promise<Config> {
  const { values } = openConfiguration(sourceOf(paths));
  checkSocket(values.server.api_socket);
  checkDatabase(values.database.path);
  await checkBackend({
    wanted: values.terminal.backend,
    socketName: socketName(paths.home),
    environment: cleanEnvironment(process.env),
  });
  return values;
}

async function start(paths: Paths): Promise<Taken | undefined> {
  const lock = await takeLock(paths.lock);
  return lock && { lock, door: undefined };
}

interface Following {
  readonly paths: Paths;
  /** Where this one listens. */
  readonly socket: string;
  readonly other: Asking;
  readonly endMs: number;
}

async function follow({ paths, socket, other, endMs }: Following): Promise<Taken> {
  const pid = await login(paths, other);
  const kept = keepSocket(socket);
  let door: Door;
  try {
    door = await openDoor(socket, paths.socket);
  } catch (error) {
    kept.drop();
    throw error;
  }
  try {
    await other.ask('daemon/stop', { restarting: true }, ANSWER_MS);
  } catch (error) {
    if (!isLost(error)) {
      // It did not even begin to stop: its clients find it as before.
      kept.restore();
      await door.close();
      throw serves(pid, error);
    }
  }
  kept.drop();
  // It waits for clients to leave, and we are one.
  other.close();
  const lock = await waitForLock(paths, door, endMs);
  if (lock) return { lock, door };
  door.removeFile();
  await door.close();
  const said = `The daemon that runs (pid ${pid}) has not ended within ${endMs} ms. When it has, run: rdv daemon start`;
  throw new RpcError('Timeout', said, { code: 'NOT_GIVEN_WAY' });
}

/** Its process; it must be one that takes orders from whoever can read the token. */
async function login({ cliToken }: Paths, other: Asking): Promise<number> {
  try {
    await other.ask('initialize', { token: readToken(cliToken) }, ANSWER_MS);
    return (await other.ask('daemon/status', {}, ANSWER_MS)).pid;
  } catch (error) {
    throw serves(undefined, error);
  }
}

function serves(pid: number | undefined, error: unknown): unknown {
  if (!(error instanceof RpcError)) return error;
  const which = pid ? ` (pid ${pid})` : '';
  return new RpcError(
    'Unavailable',
    `The daemon that runs${which} does not give way and was left alone: ${error.message}`,
    {
      code: 'NOT_GIVEN_WAY',
    },
  );
}

const isLost = (error: unknown) => error instanceof RpcError && error.data.code === 'CONNECTION_LOST';

/** Undefined when it takes too long, or another daemon's socket has taken the place of ours. */
async function waitForLock(paths: Paths, door: Door, endMs: number): Promise<Lock | undefined> {
  const end = performance.now() + endMs;
  while (performance.now() < end && door.isOurs()) {
    const lock = await takeLock(paths.lock, 1);
    if (lock) return lock;
    await sleep(AGAIN_MS.least + Math.random() * (AGAIN_MS.most - AGAIN_MS.least));
  }
  return undefined;
}
