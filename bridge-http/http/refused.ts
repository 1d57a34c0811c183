/** Tells the log who was refused: why, and over what, never with which token or URL. */
import type { Socket } from 'node:net';
import type { LogEntry } from './server.js';

export interface Refused {
  readonly status: number;
  readonly code: string;
  readonly verb?: string | undefined;
}

/** Lines a second; what is refused beyond that is counted. */
const LINES = 20;
const SPAN_MS = 1000;

/** Told are those who have no business here, and those who break HTTP; not who asked for what is not there. */
const told: ReadonlySet<number> = new Set([401, 403, 408, 413, 417, 431]);

export function createRefusedLog(log: (entry: LogEntry) => void, now: () => number = () => performance.now()) {
  let since = Number.NEGATIVE_INFINITY;
  let lines = 0;
  let untold = 0;
  return ({ status, code, verb }: Refused, socket: Socket | undefined, isOurs: boolean): void => {
    if (!told.has(status) && !(status === 400 && isOurs)) return;
    if (now() - since >= SPAN_MS) [since, lines] = [now(), 0];
    if (++lines > LINES) return void untold++;
    // A port has an address, a unix socket has none.
    const over = socket?.localAddress === undefined ? 'socket' : 'port';
    const others = untold > 0 && { untold };
    untold = 0;
    log({ level: 'warn', message: 'a request was refused', status, code, verb, over, ...others });
  };
}
