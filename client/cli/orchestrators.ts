/** Orchestrators and their insights on the command line: how they are shown, and which insight a person means. */
import type { Insight, Result, Severity, Stall } from '#protocol';
import { orchestrators } from '../meant.js';
import { type Listing, shortIds } from '../pick.js';
import type { Output } from './output.js';
import { formatTable } from './table.js';
import { ago, clean, tame } from './text.js';

/** Of every orchestrator; each is named by the beginning of its id. */
export const insights: Listing = {
  noun: 'insight',
  list: 'rdv insight list <orchestrator>',
  async rows(call) {
    const lists = await Promise.all(
      (await orchestrators.rows(call)).map(({ id }) => call('insight/list', { orchestratorId: id, limit: 500 })),
    );
    return lists.flatMap((list) => list.insights).map(({ id, message }) => ({ id, name: message }));
  },
};

/** Rows for a terminal; for programs the same with whole ids and times as they are. */
async function table<T>(
  output: Output,
  rows: readonly T[],
  columns: readonly [title: string, of: (row: T, whole: boolean) => string][],
  elastic: readonly number[],
  paint?: (text: string, title: string, row: T) => string,
): Promise<void> {
  const whole = output.columns === undefined;
  const cells = rows.map((row) => columns.map(([, of]) => (whole ? clean : tame)(of(row, whole))));
  const view = {
    ...(output.columns !== undefined && { columns: output.columns }),
    ...(paint && {
      paint: (text: string, column: number, row: number) => paint(text, columns[column]![0], rows[row]!),
    }),
  };
  const header = columns.map(([title]) => title);
  output.data(await formatTable(header, cells, elastic, view));
}

const time = (at: number, whole: boolean, now: number) => (whole ? String(at) : ago(at, now));
const yes = (is: boolean) => (is ? 'yes' : 'no');

export async function showOrchestrators(
  output: Output,
  { orchestrators }: Result<'orchestrator/list'>,
  now: number,
): Promise<void> {
  if (orchestrators.length === 0) return output.note('No orchestrators. `rdv orchestrator create master` makes one.');
  const short = shortIds(orchestrators);
  await table(
    output,
    orchestrators,
    [
      ['ID', ({ id }, whole) => (whole ? id : short(id))],
      ['NAME', ({ name }) => name],
      ['STATUS', ({ status }) => status.replaceAll('_', ' ')],
      ['WATCHES', ({ isMonitoringActive }) => yes(isMonitoringActive)],
      ['STALLED AFTER', ({ stallThreshold }) => `${stallThreshold}s`],
      ['NUDGES', ({ autoIntervention }) => yes(autoIntervention)],
      ['ACTIVE', ({ lastActivityAt }, whole) => time(lastActivityAt, whole, now)],
    ],
    [1],
    (text, title, { status }) =>
      title === 'ID'
        ? output.colors.bold(text)
        : title === 'STATUS' && status === 'paused'
          ? output.colors.yellow(text)
          : text,
  );
}

export async function showOrchestratorHealth(
  output: Output,
  { summary, orchestrators }: Result<'orchestrator/health'>,
  now: number,
): Promise<void> {
  const { totalOrchestrators: all, healthyOrchestrators: well, receivingHeartbeats: heard, overallHealth } = summary;
  if (all === 0) return output.note('No orchestrators. `rdv orchestrator create master` makes one.');
  const short = shortIds(orchestrators.map(({ orchestratorId: id }) => ({ id })));
  await table(
    output,
    orchestrators,
    [
      ['ID', ({ orchestratorId: id }, whole) => (whole ? id : short(id))],
      ['TYPE', ({ type }) => type.replaceAll('_', ' ')],
      ['STATUS', ({ status }) => status.replaceAll('_', ' ')],
      ['WELL', ({ health }) => yes(health.isHealthy)],
      ['WATCHES', ({ stallCheckingActive }) => yes(stallCheckingActive)],
      ['HEARD', ({ health }) => yes(health.receivingHeartbeats)],
      ['ACTIVE', ({ timestamps }, whole) => time(timestamps.lastActivityAt, whole, now)],
    ],
    [1],
    (text, title, { health }) => (title === 'WELL' && !health.isHealthy ? output.colors.red(text) : text),
  );
  output.note(`${well} of ${all} well (${Math.round(overallHealth)} %); agents of ${heard} were heard of lately.`);
}

type Stalled = Pick<Stall, 'sessionId' | 'sessionName' | 'health' | 'cause' | 'lastActivityAt'>;

/** Of one orchestrator, or all there are. */
export async function showStalled(output: Output, rows: readonly Stalled[], now: number): Promise<void> {
  if (rows.length === 0) return output.note('Every session makes progress, or waits for somebody.');
  const short = shortIds(rows.map(({ sessionId: id }) => ({ id })));
  await table(
    output,
    rows,
    [
      ['SESSION', ({ sessionId }, whole) => (whole ? sessionId : short(sessionId))],
      ['NAME', ({ sessionName }) => sessionName],
      ['HEALTH', ({ health }) => health.replaceAll('_', ' ')],
      ['CAUSE', ({ cause }) => cause.replaceAll('_', ' ')],
      ['LAST PROGRESS', ({ lastActivityAt }, whole) => time(lastActivityAt, whole, now)],
    ],
    [1],
    (text, title) => (title === 'HEALTH' ? output.colors.red(text) : text),
  );
}

const paintSeverity = ({ colors }: Output, text: string, severity: Severity) =>
  severity === 'info' ? text : severity === 'warning' ? colors.yellow(text) : colors.red(text);

export async function showInsights(
  output: Output,
  { insights, counts }: Result<'insight/list'>,
  now: number,
): Promise<void> {
  if (insights.length === 0) return output.note('No insights: nothing was noticed, or none fits.');
  const short = shortIds(insights);
  await table<Insight>(
    output,
    insights,
    [
      ['ID', ({ id }, whole) => (whole ? id : short(id))],
      ['SEVERITY', ({ severity }) => severity],
      ['SESSION', ({ sessionId }, whole) => (sessionId === null ? '-' : whole ? sessionId : sessionId.slice(0, 8))],
      ['NOTICED', ({ createdAt }, whole) => time(createdAt, whole, now)],
      ['RESOLVED', ({ resolved, resolvedBy }) => (resolved ? (resolvedBy ?? 'yes') : '-')],
      ['WHAT', ({ message }) => message],
    ],
    [4, 5],
    (text, title, { severity, resolved }) =>
      title === 'SEVERITY' && !resolved ? paintSeverity(output, text, severity) : text,
  );
  output.note(`${counts.unresolved} of ${counts.total} are not resolved.`);
}
