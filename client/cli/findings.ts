/** What the doctor found, as a person reads it: what is wrong first, each with what to type. */
import type { Checked, Diagnosis, Level } from '#protocol/diagnosis';
import type { Output } from './output.js';
import { clean } from './text.js';

const order: readonly Level[] = ['failure', 'warning', 'note', 'ok'];
const INDENT = 9;

/** What is well is only counted, unless `verbose`. Off a terminal a line each: level, name, what was seen, cure. */
export async function showDiagnosis(output: Output, { checks, fixes }: Diagnosis, verbose: boolean): Promise<void> {
  for (const { name, done } of fixes) output.note(`Put right (${name}): ${clean(done)}`);
  const shown = checks
    .filter(({ level }) => verbose || level !== 'ok')
    .toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
  const { columns } = output;
  output.data(shown.map((check) => (columns === undefined ? row(check) : block(check, output, columns))).join(''));
  output.note(summary(checks));
}

function row({ level, name, seen, cure }: Checked): string {
  return `${[level, name, clean(seen), clean(cure ?? '')].join('\t')}\n`;
}

function block({ level, title, seen, cure }: Checked, { colors }: Output, columns: number): string {
  const paint = { failure: colors.red, warning: colors.yellow, note: colors.cyan, ok: colors.green }[level];
  const [first = '', ...rest] = wrap(`${title}: ${clean(seen)}`, columns - INDENT);
  const indent = ' '.repeat(INDENT);
  const lines = [paint(level.padEnd(INDENT)) + first, ...rest.map((line) => indent + line)];
  // Never broken, so that it can be copied.
  if (cure && level !== 'ok') lines.push(`${indent}cure: ${colors.bold(clean(cure))}`);
  return `${lines.join('\n')}\n`;
}

/** At spaces; a word that is too long stands alone. */
export function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

export function summary(checks: readonly Checked[]): string {
  const counts = order.map((level) => ({ level, n: checks.filter((check) => check.level === level).length }));
  const bad = counts
    .filter(({ level, n }) => level !== 'ok' && n > 0)
    .map(({ level, n }) => `${n} ${level}${n === 1 ? '' : 's'}`);
  const well = counts.find(({ level }) => level === 'ok')!.n;
  if (bad.length === 0) return `All ${well} checks are well.`;
  return `${bad.join(', ')}; ${well} of ${checks.length} checks are well (--verbose shows them).`;
}
