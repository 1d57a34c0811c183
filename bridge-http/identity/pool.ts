/** Connections to the daemon: one for each caller, opened at the first use, anew when it is gone, closed when idle. */
import { type CallOptions, type Client, callThrough, connect, createShared, type Shared } from '#client';
import { allMethods, type MethodName, type Params, type Result } from '#protocol';
import { RpcError } from '#protocol/errors';
import { limits } from '#protocol/lifecycle';
import { Refusal } from '../http/refusal.js';
import type { Caller } from './caller.js';
import { createRoom } from './room.js';

export interface PoolOptions {
  readonly socketPath: string;
  readonly version: string;
  /** Without use for so long, a connection is closed. */
  readonly idleMs?: number;
  /** How long an answer may take. */
  readonly answerMs?: number;
}

export interface Pool {
  /** Throws what the daemon says; Unavailable while it is away; Overloaded when the caller has too much under way. */
  call<M extends MethodName>(caller: Caller, method: M, params: Params<M>, signal?: AbortSignal): Promise<Result<M>>;
  /** The caller's connection, kept open until `release`. */
  hold(caller: Caller): Promise<{ readonly client: Client; release(): void }>;
  /** Requests that have no answer yet. */
  readonly pending: number;
  close(): void;
}

interface Line {
  readonly shared: Shared<[]>;
  /** Calls, also those that wait, and streams: while there are any, it stays. */
  users: number;
  underWay: number;
  readonly waiting: (() => void)[];
  idle?: NodeJS.Timeout | undefined;
}

const IDLE_MS = 60_000;
/** A front end waits 30 s; it should be told why before it gives up. */
const ANSWER_MS = 28_000;
/** Of what the daemon takes at a time, some is left for streams. */
const UNDER_WAY = limits.requestsInFlight - 16;
/** What waits beyond that, and then? Refused. */
const WAITING = 256;
/** For a connection of another caller to become free, when there are as many as there may be. */
const ROOM_MS = 5000;
/** Of the connections the daemon lets one token have. */
const LINES = limits.connectionsPerToken - 16;

export function createPool({ socketPath, version, idleMs = IDLE_MS, answerMs = ANSWER_MS }: PoolOptions): Pool {
  const lines = new Map<string, Line>();
  const room = createRoom(WAITING);
  let pending = 0;

  /** Only `users` keeps a line from being dropped, so it counts in the same turn in which the line is found. */
  const claim = async (caller: Caller): Promise<Line> => {
    const late = performance.now() + ROOM_MS;
    for (;;) {
      const line = lines.get(caller.key) ?? begin(caller);
      if (line) {
        line.users++;
        clearTimeout(line.idle);
        // The map is in the order of the last use.
        lines.delete(caller.key);
        lines.set(caller.key, line);
        return line;
      }
      const left = late - performance.now();
      if (left <= 0 || !(await room.wait(left))) throw tooMany();
    }
  };

  /** Undefined when there is no room. The bridge itself, which asks how the daemon is, always has some. */
  const begin = (caller: Caller): Line | undefined => {
    if (caller.user !== '' && !makeRoom(lines)) return undefined;
    return { shared: createShared(() => open(caller, socketPath, version)), users: 0, underWay: 0, waiting: [] };
  };

  const release = (caller: Caller, line: Line) => {
    if (--line.users > 0) return;
    if (lines.get(caller.key) === line) {
      line.idle = setTimeout(() => drop(lines, caller.key, line), idleMs);
      line.idle.unref();
    }
    room.left();
  };

  return {
    async call(caller, method, params, signal) {
      const until = performance.now() + answerMs;
      const line = await claim(caller);
      const options: CallOptions = {
        get timeoutMs() {
          return Math.max(1, until - performance.now());
        },
        ...(signal && { signal }),
      };
      const once = () => callThrough(() => line.shared.client(), method, params, options);
      pending++;
      try {
        await enter(line, until);
        return await repeating(REPEATS, once, (error) => mayRepeat(method, error, signal)).finally(() => leave(line));
      } catch (error) {
        if (isShutOut(error) && line.users === 1) drop(lines, caller.key, line);
        throw error;
      } finally {
        pending--;
        release(caller, line);
      }
    },

    async hold(caller) {
      const line = await claim(caller);
      let released = false;
      const once = () => {
        if (!released) release(caller, line);
        released = true;
      };
      try {
        return { client: await line.shared.client(), release: once };
      } catch (error) {
        if (isShutOut(error) && line.users === 1) drop(lines, caller.key, line);
        once();
        throw error;
      }
    },

    get pending() {
      return pending;
    },

    close() {
      for (const [key, line] of lines) drop(lines, key, line);
    },
  };
}

/** A daemon that gives way to another hangs up, and that one takes the call. */
function open(caller: Caller, socketPath: string, version: string): Promise<Client> {
  const attempt = () => login(caller, socketPath, version);
  return repeating(HANDOVERS, attempt, (error) => hungUp.has(codeOf(error) ?? '')).catch((error) => {
    throw inWordsOf(error);
  });
}

const HANDOVERS = 10;
const hungUp: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'CONNECTION_LOST', 'RESTARTING']);

async function login({ token, user, kind }: Caller, socketPath: string, version: string): Promise<Client> {
  const clientInfo = { name: 'rdv-bridge', version };
  const client = await connect({ socketPath, token, clientInfo, ...(user !== undefined && { user }) });
  // A user's own key in the place of the service token, or the other way round: kinds do not stand in for each other.
  if (client.scopes.includes('service') === (kind !== 'bearer')) return client;
  client.close();
  throw otherKind();
}

const otherKind = () =>
  new RpcError('Unauthorized', 'A token of this kind is not taken here.', { code: 'INVALID_TOKEN' });

/** A key names its user itself, and is not taken for one that acts for others; why a token is not good is told by the words. */
function inWordsOf(error: unknown): unknown {
  const code = codeOf(error);
  if (code === 'OTHER_USER') return otherKind();
  if (code !== 'TOKEN_REVOKED') return error;
  return new RpcError('Unauthorized', (error as RpcError).message, { code: 'INVALID_TOKEN' });
}

const codeOf = (error: unknown) => (error instanceof RpcError ? error.data.code : undefined);

/** Nothing is kept for one who may not come in. */
const isShutOut = (error: unknown) => error instanceof RpcError && error.kind === 'Unauthorized';

const reads: ReadonlySet<string> = new Set(
  allMethods.filter(([, { effect }]) => effect === 'read').map(([name]) => name),
);

/** A token that ends takes its connection with it, and the next one may come just before that: then a third tells why. */
const REPEATS = 2;

/** Once, and as often more as `may` says, up to `most`. */
async function repeating<T>(most: number, once: () => Promise<T>, may: (error: unknown) => boolean): Promise<T> {
  for (let left = most; ; left--) {
    try {
      return await once();
    } catch (error) {
      if (left === 0 || !may(error)) throw error;
    }
  }
}

/** What only reads may be asked again of the next daemon, for somebody who still waits. */
function mayRepeat(method: MethodName, error: unknown, signal: AbortSignal | undefined): boolean {
  return codeOf(error) === 'CONNECTION_LOST' && reads.has(method) && !signal?.aborted;
}

/** Throws Overloaded, and Timeout when it is not its turn by then. */
function enter(line: Line, until: number): Promise<void> | undefined {
  if (line.underWay < UNDER_WAY) {
    line.underWay++;
    return undefined;
  }
  if (line.waiting.length >= WAITING) {
    throw new RpcError('Overloaded', 'Too many requests are under way. Try again in a second.', { retryAfterMs: 1000 });
  }
  return new Promise((resolve, reject) => {
    const begin = () => {
      clearTimeout(timer);
      resolve();
    };
    const giveUp = () => {
      line.waiting.splice(line.waiting.indexOf(begin), 1);
      reject(new RpcError('Timeout', 'The daemon did not answer what was asked before in time.'));
    };
    const timer = setTimeout(giveUp, until - performance.now());
    line.waiting.push(begin);
  });
}

/** Whoever waits longest takes the place. */
function leave(line: Line): void {
  const next = line.waiting.shift();
  if (next) next();
  else line.underWay--;
}

/** Whoever has not used his connection for longest gives it up. False when all are in use. */
function makeRoom(lines: Map<string, Line>): boolean {
  if (lines.size < LINES) return true;
  for (const [key, line] of lines) {
    if (line.users > 0) continue;
    drop(lines, key, line);
    return true;
  }
  return false;
}

function tooMany(): Refusal {
  return new Refusal(503, 'TOO_MANY_CALLERS', 'Too many users are connected.', { 'retry-after': '5' });
}

function drop(lines: Map<string, Line>, key: string, line: Line): void {
  clearTimeout(line.idle);
  lines.delete(key);
  line.shared.close();
}
