/** Notifications on the command line: which one a person means, and how they are shown. */
import type { Notice, Result, Severity } from '#protocol';
import { type Listing, shortIds } from '../pick.js';
import type { Output } from './output.js';
import { formatTable } from './table.js';
import { ago, clean } from './text.js';

type Titled = Notice & { readonly name: string };

/** The last 500, named by their titles. */
export const notices: Listing<Titled> = {
  noun: 'notification',
  list: 'rdv notification list',
  describe: ({ title, sessionName }) => (sessionName === null ? title : `${sessionName}: ${title}`),
  rows: async (call) =>
    (await call('notification/list', { limit: 500 })).notifications.map((notice) => ({
      ...notice,
      name: notice.title,
    })),
};

type Listed = Result<'notification/list'>;

export async function showNotices(output: Output, { notifications, counts }: Listed, now: number): Promise<void> {
  if (notifications.length === 0) return output.note('There are none.');
  const { columns, colors } = output;
  const short = shortIds(notifications);
  const whole = columns === undefined;
  const rows = notifications.map((notice) => [
    whole ? notice.id : short(notice.id),
    whole ? String(notice.updatedAt) : ago(notice.updatedAt, now),
    notice.severity,
    notice.readAt === null ? 'unread' : notice.resolvedAt === null ? 'read' : 'over',
    clean(notice.sessionName ?? '-'),
    clean(textOf(notice)),
  ]);
  const paints = { info: colors.cyan, warning: colors.yellow, error: colors.red, critical: colors.red };
  const paint = (text: string, column: number) =>
    column === 0 ? colors.bold(text) : column === 2 ? (paints[text.trim() as Severity] ?? colors.dim)(text) : text;
  const header = ['ID', 'TOLD', 'SEVERITY', 'STATE', 'SESSION', 'WHAT'];
  output.data(await formatTable(header, rows, [4, 5], { paint, ...(!whole && { columns }) }));
  output.note(summary(counts));
}

function textOf({ title, body, count }: Notice): string {
  const often = count > 1 ? ` (${count} times)` : '';
  return `${title}${often}${body === '' ? '' : `: ${body}`}`;
}

function summary({ unread, bySeverity }: Listed['counts']): string {
  if (unread === 0) return 'None is unread.';
  const each = Object.entries(bySeverity).filter(([, count]) => count > 0);
  return `${unread} unread: ${each.map(([severity, count]) => `${count} ${severity}`).join(', ')}.`;
}

export function showNotified(output: Output, { id, count }: Notice): void {
  output.data(`${id}\n`);
  output.note(count === 1 ? 'Told.' : `Counted up: told ${count} times.`);
}

export function showMarked(output: Output, { count, counts }: Result<'notification/read'>): void {
  output.note(`Marked ${count} as read. ${summary(counts)}`);
}

export async function showTried(output: Output, { sinks }: Result<'notification/test'>): Promise<void> {
  const { columns, colors } = output;
  const rows = sinks.map(({ sink, success, message }) => [sink, success ? 'ok' : 'no', clean(message)]);
  const paint = (text: string, column: number) =>
    column === 1 ? (text.startsWith('ok') ? colors.green(text) : colors.yellow(text)) : text;
  output.data(
    await formatTable(['SINK', 'OK', 'WHAT'], rows, [2], { paint, ...(columns !== undefined && { columns }) }),
  );
}
