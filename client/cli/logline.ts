/** One line of the daemon's log, as people read it and as they choose among them. */
import type { Output } from './output.js';
import { clean, toJson } from './text.js';

export interface LogEntry {
  /** The line as it stands in the file. */
  readonly raw: string;
  /** Undefined when it is no line of the daemon's own. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

export const levels = { debug: 20, info: 30, warn: 40, error: 50 } as const;
export type Level = keyof typeof levels;

export interface Wanted {
  /** This one and worse. */
  readonly level: Level;
  /** Unix ms. */
  readonly since: number;
}

export function parseLine(raw: string): LogEntry {
  if (!raw.startsWith('{')) return { raw, fields: undefined };
  try {
    return { raw, fields: JSON.parse(raw) as Record<string, unknown> };
  } catch (error) {
    // Something else wrote into the file, or a power cut took half of it: shown as it is.
    if (error instanceof SyntaxError) return { raw, fields: undefined };
    throw error;
  }
}

/** What has no level or time is shown unless some are asked for. */
export function isWanted({ fields }: LogEntry, { level, since }: Wanted): boolean {
  const at = typeof fields?.level === 'number' ? fields.level : levels.info;
  const time = timeOf(fields);
  return at >= levels[level] && (time === undefined ? since === 0 : time >= since);
}

export function timeOf(fields: LogEntry['fields']): number | undefined {
  const time = fields?.time;
  // Beyond that no date can tell it.
  return typeof time === 'number' && Math.abs(time) <= 8.64e15 ? time : undefined;
}

type Colors = Output['colors'];

/** Those every line has, or that stand elsewhere in it. */
const told = new Set(['level', 'time', 'pid', 'msg', 'stack']);

/** `date time LEVEL message  field=value ...`, a stack below it; nothing in it can drive a terminal. */
export function formatEntry({ raw, fields }: LogEntry, colors: Colors): string {
  if (!fields) return `${clean(raw)}\n`;
  const time = timeOf(fields);
  const rest = Object.entries(fields).filter(([name, value]) => !told.has(name) && value !== undefined);
  const pairs = rest.map(([name, value]) => `${colors.dim(`${clean(name)}=`)}${fieldText(value)}`);
  const head = [
    colors.dim(time === undefined ? '-' : localTime(new Date(time))),
    levelText(fields.level, colors),
    clean(String(fields.msg ?? '')),
  ];
  const stack = typeof fields.stack === 'string' ? fields.stack.split('\n').map((line) => `    ${clean(line)}\n`) : [];
  return `${[head.join(' '), ...pairs].join('  ')}\n${stack.join('')}`;
}

function levelText(level: unknown, colors: Colors): string {
  const number = typeof level === 'number' ? level : levels.info;
  if (number >= levels.error) return colors.red('ERROR');
  if (number >= levels.warn) return colors.yellow('WARN ');
  return number >= levels.info ? 'INFO ' : colors.dim('DEBUG');
}

function fieldText(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? clean(value) : clean(toJson(value));
  return clean(typeof value === 'object' ? toJson(value) : String(value));
}

function localTime(date: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

/** For programs, always an object; a line of somebody else is a message. */
export const fieldsOf = ({ raw, fields }: LogEntry): object => fields ?? { msg: raw };
