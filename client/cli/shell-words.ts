/** A command line taken apart into its words, as a shell would, but for what a shell puts in place of others. */

/** What a line came to: its words, or that it goes on in the next one. */
export type Split = { readonly words: string[] } | { readonly open: 'quote' | 'backslash' };

/** What a backslash takes the meaning from within double quotes; before anything else it stands for itself. */
const ESCAPED = new Set(['\\', '"', '$', '`']);

/** Knows quotes, backslashes and comments; `$`, `*`, `~`, `|` and all else stand for themselves. */
export function splitLine(text: string): Split {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < text.length) {
    const character = text[at++]!;
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === '#' && word === undefined) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (character === '\\') {
      if (at === text.length) return { open: 'backslash' };
      // With the end of its line it stands for nothing.
      if (text[at] !== '\n') word = (word ?? '') + text[at];
      at++;
    } else if (character === "'" || character === '"') {
      const quoted = readQuoted(text, at, character);
      if (!quoted) return { open: 'quote' };
      word = (word ?? '') + quoted.text;
      at = quoted.end;
    } else word = (word ?? '') + character;
  }
  if (word !== undefined) words.push(word);
  return { words };
}

/** What stands in quotes from there on, and where it goes on behind them; undefined when they are not closed. */
function readQuoted(text: string, from: number, quote: string): { text: string; end: number } | undefined {
  let read = '';
  for (let at = from; at < text.length; at++) {
    const character = text[at]!;
    if (character === quote) return { text: read, end: at + 1 };
    const next = text[at + 1];
    if (quote === '"' && character === '\\' && next !== undefined && (ESCAPED.has(next) || next === '\n')) {
      if (next !== '\n') read += next;
      at++;
    } else read += character;
  }
  return undefined;
}
