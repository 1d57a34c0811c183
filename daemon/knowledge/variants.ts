/** Whether one command is another one done right. */
import { tidied } from './command.js';

/** The same with more before or after it, with another version of its program, or with some other arguments; no typing mistake. */
export function isVariant(failed: string, succeeded: string): boolean {
  const [before, after] = [tidied(failed), tidied(succeeded)];
  if (before === after) return false;
  if (after.startsWith(`${before} `) || after.endsWith(` ${before}`)) return true;
  const [a, b] = [before.split(' '), after.split(' ')];
  if (a.length < 2 || b.length < 2) return false;
  if (isVersion(a[0]!, b[0]!) && sameWords(a.slice(1), b.slice(1))) return true;
  return a[0] === b[0] && a[1] === b[1] && !isMistyped(a, b) && overlap(a, b) >= 0.5;
}

const sameWords = (a: readonly string[], b: readonly string[]) => a.join(' ') === b.join(' ');

/** `python` and `python3`. */
const isVersion = (a: string, b: string) => a !== b && a.replace(/[\d.]+$/, '') === b.replace(/[\d.]+$/, '');

/** Words in both, of all words. */
function overlap(a: readonly string[], b: readonly string[]): number {
  const both = new Set(a.filter((word) => b.includes(word)));
  return both.size / new Set([...a, ...b]).size;
}

/** One word differs, and only by a letter or two. */
function isMistyped(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  const differing = a.flatMap((word, i) => (word === b[i] ? [] : [[word, b[i]!] as const]));
  return differing.length === 1 && isClose(...differing[0]!);
}

/** Whether two letters at most were added, left out, changed or swapped. */
function isClose(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 2) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return Math.max(a.length, b.length) - start - end <= 2;
}
