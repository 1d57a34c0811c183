/** A pane's text as people and programs may read it: no control characters, no trailing blank lines. */
import type { Capture } from '../backend/index.js';

/** History and screen of an unstyled capture. C0 but newline and tab, DEL and C1 are dropped: they could drive a reader's terminal. */
export function plainText({ history, screen }: Pick<Capture, 'history' | 'screen'>): string {
  const text = Buffer.concat([history, screen])
    .toString('utf8')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
  const lines = text.split('\n').map((line) => withoutEnd(line, ' \t'));
  return withoutEnd(lines.join('\n'), '\n');
}

/**
 * The text without the characters `dropped` at its end. An expression such as `/ +$/` tries each of many blanks in the
 * midst of a line anew, and a program that prints some would hold the whole daemon for minutes.
 */
export function withoutEnd(text: string, dropped: string): string {
  let end = text.length;
  while (end > 0 && dropped.includes(text[end - 1]!)) end--;
  return text.slice(0, end);
}
