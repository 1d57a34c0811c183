/** Reads JSON, with comments where they are allowed, and tells where each thing stands in the text. */

/** A file is not what its reader takes; the message says what is wrong, and where. */
export class Unreadable extends Error {}

export interface Node {
  readonly start: number;
  readonly end: number;
  readonly value: unknown;
  /** Of objects and arrays. */
  readonly members?: readonly Member[];
}

export interface Container extends Node {
  readonly members: readonly Member[];
}

export interface Member {
  /** Of a member of an object. */
  readonly key?: string;
  readonly start: number;
  readonly end: number;
  readonly node: Node;
}

export interface Dialect {
  readonly comments: boolean;
}

/** Deeper than this nobody nests settings; a reader that follows without end would overflow. */
const DEPTH = 100;

/** Throws Unreadable for anything but one JSON value. A byte order mark before it is skipped. */
export function parseJson(text: string, { comments }: Dialect): Node {
  const at = createCursor(text, comments);
  at.skip(text.startsWith('\ufeff') ? 1 : 0);
  const node = readValue(at, 0);
  at.trivia();
  if (at.index < text.length) throw at.wrong('Nothing may follow the closing brace');
  return node;
}

type Cursor = ReturnType<typeof createCursor>;

function createCursor(text: string, comments: boolean) {
  let index = 0;
  const cursor = {
    text,
    get index() {
      return index;
    },
    skip: (count: number) => void (index += count),
    take(pattern: RegExp): string | undefined {
      pattern.lastIndex = index;
      const found = pattern.exec(text)?.[0];
      index += found?.length ?? 0;
      return found;
    },
    trivia() {
      for (;;) {
        cursor.take(/[ \t\r\n]+/y);
        const at = text.startsWith('//', index) || text.startsWith('/*', index);
        if (!at) return;
        if (!comments) throw cursor.wrong('Comments are not allowed here');
        if (cursor.take(COMMENT) === undefined) throw cursor.wrong('A comment is not ended');
      }
    },
    /** Whether this stands next, which is then passed. */
    is(mark: string): boolean {
      cursor.trivia();
      if (text[index] !== mark) return false;
      index++;
      return true;
    },
    wrong(what: string): Unreadable {
      const lines = text.slice(0, index).split('\n');
      return new Unreadable(`${what} (line ${lines.length}, column ${lines.at(-1)!.length + 1}).`);
    },
  };
  return cursor;
}

/** One comment; a line's goes up to its end. */
export const COMMENT = /\/\/[^\r\n]*|\/\*[\s\S]*?\*\//y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

function readValue(at: Cursor, depth: number): Node {
  at.trivia();
  if (depth > DEPTH) throw at.wrong('It is nested too deeply');
  const start = at.index;
  if (at.text[start] === '{') return readContainer(at, depth, '}');
  if (at.text[start] === '[') return readContainer(at, depth, ']');
  const token = at.take(STRING) ?? at.take(SCALAR);
  if (token === undefined) throw at.wrong('Expected a JSON value');
  return { start, end: at.index, value: JSON.parse(token) };
}

function readContainer(at: Cursor, depth: number, close: '}' | ']'): Container {
  const start = at.index;
  at.skip(1);
  const members: Member[] = [];
  while (!at.is(close)) {
    if (members.length > 0 && !at.is(',')) throw at.wrong(`Expected a comma or ${close}`);
    members.push(close === '}' ? readProperty(at, depth) : readElement(at, depth));
  }
  return { start, end: at.index, members, value: plain(members, close) };
}

function readProperty(at: Cursor, depth: number): Member {
  at.trivia();
  const start = at.index;
  const key = at.take(STRING);
  if (key === undefined) throw at.wrong('Expected a name in double quotes');
  if (!at.is(':')) throw at.wrong('Expected a colon');
  const node = readValue(at, depth + 1);
  return { key: JSON.parse(key), start, end: node.end, node };
}

function readElement(at: Cursor, depth: number): Member {
  const node = readValue(at, depth + 1);
  return { start: node.start, end: node.end, node };
}

function plain(members: readonly Member[], close: '}' | ']'): unknown {
  if (close === ']') return members.map(({ node }) => node.value);
  return Object.fromEntries(members.map(({ key, node }) => [key, node.value]));
}
