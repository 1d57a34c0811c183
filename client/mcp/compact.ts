/** Short text for a model, and for whoever shows it: nothing in it drives a terminal, or is there unseen. Pure. */
import { tame, tameLines } from '../clean.js';

/** On one line, of at most so many characters. */
export function brief(text: string, most = 200): string {
  const line = tame(text);
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

/** JSON without blanks and without what is null. */
export function compactJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (each === null) return undefined;
    return typeof each === 'string' ? tameLines(each) : each;
  });
}
