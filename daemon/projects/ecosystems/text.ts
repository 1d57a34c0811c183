/** Texts of strangers: read without trust, kept without control characters, secrets and excess. */
import { parse as parseToml } from 'smol-toml';
import type { Dependency } from './ecosystem.js';

/** Of a name or version; longer ones are none. */
const WORD = 200;

/** Fit to be kept and shown, else undefined. */
export function word(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > WORD) return undefined;
  const plain = value.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '').trim();
  return plain === '' ? undefined : withoutCredentials(plain);
}

/** A URL without user and password, also in the midst of a text. */
export function withoutCredentials(text: string): string {
  return text.replace(/:\/\/[^/\s@]{1,400}@/g, '://');
}

export type Fields = Readonly<Record<string, unknown>>;

/** Nothing when it is no record. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Undefined when it is no JSON object. */
export function readJson(text: string): Fields | undefined {
  return tried(() => JSON.parse(text.replace(/^\ufeff/, '')));
}

/** The same; comments, and commas at the end of a list, are taken. */
export function readJsonc(text: string): Fields | undefined {
  return readJson(text) ?? readJson(withoutComments(text));
}

/** Undefined when it is no TOML. */
export function readToml(text: string): Fields | undefined {
  return tried(() => parseToml(text, { maxDepth: 50 }));
}

/** Parsers fail in ways of their own, also by depth; that a stranger's file makes no sense is expected. */
function tried(read: () => unknown): Fields | undefined {
  try {
    const value = read();
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** What JSON with comments holds besides: they go, and so do commas before the end of a list. One pass, however broken it is. */
function withoutComments(text: string): string {
  const kept: string[] = [];
  let from = 0;
  let comma = -1;
  for (let at = 0; at < text.length; ) {
    const end = tokenEnd(text, at);
    const isComment = text[at] === '/' && end > at + 1;
    if (isComment) {
      kept.push(text.slice(from, at));
      from = end;
    } else if (text[at] === ',') {
      kept.push(text.slice(from, at), ',');
      comma = kept.length - 1;
      from = end;
    } else if (text[at] === '}' || text[at] === ']') {
      if (comma >= 0) kept[comma] = '';
      comma = -1;
    } else if (text[at]! > ' ') comma = -1;
    at = end;
  }
  return kept.join('') + text.slice(from);
}

/** Where the text, comment or single character that begins here is over. */
function tokenEnd(text: string, start: number): number {
  const two = text.slice(start, start + 2);
  if (two === '//') return endOr(text.indexOf('\n', start), text);
  if (two === '/*') return endOr(closeOf(text, start), text);
  if (text[start] !== '"') return start + 1;
  let at = start + 1;
  while (at < text.length && text[at] !== '"' && text[at] !== '\n') at += text[at] === '\\' ? 2 : 1;
  return Math.min(at + 1, text.length);
}

function closeOf(text: string, start: number): number {
  const at = text.indexOf('*/', start + 2);
  return at < 0 ? at : at + 2;
}

const endOr = (at: number, { length }: string) => (at < 0 ? length : at);

/** Dependencies given as a table of names; a version is a text, or the field `version` of a record. */
export function dependenciesIn(table: unknown, dev: boolean): Dependency[] {
  return Object.entries(fieldsOf(table)).flatMap(([key, value]) => dependency(key, versionIn(value), dev));
}

function versionIn(value: unknown): unknown {
  return typeof value === 'string' ? value : fieldsOf(value).version;
}

/** None when the name cannot be one. */
export function dependency(name: unknown, version: unknown, dev: boolean): Dependency[] {
  const known = word(name);
  return known === undefined ? [] : [{ name: known, version: word(version) ?? null, dev }];
}

/** A longer line was not written by a person; patterns are tried on its beginning only, so that none takes long. */
const LINE = 1000;
const LINES = 3000;

/** The first lines of a text, without a carriage return. */
export function linesOf(text: string): string[] {
  return text.split(/\r?\n/, LINES).map((line) => (line.length > LINE ? line.slice(0, LINE) : line));
}
