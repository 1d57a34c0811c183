/** The last line of `rdv watch`: the keys there are, what was done, or what is being typed. */
import type { Receipt } from '#protocol';
import type { Line, Style } from './canvas.js';
import { type Desk, DIGITS } from './desk.js';
import type { Row } from './roster.js';
import { fitted, type Pen } from './roster-view.js';
import { tame } from './text.js';
import type { Watched } from './watched.js';

export interface Seen {
  readonly watched: Watched;
  readonly desk: Desk;
  /** As `rowsOf` lists them. */
  readonly rows: readonly Row[];
  readonly away: boolean;
}

/** Undefined while nothing is typed and nothing was done. */
export function promptLine(seen: Seen, cols: number, pen: Pen): { line: Line; x?: number } | undefined {
  const { mode, filter } = seen.desk;
  if (mode.name === 'filter') return typing('filter: ', filter, cols, pen);
  if (mode.name === 'send') return typing(`send to ${nameOf(seen, mode.id)}: `, mode.text, cols, pen);
  if (mode.name === 'close')
    return { line: question(`close ${nameOf(seen, mode.id)} and end its programs? y/n`, cols, pen) };
  if (mode.name === 'respond') {
    const digits = Math.min(DIGITS, mode.blocked.options.length);
    return {
      line: question(`answer ${nameOf(seen, mode.id)}: ${digits > 1 ? `1-${digits}` : '1'}, Esc not now`, cols, pen),
    };
  }
  const note = noteOf(seen);
  return note && { line: [{ at: 0, text: fitted(note.text, cols, pen.width), styles: note.styles }] };
}

const nameOf = ({ watched }: Seen, id: string) => {
  const name = tame(watched.sessions.get(id)?.name ?? 'a session that is closed');
  return name.length > 20 ? `${name.slice(0, 19)}…` : name;
};

const question = (text: string, cols: number, pen: Pen): Line => [
  { at: 0, text: fitted(text, cols, pen.width), styles: ['bold'] },
];

/** Of a text longer than the line its end is shown. */
function typing(label: string, text: string, cols: number, pen: Pen): { line: Line; x: number } {
  const before = fitted(label, Math.max(4, cols - 10), pen.width);
  const at = pen.width(before) + (label.endsWith(' ') ? 1 : 0);
  const shown = lastPart(tame(text.replaceAll('\n', pen.unicode ? '⏎' : '|')), cols - at - 1, pen);
  const line: Line = [{ at: 0, text: before, styles: ['bold'] }, ...(shown ? [{ at, text: shown }] : [])];
  return { line, x: at + pen.width(shown) };
}

function lastPart(text: string, room: number, pen: Pen): string {
  if (pen.width(text) <= room) return text;
  let kept = '';
  for (const character of [...text].reverse()) {
    if (pen.width(character + kept) > room - 1) break;
    kept = character + kept;
  }
  return `…${kept}`;
}

function noteOf({ desk, watched }: Seen): { text: string; styles: Style[] } | undefined {
  const { note } = desk;
  if (!note) return undefined;
  if ('text' in note) return { text: note.text, styles: [note.failed ? 'red' : 'green'] };
  const receipt = watched.receipts.get(note.receiptId);
  const state = receipt?.state ?? 'queued';
  const bad = ['refused', 'expired', 'indeterminate'].includes(state);
  return { text: `to ${note.to}: ${progressOf(receipt)}`, styles: [bad ? 'red' : 'green'] };
}

const steps: readonly Receipt['state'][] = ['queued', 'typed', 'submitted', 'turnStarted', 'completed'];
const words: Readonly<Record<Receipt['state'], string>> = {
  ...{ queued: 'waits until it is idle', typed: 'typed', submitted: 'submitted', turnStarted: 'it works on it' },
  ...{ completed: 'done', refused: 'refused', expired: 'given up', indeterminate: 'nobody can say what became of it' },
};

/** `typed, submitted, it works on it`, or why not. */
function progressOf(receipt: Receipt | undefined): string {
  if (!receipt) return words.queued;
  const { state, reason } = receipt;
  const at = steps.indexOf(state);
  if (at < 0) return reason ? `${words[state]}: ${reason}` : words[state];
  return at === 0
    ? words.queued
    : steps
        .slice(1, at + 1)
        .map((step) => words[step])
        .join(', ');
}

const keys: readonly string[] = [
  ...['Enter attach', 's send', 'r respond', 'u suspend', 'x close', 'n read', '/ filter', 'f attention'],
];
/** Always there; they come last. */
const least: readonly string[] = ['? help', 'q quit'];

/** Those there is room for. */
export function keysLine({ desk, rows }: Seen, cols: number, pen: Pen): Line {
  if (desk.mode.name === 'help')
    return [{ at: 0, text: fitted('any key goes back', cols, pen.width), styles: ['dim'] }];
  const fitting: string[] = rows.length > 0 ? [...keys] : [];
  while (fitting.length > 0 && [...fitting, ...least].join('  ').length > cols) fitting.pop();
  return [{ at: 0, text: fitted([...fitting, ...least].join('  '), cols, pen.width), styles: ['dim'] }];
}
