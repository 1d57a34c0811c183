/** Command lines as a shell reads them, whole or still being typed, and text written so that it is read as one word. */

/** A character with its backslash, a string in quotes that may be open at the end, or any other character. */
const REST = String.raw`\\.?|'[^']*'?|"(?:\\.|[^"\\])*\\?"?|.`;
const TYPED = new RegExp(String.raw`[ \t\r\n]+|${REST}`, 'gs');
/** A comment goes with the blanks before it. */
const WHOLE = new RegExp(String.raw`[ \t\r\n]+(?:#[^\n]*)?|${REST}`, 'gs');

/** What a whole line came to: its words, or that it goes on in the next one. */
export type Split = { readonly words: string[] } | { readonly open: 'quote' | 'backslash' };

/** Of a whole line. Knows quotes, backslashes and comments; `$`, `*`, `~`, `|` and all else stand for themselves. */
export function splitLine(text: string): Split {
  const pieces = ` ${text}`.match(WHOLE) ?? [];
  const last = pieces.at(-1) ?? '';
  if (last === '\\') return { open: 'backslash' };
  if (openQuote(last)) return { open: 'quote' };
  return { words: rawWords(pieces).map(unquote) };
}

export interface TypedLine {
  /** Without the program and without quotes. */
  readonly before: readonly string[];
  /** The word at the end, perhaps empty, without quotes. */
  readonly word: string;
  /** The same as it was typed. */
  readonly raw: string;
}

/** Of a line up to where it is being typed. */
export function readTyped(line: string): TypedLine {
  const pieces = line.match(TYPED) ?? [];
  const raws = rawWords(pieces);
  const raw = isBlank(pieces.at(-1) ?? ' ') ? '' : (raws.pop() ?? '');
  return { before: raws.slice(1).map(unquote), word: unquote(raw), raw };
}

/** With their quotes. */
function rawWords(pieces: readonly string[]): string[] {
  const raws: string[] = [];
  let inWord = false;
  for (const piece of pieces) {
    // With the end of its line a backslash stands for nothing.
    if (piece === '\\\n') continue;
    if (isBlank(piece)) inWord = false;
    else if (inWord) raws.push(raws.pop() + piece);
    else inWord = raws.push(piece) > 0;
  }
  return raws;
}

const isBlank = (piece: string) => /^[ \t\r\n]/.test(piece);

export function unquote(raw: string): string {
  return (raw.match(TYPED) ?? []).map(plain).join('');
}

function plain(piece: string): string {
  const [first] = piece;
  const inside = piece.slice(1, openQuote(piece) ? undefined : -1);
  if (first === "'") return inside;
  // Before anything else a backslash stands for itself there.
  if (first === '"') return inside.replace(/\\(["\\$`]|\n)/g, (_, next: string) => (next === '\n' ? '' : next));
  return first === '\\' ? piece.slice(1) : piece;
}

/** That of a string which is not closed. */
function openQuote(piece: string): '"' | "'" | '' {
  const [first] = piece;
  if (first !== '"' && first !== "'") return '';
  const closed = first === '"' ? /(?<!\\)(?:\\\\)*"$/ : /'$/;
  return piece.length > 1 && closed.test(piece) ? '' : first;
}

/**
 * Where bash begins to replace a word: behind the quote that is open, else behind the last character that breaks words
 * there, such as the `=` of `--name=`.
 */
export function placeIn(raw: string, breaks: string): { readonly kept: string; readonly quote: '' | '"' | "'" } {
  let at = 0;
  let from = 0;
  for (const piece of raw.match(TYPED) ?? []) {
    const quote = openQuote(piece);
    if (quote) return { kept: unquote(raw.slice(0, at)), quote };
    at += piece.length;
    if (piece.length === 1 && breaks.includes(piece)) from = at;
  }
  return { kept: unquote(raw.slice(0, from)), quote: '' };
}

/** As bash reads it back, within the quote that is open. Nothing in it is expanded, history included. */
export function quoteFor(text: string, quote: '' | '"' | "'"): string {
  if (quote === "'") return text.replaceAll("'", "'\\''");
  if (quote === '"') return text.replace(/["\\$`]/g, '\\$&').replaceAll('!', '"\\!"');
  return text.replace(/^[~:#]|[^\w@%+=:,./\u0080-\u{10ffff}~#-]/gu, '\\$&');
}
