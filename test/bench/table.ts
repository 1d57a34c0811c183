/** What a benchmark found, as a table for people. Goals are shown, never enforced. */

export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  readonly rival?: number;
  readonly goal?: Goal;
}

export interface Goal {
  readonly text: string;
  met(ours: number, rival: number): boolean;
}

export const ratioAtMost = (limit: number): Goal => ({
  text: `<= ${limit}x`,
  met: (ours, rival) => ours <= rival * limit,
});
export const ratioAtLeast = (limit: number): Goal => ({
  text: `>= ${limit}x`,
  met: (ours, rival) => ours >= rival * limit,
});
export const less: Goal = { text: 'less', met: (ours, rival) => ours < rival };
export const atMost = (limit: number): Goal => ({ text: `<= ${limit}`, met: (ours) => ours <= limit });
export const atMostPlus = (limit: number, rival = ''): Goal => ({
  text: `<= ${rival}${rival && ' '}+${limit}`,
  met: (ours, rival) => ours <= rival + limit,
});

/** One table, its columns aligned. */
export function showTable(title: string, rows: readonly Row[]): string {
  const head = ['', 'ours', 'rival', 'ratio', 'goal', ''];
  const body = rows.map(({ what, unit, ours, rival, goal }) => [
    what,
    `${short(ours)} ${unit}`,
    rival === undefined ? '' : `${short(rival)} ${unit}`,
    rival ? `${(ours / rival).toFixed(2)}x` : '',
    goal?.text ?? '',
    goal ? (goal.met(ours, rival ?? 0) ? 'ok' : 'missed') : '',
  ]);
  const widths = head.map((_, i) => Math.max(...[head, ...body].map((columns) => columns[i]!.length)));
  const line = (columns: string[]) =>
    columns
      .map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [title, ...[head, ...body].map(line), ''].join('\n');
}

function short(value: number): string {
  if (!Number.isFinite(value)) return '?';
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toPrecision(3);
}
