/** What an answer may cost a model, and how lists and texts are cut to that. Pure. */

/** Of one answer, in UTF-8 bytes; it says everything twice: as text, and structured. */
export const ANSWER_BYTES = 7500;

export interface Line<R> {
  readonly row: R;
  readonly text: string;
}

/** As many of the first lines as an answer holds, one at least. */
export function fitting<R>(lines: readonly Line<R>[], room = ANSWER_BYTES): readonly Line<R>[] {
  let left = room;
  const count = lines.findIndex(({ row, text }, at) => {
    left -= bytesOf(row) + bytesOf(text);
    return left < 0 && at > 0;
  });
  return count < 0 ? lines : lines.slice(0, count);
}

/** As it travels: with quotes and escapes. */
export const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** At most so many characters, the loss shown by an ellipsis; of a text whose end matters, the end. */
export function cut(text: string, most: number, keep: 'start' | 'end' = 'start'): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  return keep === 'start' ? `${characters.slice(0, most - 1).join('')}…` : `…${characters.slice(1 - most).join('')}`;
}

export interface Tail {
  readonly text: string;
  /** Whole lines before it that are left out. */
  readonly omitted: number;
  /** Of its first line the beginning is left out, too. */
  readonly isCut: boolean;
}

/** The last lines of a text that take no more than so many bytes as they travel. */
export function tailOf(text: string, most: number): Tail {
  if (bytesOf(text) <= most) return { text, omitted: 0, isCut: false };
  const lines = text.split('\n');
  let from = lines.length;
  for (let left = most; from > 0; from--) {
    left -= bytesOf(lines[from - 1]);
    if (left < 0) break;
  }
  if (from === lines.length)
    return { text: lastCharacters(lines.at(-1)!, most), omitted: lines.length - 1, isCut: true };
  return { text: lines.slice(from).join('\n'), omitted: from, isCut: false };
}

/** Of a line that is longer than all there is room for. */
function lastCharacters(line: string, most: number): string {
  const characters = [...line];
  let from = characters.length;
  for (let left = most - bytesOf('…'); from > 0; from--) {
    left -= bytesOf(characters[from - 1]) - QUOTES;
    if (left < 0) break;
  }
  return `…${characters.slice(from).join('')}`;
}

const QUOTES = 2;
