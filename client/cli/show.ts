/** Any method's result for people and for line-oriented programs; the hand-made views come first. */
import type { MethodName, Result } from '#protocol';
import type { Output } from './output.js';
import { showMatches, showRead } from './reading.js';
import { showScreen, showSessions } from './sessions.js';
import { formatTable } from './table.js';
import { clean, toJson } from './text.js';

/** With --json the result as it came; otherwise its fields, one a line, and its lists of records as tables. */
export async function showResult(output: Output, method: MethodName, result: object): Promise<void> {
  if (output.json) return output.object(result);
  if (method === 'session/list') return showSessions(output, result as Result<'session/list'>, Date.now());
  if (method === 'session/scrollback') return showScreen(output, result as Result<'session/scrollback'>);
  if (method === 'terminal/read') return showRead(output, result as Result<'terminal/read'>);
  if (method === 'terminal/search') return showMatches(output, result as Result<'terminal/search'>);
  const entries = Object.entries(result);
  const lists = entries.filter(([, value]) => isRecords(value)) as [string, object[]][];
  const plain = entries.filter(([, value]) => !isRecords(value));
  if (plain.length === 1 && plain[0]![0] === 'success') return output.note('Done.');
  const view = output.columns === undefined ? {} : { columns: output.columns };
  const lines = plain.map(([name, value]) => [name, cell(name, value, view)]);
  // Fields need no header; on a terminal the names themselves are aligned.
  output.data(withoutHeader(await formatTable(['', ''], lines, [1], view), view));
  for (const [, records] of lists) output.data(await recordTable(records, view));
}

type View = { columns?: number };

const withoutHeader = (text: string, view: View) =>
  view.columns === undefined ? text : text.slice(text.indexOf('\n') + 1);

async function recordTable(records: readonly object[], view: View): Promise<string> {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const rows = records.map((record) =>
    names.map((name) => cell(name, (record as Record<string, unknown>)[name], view)),
  );
  const header = names.map((name) => clean(name).toUpperCase());
  return formatTable(header, rows, [...names.keys()].toReversed().slice(0, 2).toReversed(), view);
}

function isRecords(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'object' && item !== null);
}

function cell(name: string, value: unknown, view: View): string {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'number' && view.columns !== undefined && /(^at|At)$/.test(name))
    return new Date(value).toLocaleString();
  return clean(typeof value === 'object' ? toJson(value) : String(value));
}
