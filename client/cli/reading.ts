/** What was read of a terminal, for people: the text itself, and what is missing of it. */
import type { Result } from '#protocol';
import type { Output } from './output.js';
import { clean, cleanLines } from './text.js';

export function showRead(
  output: Output,
  { content, unchanged, omittedLines, complete }: Result<'terminal/read'>,
): void {
  if (unchanged) output.note('Nothing is new.');
  if (!complete) output.note('What was printed after the cursor is no longer held; this is the history.');
  if (omittedLines > 0) output.note(`${omittedLines} earlier lines are not shown.`);
  if (content) output.data(`${cleanLines(content)}\n`);
}

/** Each line with its place, counted from the bottom; the match in colour. */
export function showMatches(output: Output, { matches, searchedLines, complete }: Result<'terminal/search'>): void {
  const { bold, dim, red } = output.colors;
  const width = `${matches[0]?.line ?? 0}`.length;
  for (const { line, text, start, end } of matches) {
    const shown = `${clean(text.slice(0, start))}${bold(red(clean(text.slice(start, end))))}${clean(text.slice(end))}`;
    const place = output.columns === undefined ? `${line}\t` : `${dim(`${line}`.padStart(width))}  `;
    output.data(`${place}${shown}\n`);
  }
  if (matches.length === 0) output.note(`Nothing matches in ${searchedLines} lines.`);
  else if (!complete) output.note('There may be more; these are the newest.');
}
