/** The daemon's log: one JSON object a line, in a file of the data folder. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { destination, pino } from 'pino';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly [key: string]: unknown;
}

export type Log = (line: LogLine) => void;

/** Lines are written at once: a crash must not take the last ones with it. `RDV_LOG_LEVEL` sets the level. */
export function openLog(path: string, level = process.env.RDV_LOG_LEVEL ?? 'info'): Log {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const log = pino({ level, base: { pid: process.pid } }, destination({ dest: path, mode: 0o600, sync: true }));
  return ({ level: at, message, ...fields }) => log[at](fields, message);
}
