/** A screen as rules see it: whole lines of text, where the cursor is, and what the program says beside them. Pure. */

export interface Cursor {
  /** Index into `lines`, and the place within that line. */
  readonly line: number;
  readonly column: number;
  readonly shown: boolean;
}

export interface Grid {
  readonly cols: number;
  readonly rows: number;
  /** From top to bottom; rows that wrap are one line, no-break spaces are spaces, blanks at the end are cut. */
  readonly lines: readonly string[];
  /** The same with blanks for what is drawn faint: hints and placeholders, but nothing that a person typed. */
  readonly vivid: readonly string[];
  /** The same with blanks for all that is not drawn in reverse: what is marked among buttons. */
  readonly reverse: readonly string[];
  readonly cursor: Cursor;
  /** As the program set it last; empty when it never did. */
  readonly title: string;
  /** A full-screen program is in front of the normal screen. */
  readonly alternate: boolean;
}

/** What a terminal holds, cell by cell. */
export interface Cells {
  readonly cols: number;
  readonly rows: number;
  readonly cursorX: number;
  readonly cursorY: number;
  readonly cursorShown: boolean;
  readonly alternate: boolean;
  /** The same object as before for a row that is the same. */
  row(y: number): Row;
}

export interface Row {
  /** Whether it goes on with what did not fit into the row above. */
  readonly wrapped: boolean;
  readonly cells: readonly Cell[];
}

export interface Cell {
  /** Empty for a cell nothing was written to, and for the second half of a wide character. */
  readonly text: string;
  readonly width: number;
  readonly faint: boolean;
  readonly inverse: boolean;
}

/** Lines of a screen that rules look at, counted from the bottom; empty ones are skipped. */
export const BOTTOM_LINES = 12;

export function readGrid(cells: Cells, title: string): Grid {
  const lines: Drawn[] = [];
  let cursor = { line: 0, column: 0 };
  const rows = Array.from({ length: cells.rows }, (_, y) => cells.row(y));
  for (const [y, row] of rows.entries()) {
    const before = row.wrapped ? (lines.pop() ?? EMPTY) : EMPTY;
    const drawn = drawnRow(row, rows[y + 1]?.wrapped === true);
    if (y === cells.cursorY) cursor = { line: lines.length, column: before.text.length + columnAt(row, cells.cursorX) };
    lines.push({
      text: before.text + drawn.text,
      vivid: before.vivid + drawn.vivid,
      reverse: before.reverse + drawn.reverse,
    });
  }
  return {
    cols: cells.cols,
    rows: cells.rows,
    lines: lines.map(({ text }) => text.trimEnd()),
    vivid: lines.map(({ vivid }) => vivid.trimEnd()),
    reverse: lines.map(({ reverse }) => reverse.trimEnd()),
    cursor: { ...cursor, shown: cells.cursorShown },
    title,
    alternate: cells.alternate,
  };
}

interface Drawn {
  readonly text: string;
  readonly vivid: string;
  readonly reverse: string;
}

const EMPTY: Drawn = { text: '', vivid: '', reverse: '' };
const NO_BREAK = /[\u00a0\u202f\u2007]/g;

/** Rows as they were drawn: most rows of a screen are the same objects as at the look before. */
const drawnRows = new WeakMap<Row, Drawn & { readonly whole: boolean }>();

function drawnRow(row: Row, whole: boolean): Drawn {
  const before = drawnRows.get(row);
  if (before?.whole === whole) return before;
  const drawn = { ...drawRow(row, whole), whole };
  drawnRows.set(row, drawn);
  return drawn;
}

/** A row that wraps keeps its blanks: they stand between two words. */
function drawRow({ cells }: Row, whole: boolean): Drawn {
  let text = '';
  let vivid = '';
  let reverse = '';
  cells.forEach((cell, x) => {
    if (cell.width === 0) return;
    const drawn = cell.text === '' ? ' ' : cell.text.replace(NO_BREAK, ' ');
    const blank = ' '.repeat(drawn.length);
    text += drawn;
    vivid += isFaint(cells, x) ? blank : drawn;
    reverse += cell.inverse ? drawn : blank;
  });
  // All three are cut alike, so that places in one are places in the others.
  const length = whole ? text.length : text.trimEnd().length;
  return { text: text.slice(0, length), vivid: vivid.slice(0, length), reverse: reverse.slice(0, length) };
}

/** The cursor that a program draws itself stands on the first character of a placeholder. */
function isFaint(cells: readonly Cell[], x: number): boolean {
  const cell = cells[x]!;
  return cell.faint || (cell.inverse && cells[x + 1]?.faint === true);
}

function columnAt({ cells }: Row, x: number): number {
  let column = 0;
  for (const cell of cells.slice(0, x)) if (cell.width > 0) column += cell.text === '' ? 1 : cell.text.length;
  return column;
}
