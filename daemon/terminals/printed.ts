/** What a program printed, as lines of text: escapes taken out, carriage returns and backspaces carried out. Pure. */
import { withoutEnd } from '../sessions/text.js';
import { unfinished } from './sequences.js';

/** A whole escape sequence. */
const SEQUENCE =
  /\x1b(?:\[[\x20-\x3f]*[\x40-\x7e]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|(?=\x1b)|$)|[\x20-\x2f]*[\x30-\x5a\x5c\x60-\x7e])/g;
/** What moves the cursor to another line or place: there, text ends and other text begins. */
const MOVE = /\x1b\[[\d;]*[ABEFHdfJ]|\x1b[DEM]/g;
const CONTROL = /[\x00-\x07\x0b-\x1f\x7f-\x9f]/g;

/** The lines printed; the last one is under way. A line overwritten after a carriage return is as it was in the end. */
export function printedText(bytes: Buffer): string {
  const text = bytes.toString('utf8').replace(MOVE, '\n').replace(SEQUENCE, '');
  return text
    .split('\n')
    .map((line) => overwritten(withoutEnd(line, '\r')).replace(CONTROL, '').trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n');
}

/** Carries out carriage returns and backspaces within a line. */
function overwritten(line: string): string {
  if (!/[\r\b]/.test(line)) return line;
  const cells: string[] = [];
  let at = 0;
  for (const character of line) {
    if (character === '\r') at = 0;
    else if (character === '\b') at = Math.max(0, at - 1);
    else cells[at++] = character;
  }
  return cells.join('');
}

/** An unfinished sequence longer than this is taken as it is: its rest may never come. */
const LONGEST = 4096;

/** How many bytes at the beginning are whole sequences and characters; the rest waits for what follows. */
export function wholeBytes(bytes: Buffer): number {
  const { length } = unfinished(bytes);
  return length > LONGEST ? bytes.length : bytes.length - length;
}
