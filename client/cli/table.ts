/** Rows of text as an aligned table on a terminal, or tab-separated without a header for programs. */
import { fit, type Width, widthFor } from './text.js';

export interface TableView {
  /** Columns of the terminal; undefined when a program reads. */
  readonly columns?: number;
  /** `row` counts from 0, without the header. */
  readonly paint?: (text: string, column: number, row: number) => string;
}

const GAP = '  ';
/** What a column that gives way keeps, and what it keeps where that is too much still. */
const LEAST = [8, 4];

/** Cells must be clean. Columns listed in `elastic` give way, the first one last, when the terminal is too narrow. */
export async function formatTable(
  header: readonly string[],
  rows: readonly string[][],
  elastic: readonly number[],
  view: TableView,
) {
  const { columns, paint = (text) => text } = view;
  if (columns === undefined) return rows.map((row) => `${row.join('\t')}\n`).join('');
  const width = await widthFor(rows.flat());
  const lines = [[...header], ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => width(line[column] ?? ''))));
  shrink(widths, elastic, columns);
  const draw = (line: string[], row: number) =>
    line
      .map((text, column) => {
        const cell = fit(text, widths[column]!, width);
        const padded = column === line.length - 1 ? cell : pad(cell, widths[column]!, width);
        return row < 0 ? padded : paint(padded, column, row);
      })
      .join(GAP)
      .trimEnd();
  return lines.map((line, i) => `${draw(line, i - 1)}\n`).join('');
}

function shrink(widths: number[], elastic: readonly number[], columns: number): void {
  let excess = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length) - columns;
  for (const least of LEAST)
    for (const column of elastic.toReversed()) {
      const give = Math.min(Math.max(0, excess), Math.max(0, widths[column]! - least));
      widths[column]! -= give;
      excess -= give;
    }
}

const pad = (text: string, to: number, width: Width) => text + ' '.repeat(Math.max(0, to - width(text)));
