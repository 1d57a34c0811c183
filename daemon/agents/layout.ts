/** The parts of an agent's screen: its prompt box, what stands above and below that, and a dialog in its place. Pure. */
import type { Grid } from './grid.js';
import { BOTTOM_LINES } from './grid.js';
import type { BoxKind } from './manifests/manifest.js';

export interface Box {
  readonly kind: BoxKind;
  /** Whether a line begins a prompt, and where its text does. */
  readonly prompt: (line: string) => number | undefined;
  /** Whether a line begins something that waits between what is said and the box: a prompt for later. */
  readonly waits: (line: string) => boolean;
}

export interface Found {
  /** Lines of the grid, the ruled ones included; `to` is the one behind. */
  readonly from: number;
  readonly to: number;
  /** Its lines without frame and prompt. */
  readonly lines: readonly string[];
  /** The same without what is drawn faint. */
  readonly vivid: readonly string[];
}

export interface Layout {
  readonly box: Found | undefined;
  /** The last thing said above the box, with all that is indented below it. */
  readonly status: readonly string[];
  /** Below the box. */
  readonly footer: readonly string[];
  /** Below the last ruled line or within the last frame, where there is no box. */
  readonly dialog: readonly string[];
  /** Where the dialog's lines stand in the grid. */
  readonly dialogFrom: number;
}

/** Below a box stand hints, or a menu of commands; more than this is no footer. */
const FOOTER_LINES = 14;
/** Lines above a box that are looked at. */
const STATUS_LINES = 60;

export function layOut(grid: Grid, box: Box | undefined): Layout {
  const end = lastLine(grid.lines) + 1;
  const found = box && finders[box.kind](grid, box, end);
  if (!found) return { box: undefined, status: [], footer: [], ...dialogIn(grid.lines, end) };
  return {
    box: found,
    status: statusAbove(grid.lines, found.from, box),
    footer: grid.lines.slice(found.to, end),
    dialog: [],
    dialogFrom: end,
  };
}

/** The last lines that hold anything. */
export function bottomOf(lines: readonly string[], count = BOTTOM_LINES): string[] {
  return lines.filter((line) => line.trim() !== '').slice(-count);
}

function lastLine(lines: readonly string[]): number {
  return lines.findLastIndex((line) => line.trim() !== '');
}

/** A line across the screen, the edge of a frame too; its title may stand in it, but no columns of a table. */
export function isRule(line: string): boolean {
  const text = line.trim();
  if (!/^[╭╰┌└├]?[─━═▀▄].*[─━═▀▄][╮╯┐┘┤╸]?$/.test(text) || /[┬┴┼]/.test(text)) return false;
  const drawn = text.replace(/[^─━═▀▄]/g, '').length;
  return drawn >= 8 && drawn * 2 >= text.length;
}

const isTop = (line: string) => /^\s*[╭┌]/.test(line) && isRule(line);
const isBottom = (line: string) => /^\s*[╰└]/.test(line) && isRule(line);

/** A line without the frame around it. */
export function unframed(line: string): string {
  const [from, to] = withinFrame(line);
  return line.slice(from, to);
}

function withinFrame(line: string): [from: number, to: number] {
  const left = /^\s*[│┃] ?/.exec(line);
  if (!left) return [0, line.length];
  const right = /\s*[│┃]\s*$/.exec(line.slice(left[0].length));
  return [left[0].length, right ? left[0].length + right.index : line.length];
}

type Finder = (grid: Grid, box: Box, end: number) => Found | undefined;

const finders: Readonly<Record<BoxKind, Finder>> = {
  ruled: findRuled,
  bar: findBar,
  bare: findBare,
  cursor: findCursor,
};

/**
 * Between the last two ruled lines, if they belong together and nothing but a footer stands below. What is quoted
 * further up is none; nor is a prompt of before, between the end of something and the line that a dialog begins with.
 */
function findRuled({ lines, vivid }: Grid, box: Box, end: number): Found | undefined {
  const bottom = lines.slice(0, end).findLastIndex(isRule);
  const top = lines.slice(0, Math.max(bottom, 0)).findLastIndex(isRule);
  if (top < 0 || isTop(lines[top]!) !== isBottom(lines[bottom]!) || isBottom(lines[top]!)) return undefined;
  if (!isFooter(lines.slice(bottom + 1, end))) return undefined;
  const first = lines.slice(top + 1, bottom).findIndex((line) => line.trim() !== '');
  const at = first < 0 ? undefined : box.prompt(unframed(lines[top + 1 + first]!));
  if (at === undefined) return undefined;
  const from = top + 1 + first;
  const goesOn = (line: string) => /^(?:\s|$)/.test(unframed(line));
  if (!isTop(lines[top]!) && !lines.slice(from + 1, bottom).every(goesOn)) return undefined;
  // A faint frame leaves nothing in the vivid lines but the place it took.
  const cut = (of: readonly string[]) =>
    of.slice(from, bottom).map((line, i) => line.slice(...withinFrame(lines[from + i]!)).slice(at));
  return { from: top, to: bottom + 1, lines: cut(lines), vivid: cut(vivid) };
}

const CHOICE = /^\s*(?:[❯›▶]\s|[❯›●○]?\s*1[.)]\s)/;
const ANSWER =
  /\b(?:press enter|enter to (?:confirm|select|submit|continue)|esc to (?:cancel|exit|go back|dismiss|close))/i;

/** Few lines, of which none can be chosen or tells how to answer. */
function isFooter(below: readonly string[]): boolean {
  if (bottomOf(below, 99).length > FOOTER_LINES) return false;
  return !below.some((line) => CHOICE.test(line) || ANSWER.test(line));
}

/** The last lines behind a bar; the last of them names the model. */
function findBar({ lines, vivid }: Grid, box: Box, end: number): Found | undefined {
  const isBar = (line: string) => /^\s*[┃]/.test(line);
  const last = lines.slice(0, end).findLastIndex(isBar);
  if (last < 0 || !isFooter(lines.slice(last + 1, end))) return undefined;
  let from = last;
  while (from > 0 && isBar(lines[from - 1]!)) from--;
  const strip = (line: string) => line.replace(/^\s*┃ {0,2}/, '');
  const inner = lines.slice(from, last + 1).map(strip);
  const named = inner.findLastIndex((line) => line.trim() !== '');
  if (named < 1 || inner[named - 1]!.trim() !== '' || box.prompt(inner[named]!) === undefined) return undefined;
  const to = from + named;
  return {
    from,
    to: last + 1,
    lines: inner.slice(0, named),
    vivid: vivid.slice(from, to).map((line) => (isBar(line) ? strip(line) : line)),
  };
}

/** The last line that begins a prompt, with nothing but what is indented and a footer below. */
function findBare({ lines, vivid }: Grid, box: Box, end: number): Found | undefined {
  const from = lines.slice(0, end).findLastIndex((line) => /^\S/.test(line));
  const at = from < 0 ? undefined : box.prompt(lines[from]!);
  if (at === undefined) return undefined;
  // One block below a blank line is the footer; with more of them it is something else that is indented.
  const blank = lines.slice(from + 1, end).findIndex((line) => line.trim() === '');
  const to = blank < 0 ? end : from + 1 + blank;
  const footer = lines.slice(to, end).join('\n').trim();
  if (/\n\s*\n/.test(footer) || !isFooter(footer.split('\n'))) return undefined;
  const cut = (of: readonly string[]) => of.slice(from, to).map((line) => line.slice(at));
  return { from, to, lines: cut(lines), vivid: cut(vivid) };
}

/** The line of the cursor, when nothing stands below it. */
function findCursor({ lines, vivid, cursor }: Grid, box: Box, end: number): Found | undefined {
  const { line } = cursor;
  if (end > line + 1) return undefined;
  const text = lines[line] ?? '';
  const at = box.prompt(text.padEnd(cursor.column));
  if (at === undefined) return undefined;
  return { from: line, to: line + 1, lines: [text.slice(at)], vivid: [(vivid[line] ?? '').slice(at)] };
}

/** From the box up to where the last thing said begins; what waits for its turn is passed over. */
function statusAbove(lines: readonly string[], boxFrom: number, box: Box): string[] {
  let from = boxFrom;
  while (from > 0 && boxFrom - from < STATUS_LINES) {
    from--;
    if (isHead(lines[from]!, lines[from - 1] ?? '', box)) break;
  }
  return lines.slice(from, boxFrom);
}

/** Not indented, and no line of text that goes on with the one above. */
function isHead(line: string, above: string, box: Box): boolean {
  if (!/^[^\s┃]/.test(line)) return false;
  if (isRule(line)) return true;
  if (box.prompt(line) !== undefined || box.waits(line)) return false;
  return above.trim() === '' || !/^[\p{L}\p{N}"'(`]/u.test(line);
}

/** Below the last ruled line that has anything below it; within a frame when that is the last thing there is. */
function dialogIn(lines: readonly string[], end: number): Pick<Layout, 'dialog' | 'dialogFrom'> {
  const last = lines.slice(0, end).findLastIndex(isRule);
  if (last >= 0 && isBottom(lines[last]!)) {
    const below = bottomOf(lines.slice(last + 1, end), 99).length;
    const top = lines.slice(0, last).findLastIndex(isTop);
    if (top >= 0 && below <= FRAME_BELOW) return part(lines, top + 1, end);
  }
  if (last >= 0) return part(lines, last + 1, end);
  const head = lines.slice(0, end).findLastIndex((line) => /^[•●■✦⏺⚠✔✗]/.test(line));
  return part(lines, head + 1, end);
}

/** Hints below a dialog's frame. */
const FRAME_BELOW = 6;

function part(lines: readonly string[], from: number, end: number) {
  return {
    dialog: lines
      .slice(from, end)
      .filter((line) => !isRule(line))
      .map(unframed),
    dialogFrom: from,
  };
}
