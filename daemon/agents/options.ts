/** Finds the options of a dialog among its lines, and the keys that choose them. Pure. */
import type { DialogOption } from './dialog.js';
import type { Options } from './manifests/manifest.js';

type Option = Omit<DialogOption, 'id'>;

export interface FoundOptions {
  readonly options: readonly Option[];
  /** The lines above the options. */
  readonly above: readonly string[];
}

/** A dialog as it is drawn. */
export interface Drawn {
  readonly lines: readonly string[];
  /** What of them is drawn in reverse. */
  readonly reverse: readonly string[];
  /** Of the screen. */
  readonly cols: number;
}

export function findOptions(shape: Options, { lines, reverse, cols }: Drawn): FoundOptions {
  return shape.shown === 'numbers' ? numbered(shape, lines, cols) : buttons(shape, lines, reverse);
}

const NUMBERED = /^\s*([❯›>●○◉▶→•]?)\s*(\d{1,2})[.)]\s+(.*\S)\s*$/u;

/** The last run that counts from 1; a line below an option that is indented further goes on with it. */
function numbered(shape: Options, lines: readonly string[], cols: number): FoundOptions {
  const found: { at: number; number: number; label: string; marked: boolean }[] = [];
  lines.forEach((line, at) => {
    const match = NUMBERED.exec(line);
    if (!match) return;
    const number = Number(match[2]);
    if (number === 1) found.length = 0;
    if (number !== found.length + 1) return;
    found.push({ at, number, label: match[3]!, marked: match[1] !== '' });
  });
  const first = found[0];
  if (!first) return { options: [], above: lines };
  const marked = found.findIndex((option) => option.marked);
  const options = found.map(({ number, label, at }, index) => {
    const whole = label + goesOn(lines.slice(at, found[index + 1]?.at), cols);
    return { label: whole, keys: unanswerable(shape, whole) ? [] : keysFor(number, index, marked) };
  });
  return { options, above: lines.slice(0, first.at) };
}

/** A frame and a margin take so much of a line. */
const MARGIN = 6;

/** What was broken off a label since the line was full; a description below it is not part of it. */
function goesOn([first = '', ...below]: readonly string[], cols: number): string {
  let whole = '';
  let line = first;
  for (const next of below) {
    const [word = ''] = next.trim().split(' ');
    if (word === '' || line.trimEnd().length + 1 + word.length <= cols - MARGIN) break;
    whole += ` ${next.trim()}`;
    line = next;
  }
  return whole;
}

function keysFor(number: number, index: number, marked: number): readonly string[] {
  if (number < 10) return [String(number)];
  if (marked < 0) return [];
  const steps = index - marked;
  return [...Array<string>(Math.abs(steps)).fill(steps > 0 ? 'Down' : 'Up'), 'Enter'];
}

function unanswerable({ unanswerable: beginnings }: Options, label: string): boolean {
  const text = label.toLowerCase();
  return /^\[.?\]/.test(text) || beginnings.some((beginning) => text.startsWith(beginning));
}

/** Words in a row, of which one is drawn in reverse; where none is, nobody knows the way from one to another. */
function buttons({ labels }: Options, lines: readonly string[], reverse: readonly string[]): FoundOptions {
  const at = lines.findLastIndex((line) => labels.some((label) => line.includes(label)));
  if (at < 0) return { options: [], above: lines };
  const row = lines[at]!;
  const shown = labels.filter((label) => row.includes(label)).sort((a, b) => row.indexOf(a) - row.indexOf(b));
  const marked = shown.findIndex((label) => reverse.some((line) => line.includes(label)));
  const options = shown.map((label, index) => ({ label, keys: marked < 0 ? [] : arrows(index - marked) }));
  return { options, above: lines.slice(0, at) };
}

const arrows = (steps: number) => [...Array<string>(Math.abs(steps)).fill(steps > 0 ? 'Right' : 'Left'), 'Enter'];
