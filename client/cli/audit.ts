/** The audit on the command line: who did what and how it ended, and whether the chain holds. */
import type { Result } from '#protocol';
import type { Output } from './output.js';
import { formatTable } from './table.js';
import { clean } from './text.js';

export async function showAudit(output: Output, { entries, more }: Result<'audit/list'>): Promise<void> {
  if (entries.length === 0) return output.note('Nothing that fits was done.');
  const { columns, colors } = output;
  const rows = entries.map(({ seq, at, user, tokenId, method, target, outcome }) => [
    String(seq),
    columns === undefined ? String(at) : new Date(at).toLocaleString(),
    clean(user ?? '-'),
    clean(tokenId ?? '-'),
    clean(method),
    clean(target ?? '-'),
    clean(outcome),
  ]);
  const paint = (text: string, column: number) => {
    if (column !== 6) return text;
    return text === 'done' ? colors.green(text) : /^(begun|[0-9a-f]+…?)$/.test(text) ? text : colors.red(text);
  };
  const header = ['ROW', 'TIME', 'WHO', 'TOKEN', 'METHOD', 'TARGET', 'OUTCOME'];
  output.data(await formatTable(header, rows, [5, 3, 2, 6], { paint, ...(columns !== undefined && { columns }) }));
  if (more) output.note(`There are older ones: add \`--before ${entries.at(-1)!.seq}\`.`);
}

/** One sentence; what is wrong comes below it, a line each. */
export function showVerified(output: Output, { ok, rows, first, last, problems }: Result<'audit/verify'>): void {
  const span = rows === 0 ? 'it is empty' : `${rows} row${rows === 1 ? '' : 's'}, ${first} to ${last}`;
  const count = `${problems.length} problem${problems.length === 1 ? '' : 's'}`;
  output.data(ok ? `The audit holds: ${span}.\n` : `The audit does not hold: ${count}; ${span}.\n`);
  for (const { seq, what } of problems) output.data(`  row ${seq}: ${clean(what)}\n`);
}
