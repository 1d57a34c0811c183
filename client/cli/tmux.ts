/** The tmux server's own sessions as a table: what stands there, since when, and whether anything stands for it. */
import type { Result, TmuxSession } from '#protocol';
import type { Output } from './output.js';
import { formatTable } from './table.js';
import { ago, clean } from './text.js';

export async function showTmux(output: Output, { sessions }: Result<'tmux/list'>, now: number): Promise<void> {
  if (sessions.length === 0) return output.note('No sessions in the tmux server.');
  const { columns, colors } = output;
  const rows = sessions.map((session) => [
    clean(session.name),
    String(session.windowCount),
    ago(session.created, now),
    stateOf(session),
    clean(session.folderName ?? '-'),
  ]);
  const paint = (text: string, column: number) => {
    if (column === 0) return colors.bold(text);
    return column === 3 && text === 'orphaned' ? colors.yellow(text) : text;
  };
  const view = { paint, ...(columns !== undefined && { columns }) };
  output.data(await formatTable(['NAME', 'WINDOWS', 'SINCE', 'STATE', 'FOLDER'], rows, [0, 4], view));
}

function stateOf({ isOrphaned, attached }: TmuxSession): string {
  if (isOrphaned) return 'orphaned';
  return attached ? 'attached' : '-';
}
