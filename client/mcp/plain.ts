/** What a program printed, as text: without colours, and with only the last of what it wrote over itself. */
import { stripVTControlCharacters } from 'node:util';
import { tameLines } from '../clean.js';

export function plain(printed: string): string {
  const lines = stripVTControlCharacters(printed).split('\n').map(lastWritten);
  return tameLines(lines.join('\n'));
}

/** A progress bar goes back to the start of its line again and again. */
function lastWritten(line: string): string {
  const written = line.replace(/\r+$/, '');
  return written.slice(written.lastIndexOf('\r') + 1);
}
