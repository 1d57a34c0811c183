/** The trash on the command line: which item a person means, and how all of them are shown. */
import type { Result, TrashItem } from '#protocol';
import { type Listing, shortIds } from '../pick.js';
import type { Output } from './output.js';
import { formatTable } from './table.js';
import { ago, clean, homely, inTime } from './text.js';

/** By the session's name, the worktree's path, or the beginning of an id. */
export const trashed: Listing<TrashItem> = {
  noun: 'item in the trash',
  list: 'rdv trash list',
  also: ({ worktree, sessionId }) => [...(worktree ? [worktree.path] : []), ...(sessionId ? [sessionId] : [])],
  describe: ({ name, trashedAt }) => `${name}, ${new Date(trashedAt).toLocaleString()}`,
  rows: async (call) => (await call('trash/list', {})).items,
};

export function showRestored(output: Output, { item, warnings }: Result<'trash/restore'>): void {
  const { worktree, kind, name } = item;
  if (worktree) output.data(`${clean(worktree.path)}\n`);
  output.note(
    kind === 'session' ? `Session "${clean(name)}" is back, among the closed ones.` : 'It is back where it was.',
  );
  for (const warning of warnings) output.note(clean(warning));
}

export async function showTrash(output: Output, { items }: Result<'trash/list'>, now: number): Promise<void> {
  if (items.length === 0) return output.note('The trash is empty.');
  const { columns, colors } = output;
  const short = shortIds(items);
  const whole = columns === undefined;
  const rows = items.map(({ id, kind, name, worktree, trashedAt, expiresAt }) => [
    whole ? id : short(id),
    kind,
    clean(whole || kind === 'session' ? name : homely(name)),
    worktree ? clean(worktree.branch ?? `at ${worktree.commit?.slice(0, 8) ?? 'no commit'}`) : '-',
    whole ? String(trashedAt) : ago(trashedAt, now),
    whole ? String(expiresAt) : inTime(expiresAt, now),
  ]);
  const paint = (text: string, column: number) => (column === 0 ? colors.bold(text) : text);
  const header = ['ID', 'KIND', 'NAME', 'BRANCH', 'SINCE', 'DELETED'];
  output.data(await formatTable(header, rows, [2, 3], { paint, ...(columns !== undefined && { columns }) }));
}
