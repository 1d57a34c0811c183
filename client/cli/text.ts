/** Text as a terminal may safely show it: no control characters, never wider than its place. */

import { homedir } from 'node:os';
import { lasting } from '#protocol/spans';

export { clean, cleanLines, tame } from '../clean.js';

/** JSON on one line; DEL and C1, which JSON lets stand, are escaped. */
export function toJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\x7f-\x9f]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
}

/** Columns a text takes on a terminal. */
export type Width = (text: string) => number;

/** How to measure these texts. Plain ASCII needs no library; the library's word segmenter takes 18 ms to load. */
export async function widthFor(texts: Iterable<string>): Promise<Width> {
  for (const text of texts) {
    if (!/^[\x20-\x7e]*$/.test(text)) return (await import('string-width')).default;
  }
  return (text) => text.length;
}

/** At most `room` columns wide, the loss shown by an ellipsis. */
export function fit(text: string, room: number, width: Width): string {
  if (width(text) <= room) return text;
  let kept = '';
  for (const character of charactersOf(text)) {
    if (width(kept + character) > room - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** In lines at most `room` columns wide, cut between words where that is possible. */
export function wrapped(text: string, room: number, width: Width): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of text.split(/(?<=\s)/)) {
    if (line && width(line + piece.trimEnd()) > room) {
      lines.push(line.trimEnd());
      line = '';
    }
    for (const character of charactersOf(piece)) {
      if (character === ' ' && width(line) >= room) continue;
      if (line && width(line + character) > room) {
        lines.push(line);
        line = '';
      }
      line += character;
    }
  }
  return [...lines, line.trimEnd()];
}

/** As people see them: an emoji of several parts, or a letter with its accents, is one. */
function* charactersOf(text: string): Generator<string> {
  if (/^[\x20-\x7e]*$/.test(text)) yield* text;
  else for (const { segment } of new Intl.Segmenter().segment(text)) yield segment;
}

/** How long ago, in the largest unit that fits; times a little ahead of our clock are now. */
export function ago(at: number, now: number): string {
  const span = lasting(now - at);
  return span === '0s' ? 'now' : `${span} ago`;
}

/** How long until then, to the nearest; what is due is due now. */
export function inTime(at: number, now: number): string {
  const span = lasting(at - now, Math.round);
  return span === '0s' ? 'now' : `in ${span}`;
}

/** How long until `lasting` says something else. */
export function changesIn(ms: number): number {
  const unit = ms < 60_000 ? 1000 : ms < 3_600_000 ? 60_000 : ms < 86_400_000 ? 3_600_000 : 86_400_000;
  return unit - (Math.max(0, ms) % unit);
}

/** A path as people read it: `~` for the home directory. */
export function homely(path: string): string {
  const home = homedir();
  return path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
