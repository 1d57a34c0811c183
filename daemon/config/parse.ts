/** Reads the text of a `config.toml`: what it sets, every mistake in it at once, and what in it means nothing. */
import { parse, TomlError, type TomlTable } from 'smol-toml';
import { nearest } from '#protocol/nearest';
import { allKeys, type Key, keys, type Table, type Value } from './keys.js';
import { type Places, placesIn } from './places.js';
import { type Folders, judge, oneOf, presetOf } from './value.js';

export interface Source extends Folders {
  /** The file, for messages. */
  readonly path: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Files of the daemon that no key may name. */
  readonly reserved?: readonly string[];
}

export interface Held {
  readonly value: Value;
  readonly source: 'default' | 'file' | 'environment';
  /** `line:column` in the file, or the variable. */
  readonly place: string | null;
}

export interface Parsed {
  /** By full name; where there is a mistake the default stands in. */
  readonly held: ReadonlyMap<string, Held>;
  /** `path:line:column: what; what instead`. With any of them nothing of this may be used. */
  readonly problems: readonly string[];
  /** A sentence for each table and key that means nothing. */
  readonly warnings: readonly string[];
}

export function parseConfig(text: string, source: Source, table: Table = keys): Parsed {
  const given = parseToml(text, source.path);
  if (typeof given !== 'string') return readTable(given, placesIn(text), source, table);
  const presets = readTable({}, () => undefined, source, table);
  return { ...presets, problems: [...presets.problems, given] };
}

/** The document, or what is wrong with it. */
function parseToml(text: string, path: string): TomlTable | string {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const what = error.message.split('\n')[0]!.replace(/^Invalid TOML document: /, '');
    return `${path}:${error.line}:${error.column}: This is no TOML: ${what}. Correct it.`;
  }
}

function readTable(given: TomlTable, places: Places, source: Source, table: Table): Parsed {
  const problems: { at: string; said: string }[] = [];
  const at = (names: readonly string[]) => placeText(places(names));
  const tables = new Map<string, TomlTable>();
  for (const name of Object.keys(table)) {
    const values = own(given, name) ?? {};
    if (isTable(values)) tables.set(name, values);
    else problems.push({ at: at([name]), said: `Expected ${name} to be a table. Begin it with [${name}].` });
  }
  const held = new Map<string, Held>();
  for (const { name, table: tableName, key, is } of allKeys(table)) {
    const place = at([tableName, key]);
    const value = own(tables.get(tableName) ?? {}, key);
    const read = readKey(name, is, value, source);
    if (typeof read !== 'string') held.set(name, { ...read, place: read.source === 'file' ? place : null });
    else problems.push({ at: place, said: read });
    held.set(name, fromVariable(is, source, problems) ?? held.get(name) ?? preset(is, source));
  }
  problems.push(...doubles(held, table, source));
  return {
    held,
    problems: inOrder(problems).map(({ at: place, said }) => (place ? `${source.path}:${place}: ${said}` : said)),
    warnings: strangersIn(given, table, (names) => `${source.path}:${at(names)}`),
  };
}

const preset = (key: Key, source: Source): Held => ({ value: presetOf(key, source), source: 'default', place: null });

/** Undefined in the file means the default; a text says what is wrong. */
function readKey(name: string, key: Key, given: unknown, source: Source): Omit<Held, 'place'> | string {
  if (given === undefined) return { value: presetOf(key, source), source: 'default' };
  const judged = judge(key, given, source);
  if ('value' in judged) return { value: judged.value, source: 'file' };
  return `Expected ${name} to be ${judged.expected}, got ${shown(given)}. Correct it, or remove it for ${JSON.stringify(key.default)}.`;
}

function fromVariable(key: Key, source: Source, problems: { at: string; said: string }[]): Held | undefined {
  const given = key.variable && source.environment[key.variable];
  if (!given || !key.variable) return undefined;
  const judged = judge(key, given, source);
  if ('value' in judged) return { value: judged.value, source: 'environment', place: key.variable };
  const wanted = key.type === 'choice' ? oneOf(key.choices) : judged.expected;
  problems.push({
    at: '',
    said: `Expected ${key.variable} to be ${wanted}, got ${shown(given)}. Correct it, or unset it.`,
  });
  return undefined;
}

/** Two keys that name one file, or one that names a file the daemon has for something else. */
function doubles(held: ReadonlyMap<string, Held>, table: Table, { reserved = [] }: Source) {
  const users = new Map(reserved.map((path) => [path, 'the daemon itself']));
  const paths = allKeys(table).filter(({ is }) => is.type === 'path');
  const set = (name: string) => held.get(name)!.source === 'file';
  // Those that stay where they are come first: the other one is the mistake.
  for (const { name } of [...paths.filter(({ name }) => !set(name)), ...paths.filter(({ name }) => set(name))])
    if (!users.has(held.get(name)!.value as string)) users.set(held.get(name)!.value as string, name);
  return paths.flatMap(({ name, is }) => {
    const { value, place } = held.get(name)!;
    const user = users.get(value as string);
    if (user === name || place === null) return [];
    const said = `${name} is the file of ${user} as well. Choose another, or remove it for ${JSON.stringify(is.default)}.`;
    return [{ at: place, said }];
  });
}

/** As they stand in the file; those of the environment first. */
function inOrder<P extends { at: string }>(problems: readonly P[]): P[] {
  const key = ({ at }: P) => at.split(':').map(Number);
  return problems.toSorted((a, b) => {
    const [[line = 0, column = 0], [otherLine = 0, otherColumn = 0]] = [key(a), key(b)];
    return line - otherLine || column - otherColumn;
  });
}

/** Of so many it is told where they are; a file with more is another program's. */
const MOST_STRANGERS = 50;

/** A sentence for each table and key that is in the file and not in ours, with what may have been meant. */
function strangersIn(given: TomlTable, table: Table, at: (names: readonly string[]) => string): string[] {
  const all = Object.entries(given).flatMap(([name, values]): string[][] => {
    const known = own(table, name);
    if (!known) return [[name]];
    if (!isTable(values)) return [];
    return Object.keys(values).flatMap((key) => (Object.hasOwn(known, key) ? [] : [[name, key]]));
  });
  const told = all.slice(0, MOST_STRANGERS).map((names) => {
    const [name = '', key] = names;
    const near =
      key === undefined
        ? (isTable(given[name]) && meant(name, Object.keys(table))) || meantKey(name, table)
        : meant(key, Object.keys(table[name]!)) || meantKey(key, table);
    return `${at(names)}: ${names.map(shownName).join('.')} means nothing and is left out.${near}`;
  });
  const more = all.length - told.length;
  return more > 0 ? [...told, `${at(all[MOST_STRANGERS]!)}: ${more} more names from here on mean nothing.`] : told;
}

function meant(given: string, names: readonly string[]): string {
  const name = nearest(names, given.replaceAll('-', '_'));
  return name ? ` Did you mean ${name}?` : '';
}

/** A key in the wrong table. */
function meantKey(given: string, table: Table): string {
  const all = allKeys(table);
  const near = nearest(
    all.map(({ key }) => key),
    given.replaceAll('-', '_'),
  );
  const found = all.find(({ key }) => key === near);
  return found ? ` Did you mean ${found.key} in [${found.table}]?` : '';
}

function placeText(place: ReturnType<Places>): string {
  return place ? `${place.line}:${place.column}` : '';
}

function shown(value: unknown): string {
  if (isTable(value)) return 'a table';
  if (value instanceof Date) return 'a date';
  if (Array.isArray(value) && value.length > 0) return 'a list';
  return typeof value === 'number' || typeof value === 'bigint'
    ? String(value)
    : escaped(JSON.stringify(value).slice(0, 80));
}

const shownName = (name: string) => (/^[\w-]{1,80}$/.test(name) ? name : escaped(JSON.stringify(name).slice(0, 80)));

/** JSON lets these stand, and a terminal obeys some of them. */
const escaped = (json: string) => json.replace(/[\x7f-\x9f]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);

function isTable(value: unknown): value is TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function own<T extends object>(record: T, name: string): T[keyof T] | undefined {
  return Object.hasOwn(record, name) ? record[name as keyof T] : undefined;
}
