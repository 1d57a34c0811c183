/** Words as a shell reads them, and text as it must be written to be read as one. */

export interface Line {
  /** Without the program and without quotes. */
  readonly before: readonly string[];
  /** The word at the end, perhaps empty, without quotes. */
  readonly word: string;
  /** The same as it was typed. */
  readonly raw: string;
}

/** A command line up to where it is being typed. */
export function readLine(line: string): Line {
  const raws: string[] = [];
  let raw: string | undefined;
  for (const piece of line.match(PIECES) ?? []) {
    if (!/^[ \t\n]/.test(piece)) raw = (raw ?? '') + piece;
    else if (raw !== undefined) {
      raws.push(raw);
      raw = undefined;
    }
  }
  return { before: raws.slice(1).map(unquote), word: unquote(raw ?? ''), raw: raw ?? '' };
}

/** Blanks, a character with its backslash, a string in quotes that may be open at the end, or any other character. */
const PIECES = /[ \t\n]+|\\.?|'[^']*'?|"(?:\\.|[^"\\])*\\?"?|./gs;

export function unquote(raw: string): string {
  const pieces = raw.match(PIECES) ?? [];
  return pieces
    .map((piece) => {
      if (piece.startsWith("'")) return piece.replace(/^'|'$/g, '');
      if (piece.startsWith('"')) return piece.replace(/^"|(?<!\\)"$/g, '').replace(/\\(["\\$`])/g, '$1');
      return piece.startsWith('\\') ? piece.slice(1) : piece;
    })
    .join('');
}

/**
 * Where bash begins to replace a word: behind the quote that is open, else behind the last character that breaks words
 * there, such as the `=` of `--name=`.
 */
export function placeIn(raw: string, breaks: string): { readonly kept: string; readonly quote: '' | '"' | "'" } {
  let at = 0;
  let from = 0;
  for (const piece of raw.match(PIECES) ?? []) {
    const end = at + piece.length;
    const quote = piece[0] as '"' | "'";
    const open = /^['"]/.test(piece) && (piece.length === 1 || unquoteEnd(piece) !== quote);
    if (open) return { kept: unquote(raw.slice(0, at)), quote };
    if (piece.length === 1 && breaks.includes(piece)) from = end;
    at = end;
  }
  return { kept: unquote(raw.slice(0, from)), quote: '' };
}

const unquoteEnd = (piece: string) => (/(?<!\\)(?:\\\\)*"$/.test(piece) ? '"' : piece.endsWith("'") ? "'" : '');

/** As bash reads it back, within the quote that is open. Nothing in it is expanded, history included. */
export function quoteFor(text: string, quote: '' | '"' | "'"): string {
  if (quote === "'") return text.replaceAll("'", "'\\''");
  if (quote === '"') return text.replace(/["\\$`]/g, '\\$&').replaceAll('!', '"\\!"');
  return text.replace(/^[~:#]|[^\w@%+=:,./\u0080-\u{10ffff}~#-]/gu, '\\$&');
}
