/** Connections to the daemon: one for each caller, opened at the first use, anew when it is gone, closed when idle. */
import { type CallOptions, type Client, callThrough, connect, createShared, type Shared } from '#client';
import type { MethodName, Params, Result } from '#protocol';
import { RpcError } from '#protocol/errors';
import { limits } from '#protocol/lifecycle';
import { Refusal } from '../http/refusal.js';
import type { Caller } from './caller.js';

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
  underWay: number;
  /** Streams on it. */
  held: number;
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
/** Of the connections the daemon lets one token have. */
const LINES = limits.connectionsPerToken - 16;

export function createPool({ socketPath, version, idleMs = IDLE_MS, answerMs = ANSWER_MS }: PoolOptions): Pool {
  const lines = new Map<string, Line>();
  let pending = 0;

  const lineOf = (caller: Caller): Line => {
    const known = lines.get(caller.key);
    if (known) return known;
    makeRoom(lines);
    const shared = createShared(() => open(caller, socketPath, version));
    const line = { shared, underWay: 0, held: 0, waiting: [] };
    lines.set(caller.key, line);
    return line;
  };

  const rest = (caller: Caller, line: Line) => {
    clearTimeout(line.idle);
    if (line.underWay + line.held > 0) return;
    line.idle = setTimeout(() => drop(lines, caller.key, line), idleMs);
    line.idle.unref();
  };

  return {
    async call(caller, method, params, signal) {
      const line = lineOf(caller);
      const options: CallOptions = { timeoutMs: answerMs, ...(signal && { signal }) };
      pending++;
      await enter(line);
      try {
        return await callThrough(() => line.shared.client(), method, params, options);
      } finally {
        pending--;
        leave(line);
        rest(caller, line);
      }
    },

    async hold(caller) {
      const line = lineOf(caller);
      line.held++;
      let released = false;
      const release = () => {
        if (released) return;
        released = true;
        line.held--;
        rest(caller, line);
      };
      try {
        return { client: await line.shared.client(), release };
      } catch (error) {
        release();
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

async function open(caller: Caller, socketPath: string, version: string): Promise<Client> {
  const { token, user, kind } = caller;
  const clientInfo = { name: 'rdv-bridge', version };
  const client = await connect({ socketPath, token, clientInfo, ...(user !== undefined && { user }) });
  // A user's own key in the place of the service token, or the other way round: kinds do not stand in for each other.
  if (client.scopes.includes('service') === (kind !== 'bearer')) return client;
  client.close();
  throw new RpcError('Unauthorized', 'A token of this kind is not taken here.', { code: 'INVALID_TOKEN' });
}

function enter(line: Line): Promise<void> | undefined {
  if (line.underWay < UNDER_WAY) {
    line.underWay++;
    return undefined;
  }
  if (line.waiting.length >= WAITING) {
    throw new RpcError('Overloaded', 'Too many requests are under way. Try again in a second.', { retryAfterMs: 1000 });
  }
  return new Promise((resolve) => line.waiting.push(resolve));
}

/** Whoever waits longest takes the place. */
function leave(line: Line): void {
  const next = line.waiting.shift();
  if (next) next();
  else line.underWay--;
}

function makeRoom(lines: Map<string, Line>): void {
  if (lines.size < LINES) return;
  for (const [key, line] of lines) {
    if (line.underWay + line.held > 0) continue;
    drop(lines, key, line);
    return;
  }
  throw new Refusal(503, 'TOO_MANY_CALLERS', 'Too many users are connected.', { 'retry-after': '5' });
}

function drop(lines: Map<string, Line>, key: string, line: Line): void {
  clearTimeout(line.idle);
  lines.delete(key);
  line.shared.close();
}
