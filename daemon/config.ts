/** The configuration: what people may set in `config.toml`, and what holds when they do not. */
import { readFileSync } from 'node:fs';
import { parse, TomlError, type TomlTable } from 'smol-toml';
import { RpcError } from '#protocol';
import type { Log } from './log.js';

/** A whole number; other types are added with the first key that needs one. */
interface Key {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** What it does, for people. */
  readonly says: string;
}

/** Every key, by its table. A new one is a line here; its name in the file is its name in the code. */
export const keys = {
  cleanup: {
    trash_retention_days: { default: 30, min: 1, max: 36_500, says: 'How long the trash keeps what is in it.' },
    cleanup_interval_hours: { default: 24, min: 1, max: 8760, says: 'How often what is kept longer is deleted.' },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Key>>>>;

export type Config = { readonly [T in keyof typeof keys]: { readonly [K in keyof (typeof keys)[T]]: number } };

/**
 * The defaults when there is no file. What it does not know it warns of and leaves out. Throws InvalidParams with
 * INVALID_CONFIG for a file that cannot be read, that is no TOML, or a value that cannot be.
 */
export function readConfig(path: string, log: Log): Config {
  const { config, strange } = parseConfig(read(path), path);
  for (const message of strange) log({ level: 'warn', message });
  return config;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return '';
    throw invalid(`${path}: It cannot be read (${message}). Make it a file that you may read, or remove it.`);
  }
}

/** With a sentence for each table and key that means nothing. Throws as `readConfig`; `path` is for the messages. */
export function parseConfig(text: string, path: string): { config: Config; strange: string[] } {
  const given = parseToml(text, path);
  const at = (names: readonly string[]) => `${path}:${placeOf(text, names)}`;
  const config = Object.entries(keys).map(([table, known]) => [table, readTable(table, known, given, at)]);
  const strange = strangersIn(given).map((names) => `${at(names)}: ${names.join('.')} means nothing and is left out.`);
  return { config: Object.fromEntries(config) as Config, strange };
}

function parseToml(text: string, path: string): TomlTable {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const what = error.message.split('\n')[0]!.replace(/^Invalid TOML document: /, '');
    throw invalid(`${path}:${error.line}:${error.column}: This is no TOML: ${what}. Correct it.`);
  }
}

type At = (names: readonly string[]) => string;

function readTable(table: string, known: Readonly<Record<string, Key>>, given: TomlTable, at: At): object {
  const values = own(given, table) ?? {};
  if (!isTable(values)) throw invalid(`${at([table])}: Expected ${table} to be a table. Begin it with [${table}].`);
  const pairs = Object.entries(known).map(([name, key]) => {
    const value = own(values, name) ?? key.default;
    if (typeof value === 'number' && Number.isInteger(value) && value >= key.min && value <= key.max)
      return [name, value];
    const wanted = `a whole number from ${key.min} to ${key.max}`;
    const said = `Expected ${table}.${name} to be ${wanted}, got ${shown(value)}. Correct it, or remove it for ${key.default}.`;
    throw invalid(`${at([table, name])}: ${said}`);
  });
  return Object.fromEntries(pairs);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isTable(value)) return 'a table';
  return typeof value === 'number' ? String(value) : JSON.stringify(value).slice(0, 80);
}

/** Paths of tables and keys that are in the file and not in ours. */
function strangersIn(given: TomlTable): string[][] {
  return Object.entries(given).flatMap(([table, values]) => {
    const known = own(keys, table);
    if (!known) return [[table]];
    const names = Object.keys(values as TomlTable).filter((name) => !Object.hasOwn(known, name));
    return names.map((name) => [table, name]);
  });
}

/** `line:column` of a key or table, both from 1: in the shortest beginning of the text that is TOML and has it. */
function placeOf(text: string, names: readonly string[]): string {
  const lines = text.split('\n');
  const end = lines.findIndex((_, i) => holds(lines.slice(0, i + 1).join('\n'), names));
  const name = names.at(-1)!;
  // A value may go on for several lines.
  const named = lines.slice(0, end + 1).findLastIndex((line) => line.includes(name));
  const line = named < 0 ? end : named;
  return `${line + 1}:${lines[line]!.indexOf(name) + 1 || 1}`;
}

function holds(text: string, names: readonly string[]): boolean {
  try {
    let value: unknown = parse(text);
    for (const name of names) value = isTable(value) ? own(value, name) : undefined;
    return value !== undefined;
  } catch (error) {
    // Cut off within a value.
    if (error instanceof TomlError) return false;
    throw error;
  }
}

function isTable(value: unknown): value is TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function own<T extends object>(record: T, name: string): T[keyof T] | undefined {
  return Object.hasOwn(record, name) ? record[name as keyof T] : undefined;
}

function invalid(message: string): RpcError {
  return new RpcError('InvalidParams', message, { code: 'INVALID_CONFIG' });
}
