/** How a list of sessions and a screen are shown; the quick path and the full program share it. */
import type { Result, Session } from '#protocol';
import { shortIds } from '../pick.js';
import { paintState, stateWords } from './agents.js';
import type { Output } from './output.js';
import { formatTable } from './table.js';
import { ago, clean, cleanLines, homely } from './text.js';

/** `rdv ls`: a table on a terminal, tab-separated lines for programs, the result itself with --json. */
export async function showSessions(
  output: Output,
  result: Pick<Result<'session/list'>, 'sessions'>,
  now: number,
): Promise<void> {
  if (output.json) return output.object(result);
  const short = shortIds(result.sessions);
  const { columns, colors } = output;
  const whole = columns === undefined;
  const { sessions } = result;
  // Where nothing is known of any agent, people are spared the column.
  const agents = whole || sessions.some(({ agentState, health }) => stateWords(agentState, health) !== '-');
  const rows = sessions.map((session) => [
    short(session.id),
    clean(session.name),
    statusOf(session),
    commandOf(session),
    folderOf(session, whole),
    ago(session.lastActivityAt, now),
    ...(whole ? [session.agentState, session.health] : agents ? [stateWords(session.agentState, session.health)] : []),
  ]);
  if (rows.length === 0) return output.note('No sessions. `rdv new` starts one.');
  const paint = (text: string, column: number, row: number) => {
    const { agentState, health } = sessions[row]!;
    if (column === 6) return paintState(colors, agentState, health)(text);
    return column === 2 ? paintStatus(text, colors) : column === 0 ? colors.bold(text) : text;
  };
  const view = { paint, ...(columns !== undefined && { columns }) };
  const header = ['ID', 'NAME', 'STATUS', 'COMMAND', 'DIRECTORY', 'ACTIVE', ...(agents ? ['AGENT'] : [])];
  output.data(await formatTable(header, rows, [1, 4, 3], view));
}

/** `rdv screen`: the text of a session, ending in exactly one newline unless it is empty. */
export function showScreen(output: Output, result: Result<'session/scrollback'>): void {
  const text = cleanLines(result.content);
  if (output.json) output.object(result);
  else output.data(text === '' || text.endsWith('\n') ? text : `${text}\n`);
}

/** One word: an ended program matters more than the status of its session, but a closed session is closed. */
export function statusOf({ status, exit }: Pick<Session, 'status' | 'exit'>): string {
  if (!exit || status === 'closed' || status === 'trashed') return status;
  return exit.code !== null ? `exited ${exit.code}` : exit.signal !== null ? `killed ${exit.signal}` : 'exited';
}

function commandOf({ command }: Session): string {
  return command
    ? clean(command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quote(word))).join(' '))
    : '(shell)';
}

const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

/** Programs get the whole path, people one they can read. */
function folderOf({ projectPath }: Session, whole: boolean): string {
  return clean(whole ? projectPath : homely(projectPath));
}

function paintStatus(text: string, colors: Output['colors']): string {
  if (text.startsWith('active')) return colors.green(text);
  if (text.startsWith('suspended')) return colors.yellow(text);
  return /^(exited 0|closed|trashed)/.test(text) ? colors.dim(text) : colors.red(text);
}
