/** The rows of `rdv watch` as they are drawn: columns by the room there is, and below a blocked one its question. */

import type { AgentState, Blocked, Severity } from '#protocol';
import { lasting } from '#protocol/spans';
import type { Cell, Line, Style } from './canvas.js';
import { isStuck, type Row } from './roster.js';
import { changesIn, fit, tame, type Width } from './text.js';

export interface Pen {
  readonly width: Width;
  /** Symbols beyond ASCII can be shown. */
  readonly unicode: boolean;
  /** How long since; notes when that will read otherwise. */
  since(at: number): string;
}

/** `nextMs` tells in how long a span that was drawn changes. */
export function createPen(now: number, width: Width, unicode: boolean): Pen & { nextMs(): number | undefined } {
  let next: number | undefined;
  return {
    width,
    unicode,
    since(at) {
      next = Math.min(next ?? Number.POSITIVE_INFINITY, changesIn(now - at));
      return lasting(now - at);
    },
    nextMs: () => next,
  };
}

interface Column {
  readonly title: string;
  readonly width: number;
  cell(row: Row, pen: Pen): { readonly text: string; readonly styles?: readonly Style[] };
}

const GAP = 2;
const MARKER = 2;
const LEAST = 8;

/** The columns for a terminal this wide, and where each begins. */
export function columnsFor(cols: number, rows: readonly Row[]): readonly (Column & { readonly at: number })[] {
  const named = (title: string, most: number, of: (row: Row) => string, styles: readonly Style[] = []) => ({
    ...{ title, most: Math.min(most, Math.max(title.length, LEAST, ...lengths(rows, of))) },
    cell: (row: Row) => ({ text: of(row), styles }),
  });
  const wide = cols >= 90;
  const elastic = [
    named('NAME', 40, ({ session }) => session.name, ['bold']),
    ...(cols >= 72 ? [named('FOLDER', 30, ({ folder }) => folder)] : []),
    ...(cols >= 104 ? [named('BRANCH', 30, ({ session }) => session.worktreeBranch ?? '')] : []),
  ];
  const program = { title: 'PROGRAM', width: 9, cell: ({ program: text }: Row) => ({ text }) };
  const before = [stateColumn(wide), ...(wide ? [healthColumn] : [])];
  const after = [...(cols >= 52 ? [program] : []), forColumn, ...(cols >= 60 ? [newsColumn] : [])];
  const fixed = [...before, ...after].reduce((sum, { width }) => sum + width + GAP, MARKER);
  const widths = share(cols - fixed - elastic.length * GAP + GAP, elastic);
  const sized = elastic.map((column, i) => ({ ...column, width: widths[i]! }));
  let at = MARKER;
  return [...before, ...sized, ...after].map((column) => {
    const placed = { ...column, at };
    at += column.width + GAP;
    return placed;
  });
}

/** Characters will do: what is drawn is measured. */
function* lengths(rows: readonly Row[], of: (row: Row) => string): Generator<number> {
  for (const row of rows) yield of(row).length * (/^[\x20-\x7e]*$/.test(of(row)) ? 1 : 2);
}

/** Each has a little, then what is left goes round until none needs more. */
function share(room: number, wanted: readonly { readonly most: number }[]): number[] {
  const widths = wanted.map(({ most }) => Math.max(2, Math.min(most, LEAST, Math.floor(room / wanted.length))));
  let left = room - widths.reduce((sum, width) => sum + width, 0);
  while (left > 0 && widths.some((width, i) => width < wanted[i]!.most)) {
    for (const [i, { most }] of wanted.entries()) {
      if (left === 0 || widths[i]! >= most) continue;
      widths[i]!++;
      left--;
    }
  }
  return widths;
}

const symbols: Readonly<Record<AgentState | 'stuck', readonly [symbol: string, ascii: string, style: Style]>> = {
  blocked: ['!', '!', 'yellow'],
  stuck: ['✗', 'x', 'red'],
  auth_failed: ['✗', 'x', 'red'],
  limited: ['~', '~', 'yellow'],
  working: ['●', '*', 'green'],
  idle: ['○', 'o', 'cyan'],
  done: ['✓', 'v', 'cyan'],
  starting: ['…', '.', 'dim'],
  exited: ['■', '#', 'dim'],
  unknown: ['·', '-', 'dim'],
};

export const plainWords = (name: string) => name.replaceAll('_', ' ');

function stateColumn(healthApart: boolean): Column {
  return {
    title: 'STATE',
    width: 13,
    cell(row, { unicode }) {
      const stuck = isStuck(row.health);
      const [symbol, ascii, style] = symbols[stuck ? 'stuck' : row.state];
      const suspended = row.session.status === 'suspended' && row.state === 'unknown';
      const word = stuck && !healthApart ? row.health : suspended ? 'suspended' : row.state;
      return {
        text: `${unicode ? symbol : ascii} ${plainWords(word)}`,
        styles: row.state === 'blocked' || stuck ? [style, 'bold'] : [style],
      };
    },
  };
}

const healthColumn: Column = {
  title: 'HEALTH',
  width: 20,
  cell: ({ health, cause }) => ({
    text: healthOf(health, cause),
    styles: [isStuck(health) ? 'red' : health === 'slow' ? 'yellow' : 'dim'],
  }),
};

/** `stalled: long tool`; empty while all is well or nobody knows. */
export function healthOf(health: Row['health'], cause: Row['cause']): string {
  if (health === 'unknown' || health === 'ok') return '';
  return plainWords(cause && cause !== health ? `${health}: ${cause}` : health);
}

const forColumn: Column = { title: 'FOR', width: 4, cell: ({ since }, pen) => ({ text: pen.since(since) }) };

const newsColumn: Column = {
  title: 'NEWS',
  width: 4,
  cell({ notices, insights }) {
    const news = [...notices, ...insights];
    const worst = news.some(({ severity }) => severity === 'error' || severity === 'critical');
    return { text: news.length > 0 ? String(news.length) : '', styles: [worst ? 'red' : severityStyle(news)] };
  },
};

const severityStyle = (news: readonly { readonly severity: Severity }[]): Style =>
  news.some(({ severity }) => severity === 'warning') ? 'yellow' : 'cyan';

type Placed = ReturnType<typeof columnsFor>[number];

export function headingOf(columns: readonly Placed[]): Line {
  return columns.map(({ at, title, width }) => ({ at, text: title.slice(0, width), styles: ['dim'] }));
}

/** One line, and one more for what a blocked one asks. */
export function linesOf(row: Row, selected: boolean, columns: readonly Placed[], cols: number, pen: Pen): Line[] {
  const marker: Cell[] = selected ? [{ at: 0, text: pen.unicode ? '▸' : '>', styles: ['bold'] }] : [];
  const cells = columns.map((column): Cell => {
    const { text, styles = [] } = column.cell(row, pen);
    const shown = fitted(text, Math.min(column.width, cols - column.at), pen.width);
    return {
      at: column.at,
      text: shown,
      styles: selected && column.title === 'NAME' ? [...styles, 'inverse'] : styles,
    };
  });
  const line = [...marker, ...cells.filter(({ text }) => text !== '')];
  if (!row.blocked) return [line];
  const asked: Cell = { at: 4, text: fitted(questionOf(row.blocked), cols - 4, pen.width), styles: ['yellow'] };
  return [line, [asked]];
}

/** What it asks and what can be answered, on one line. */
export function questionOf({ kind, text, options }: Blocked): string {
  const answers = options.map(({ label }, i) => `[${i + 1}] ${label}`).join('  ');
  return [`${kind}:`, text.trim() || 'it waits for an answer', answers].filter(Boolean).join('  ');
}

/** Tame, and no wider than the room; what is longest is cut before it is measured. */
export function fitted(text: string, room: number, width: Width): string {
  return room < 1 ? '' : fit(tame(text.slice(0, room * 8 + 100)).trimEnd(), room, width);
}
