/** The daemon's log: one JSON object a line, without secrets. */
import { pino } from 'pino';
import { type FileLimits, openLogFile } from './file.js';
import { redactFields, redactText } from './redact.js';

export type Level = 'debug' | 'info' | 'warn' | 'error';

export interface LogLine {
  readonly level: Level;
  readonly message: string;
  readonly [key: string]: unknown;
}

export type Log = (line: LogLine) => void;

export interface LogSettings extends FileLimits {
  readonly level: Level;
}

export interface OpenLog {
  readonly log: Log;
  change(settings: LogSettings): void;
  /** The next line goes into whatever has the path then. */
  reopen(): void;
  close(): void;
}

/** Until a configuration says otherwise. */
export const PRESET: LogSettings = { level: 'info', bytes: 10 * 1024 * 1024, files: 5 };

/**
 * Lines are written at once: a crash must not take the last ones with it. A log that cannot be written holds nobody up:
 * that is said once on stderr, and in the log how many lines are missing.
 */
export function openLog(path: string, settings: LogSettings = PRESET, program = 'rdvd'): OpenLog {
  const { pid } = process;
  const file = openLogFile({
    path,
    limits: settings,
    lostLine: (lost, reason) =>
      `${JSON.stringify({ level: 40, time: Date.now(), pid, lost, reason, msg: 'lines were lost: the log could not be written' })}\n`,
    failed: (reason) => process.stderr.write(`${program}: The log ${path} cannot be written: ${reason}.\n`),
  });
  const { log, setLevel } = createLog(settings.level, file.write);
  return {
    log,
    change(next) {
      setLevel(next.level);
      file.change(next);
    },
    reopen: file.reopen,
    close: file.close,
  };
}

/** The same lines, to be written by somebody else. */
export function createLog(level: Level, write: (line: string) => void): { log: Log; setLevel(level: Level): void } {
  const base = { pid: process.pid };
  const logger = pino({ level, base }, { write: (line: string) => write(redactText(line)) });
  return {
    log({ level: at, message, ...fields }) {
      if (logger.isLevelEnabled(at)) logger[at](redactFields(fields), message);
    },
    setLevel(next) {
      logger.level = next;
    },
  };
}
