/** Starts the daemon when nobody answers, by its unit where there is one, and waits until it does. */
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { RpcError } from '#protocol/errors';
import { dialSocket } from './dial.js';
import type { Endpoint } from './endpoint.js';
import { failure, inTwo } from './failure.js';
import { type Client, type ConnectOptions, connect } from './index.js';
import { type Launch, launch } from './launch.js';
import { findUnit } from './units/installed.js';
import type { Supervisor } from './units/unit.js';

interface StartOptions {
  readonly endpoint: Endpoint;
  /** The daemon's bundle. */
  readonly daemonFile: string;
  /** False: only connect. */
  readonly autostart: boolean;
  readonly signal?: AbortSignal;
}

export interface EnsureOptions extends StartOptions, Pick<ConnectOptions, 'clientInfo' | 'signal' | 'timeoutMs'> {}

/** Together, how long a daemon may take to answer. */
const START_MS = 8000;
const BACKOFF_MS = { first: 25, most: 200 };
/** What the daemon exits with when it was told what cannot be. */
const WRONG_SETTINGS = 2;
const MISTAKES = 'See all that is wrong with its settings: `rdv config check`.';
/** What the daemon exits with when another one holds the lock. */
export const ALREADY_RUNS = 75;
/** A loser of the race looks this long for the winner before it tries again: the winner may have been one about to stop. */
const PATIENCE_MS = 1500;

/**
 * Connects, starting the daemon first if none listens. Any number of clients may do so at once: the daemon's own lock
 * lets one win. Throws Unavailable, with the daemon's last words when it died.
 */
export async function ensureDaemon(options: EnsureOptions): Promise<Client> {
  const { endpoint, autostart, daemonFile, ...rest } = options;
  return starting(options, () => connect({ socketPath: endpoint.socketPath, token: endpoint.token, ...rest }));
}

/** As `ensureDaemon`, but nothing is said on the stream yet, nor heard. */
export async function dialDaemon(options: StartOptions): Promise<Duplex> {
  return starting(options, () => dialSocket(options.endpoint.socketPath)(options.signal));
}

async function starting<T>(options: StartOptions, attempt: () => Promise<T>): Promise<T> {
  const { endpoint, autostart, daemonFile } = options;
  try {
    // One that hung up while another takes its place has left the line to that one.
    return await attempt().catch((error) => (hungUp(error) ? attempt() : Promise.reject(error)));
  } catch (error) {
    if (!isAway(error)) throw error;
    if (!autostart || endpoint.foreign) throw notStarted(error, endpoint);
  }
  return (
    (await startUnit(attempt, options)) ??
    (await startAndConnect(attempt, () => launch(daemonFile, endpoint.paths), options))
  );
}

/**
 * Undefined where there is no unit for this data folder, or what keeps it does not answer here or cannot start it: one that
 * is started beside it says why, and the unit takes its place at the next login.
 */
async function startUnit<T>(attempt: () => Promise<T>, { endpoint, signal }: StartOptions) {
  const unit = findUnit('daemon', endpoint.paths.home);
  if (!unit) return undefined;
  const late = AbortSignal.timeout(START_MS);
  // One that is about to end counts as running: then the first start does nothing.
  for (let tries = 2; tries > 0; tries--) {
    try {
      await unit.start('daemon', signal ? AbortSignal.any([signal, late]) : late);
    } catch (error) {
      if (signal?.aborted) notWaitedFor();
      if (error instanceof RpcError) return undefined;
      throw error;
    }
    const there = await untilThere(attempt, unit, signal);
    if (there !== undefined) return there;
  }
  return undefined;
}

/** Not every system waits with its answer until it is ready. Undefined when it ended instead. */
async function untilThere<T>(attempt: () => Promise<T>, unit: Supervisor, signal: AbortSignal | undefined) {
  for (const deadline = performance.now() + START_MS; ; ) {
    try {
      return await attempt();
    } catch (error) {
      if (!isAway(error)) throw error;
    }
    if (performance.now() >= deadline || (await unit.pid('daemon')) === undefined) return undefined;
    await delay(BACKOFF_MS.most, undefined, signal ? { signal } : {}).catch(notWaitedFor);
  }
}

async function startAndConnect<T>(
  attempt: () => Promise<T>,
  begin: () => Launch,
  { endpoint, signal }: StartOptions,
): Promise<T> {
  const deadline = performance.now() + START_MS;
  let child = begin();
  let patience = Number.POSITIVE_INFINITY;
  try {
    for (let wait = BACKOFF_MS.first; ; wait = Math.min(wait * 1.5, BACKOFF_MS.most)) {
      await pause(Math.min(wait, Math.max(0, deadline - performance.now())), child, signal);
      try {
        return await attempt();
      } catch (error) {
        if (!isAway(error)) throw error;
        const end = child.ended();
        if (end && end.code !== ALREADY_RUNS) throw died(end.code, child.lastWords());
        if (performance.now() >= deadline) throw tooLate(endpoint);
        if (end) patience = Math.min(patience, performance.now() + PATIENCE_MS);
      }
      if (performance.now() < patience) continue;
      child.release();
      child = begin();
      patience = Number.POSITIVE_INFINITY;
    }
  } finally {
    child.release();
  }
}

/** Until the time is over or, with the daemon still starting, until it ends: its last words should not wait. */
async function pause(ms: number, child: Launch, signal: AbortSignal | undefined): Promise<void> {
  const options = signal ? { signal } : {};
  const time = delay(ms, undefined, options).catch(notWaitedFor);
  await (child.ended() ? time : Promise.race([time, child.end]));
}

function notWaitedFor(): never {
  throw new RpcError('Cancelled', 'The start of the daemon was not waited for.');
}

const hangUpCodes = ['ECONNRESET', 'CONNECTION_LOST', 'RESTARTING', 'STOPPING'];
const awayCodes = ['ENOENT', 'ECONNREFUSED', ...hangUpCodes];

/** Nobody listens, or a daemon about to stop hung up: worth another try. */
function isAway(error: unknown): boolean {
  return error instanceof RpcError && error.kind === 'Unavailable' && awayCodes.includes(error.data.code ?? '');
}

function hungUp(error: unknown): boolean {
  return isAway(error) && hangUpCodes.includes((error as RpcError).data.code!);
}

function notStarted(error: unknown, { foreign, socketPath }: Endpoint): RpcError {
  const cure = foreign
    ? `Check the socket's path; only a daemon at its usual place is started for you.`
    : 'Start it: `rdv daemon start`.';
  const { data } = error as RpcError;
  return new RpcError('Unavailable', `No daemon answers at ${socketPath}.`, { ...data, details: { cure } });
}

export function died(code: number | null, lastWords: string): RpcError {
  // What it expects may go wrong it tells itself, with the cure; anything else is a bug.
  const [, said] = (code !== null && /^rdvd: (?!\w*Error\b)(.+)$/s.exec(lastWords)) || [];
  const { cause, cure } = (said && inTwo(said)) || { cause: said, cure: 'Run `rdv daemon run` to watch it start.' };
  const how = code === null ? 'was killed' : `exited with code ${code}`;
  const told = `The daemon ${how} while starting${lastWords ? `: ${lastWords}` : '.'}`;
  if (code === WRONG_SETTINGS) return failure('Unavailable', told, MISTAKES, 'DAEMON_DIED');
  return failure('Unavailable', cause ? `The daemon does not start: ${cause}` : told, cure, 'DAEMON_DIED');
}

function tooLate({ paths, socketPath }: Endpoint): RpcError {
  const cure = `Read ${paths.log}, or run \`rdv daemon run\` to watch it start.`;
  return new RpcError('Unavailable', `No daemon answered at ${socketPath} within ${START_MS} ms.`, {
    code: 'START_TIMEOUT',
    details: { cure },
  });
}
