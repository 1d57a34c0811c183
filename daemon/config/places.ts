/** Where in a TOML document each key stands. */

export interface Place {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
}

/** Finds the first place of a path of keys or tables; undefined where there is none. */
export type Places = (names: readonly string[]) => Place | undefined;

/** The text must be TOML that a parser took: here it is only walked through, in one go. */
export function placesIn(text: string): Places {
  const found = new Map<string, number>();
  walk(text, (names, at) => {
    const key = JSON.stringify(names);
    if (!found.has(key)) found.set(key, at);
  });
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (names) => {
    const at = found.get(JSON.stringify(names));
    if (at === undefined) return undefined;
    const line = lineOf(starts, at);
    return { line: line + 1, column: at - starts[line]! + 1 };
  };
}

/** The last that starts there or before. */
function lineOf(starts: readonly number[], at: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

interface Segment {
  readonly name: string;
  readonly at: number;
}

type Told = (names: readonly string[], at: number) => void;

function walk(text: string, tell: Told): void {
  let table: readonly string[] = [];
  let at = text.startsWith('\ufeff') ? 1 : 0;
  while ((at = skipBlank(text, at)) < text.length) {
    if (text[at] !== '[') {
      at = walkPair(text, at, table, tell);
      continue;
    }
    const path = readPath(text, text[at + 1] === '[' ? at + 2 : at + 1);
    tellPath([], path.segments, tell);
    table = path.segments.map(({ name }) => name);
    at = endOfLine(text, path.end);
  }
}

/** `key = value`; returns where it ends. */
function walkPair(text: string, start: number, table: readonly string[], tell: Told): number {
  const { segments, end } = readPath(text, start);
  tellPath(table, segments, tell);
  const path = [...table, ...segments.map(({ name }) => name)];
  // Over the sign between them; the least step keeps a text that is no TOML after all from holding us for ever.
  return Math.max(walkValue(text, skipBlank(text, end + 1), path, tell), start + 1);
}

function tellPath(table: readonly string[], segments: readonly Segment[], tell: Told): void {
  for (const [i, { at }] of segments.entries())
    tell([...table, ...segments.slice(0, i + 1).map(({ name }) => name)], at);
}

/** Names with dots between them; `end` is at what follows. */
function readPath(text: string, start: number): { segments: Segment[]; end: number } {
  const segments: Segment[] = [];
  for (let at = start; ; at++) {
    at = skipSpaces(text, at);
    const end = endOfName(text, at);
    segments.push({ name: nameIn(text.slice(at, end)), at });
    at = skipSpaces(text, end);
    if (text[at] !== '.') return { segments, end: at };
  }
}

function endOfName(text: string, at: number): number {
  if (text[at] === '"' || text[at] === "'") return endOfString(text, at);
  let end = at;
  while (end < text.length && /[\w-]/.test(text[end]!)) end++;
  return end;
}

const escapes: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', e: '\x1b' };

function nameIn(text: string): string {
  if (text.startsWith("'")) return text.slice(1, -1);
  if (!text.startsWith('"')) return text;
  return text
    .slice(1, -1)
    .replace(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/g, (_, x, u, U, other) =>
      other === undefined ? String.fromCodePoint(Number.parseInt(x ?? u ?? U, 16)) : (escapes[other] ?? other),
    );
}

/** Returns where a value ends; keys of tables within it are told. */
function walkValue(text: string, at: number, path: readonly string[], tell: Told): number {
  const first = text[at];
  if (first === '"' || first === "'") return endOfString(text, at);
  if (first === '[') return walkItems(text, at, ']', (item) => walkValue(text, item, path, tell));
  if (first === '{') return walkItems(text, at, '}', (item) => walkPair(text, item, path, tell));
  let end = at;
  while (end < text.length && !/[,\]}#\n]/.test(text[end]!)) end++;
  return end;
}

function walkItems(text: string, open: number, close: string, item: (at: number) => number): number {
  let at = skipBlank(text, open + 1);
  while (at < text.length && text[at] !== close) {
    at = skipBlank(text, Math.max(item(at), at + 1));
    if (text[at] === ',') at = skipBlank(text, at + 1);
  }
  return at + 1;
}

/** After its closing quotes; two more quotes may stand before those of a long one. */
function endOfString(text: string, at: number): number {
  const quote = text[at]!;
  const long = text.startsWith(quote.repeat(3), at);
  const closing = long ? quote.repeat(3) : quote;
  let end = at + closing.length;
  while (end < text.length && !text.startsWith(closing, end)) end += quote === '"' && text[end] === '\\' ? 2 : 1;
  end += closing.length;
  if (long) for (let more = 0; more < 2 && text[end] === quote; more++) end++;
  return end;
}

function skipSpaces(text: string, at: number): number {
  while (text[at] === ' ' || text[at] === '\t') at++;
  return at;
}

/** Over white space, line ends and comments. */
function skipBlank(text: string, at: number): number {
  while (at < text.length) {
    if (text[at] === '#') at = endOfLine(text, at);
    else if (/\s/.test(text[at]!)) at++;
    else return at;
  }
  return at;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}
