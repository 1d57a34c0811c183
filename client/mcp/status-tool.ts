/** `agent_status`: what all agents do, who is stuck or asks, and what orchestrators noticed. */

import * as z from 'zod';
import type { Agent, Insight, SessionHealth, Stall } from '#protocol';
import { lasting } from '#protocol/spans';
import { tame } from '../clean.js';
import { defineTool, looks } from './define.js';
import { folderIdOf, short } from './find.js';
import { cut, fitting, type Line } from './fitting.js';
import { questionOf, secondsSince } from './rows.js';
import type { Calling } from './tool.js';

const AgentRow = z.object({
  id: z.string(),
  name: z.string(),
  program: z.string(),
  state: z.string(),
  seconds: z.int(),
  health: z.string(),
  cause: z.string().optional(),
  stalledMinutes: z.int().optional(),
  question: z.string().optional(),
});
type AgentRow = z.infer<typeof AgentRow>;

/** Of what orchestrators noticed, as many as are worth reading at once. */
const INSIGHTS = 10;
const INSIGHT_BYTES = 2000;

export const agentStatus = defineTool({
  name: 'agent_status',
  description: 'What all agents do, those that ask or are stuck first; open insights of orchestrators.',
  input: z.object({
    folder: z.string().min(1).optional().describe('Id or name.'),
    shells: z.boolean().default(false).describe('Also plain shells.'),
  }),
  output: z.object({
    counts: z.record(z.string(), z.int()).describe('By state.'),
    agents: z.array(AgentRow),
    omitted: z.int().optional(),
    insights: z.array(z.string()),
    openInsights: z.int(),
  }),
  hints: looks,
  async run({ folder, shells }, calling) {
    const folderId = folder === undefined ? undefined : await folderIdOf(calling, folder);
    const { link, signal } = calling;
    const [{ agents }, { stalls }, noticed] = await Promise.all([
      link.call('agent/list', folderId === undefined ? {} : { folderId }, { signal }),
      link.call('session/stalls', {}, { signal }),
      openInsights(calling),
    ]);
    const now = Date.now();
    const asked = agents.filter(({ program, health }) => shells || program !== 'shell' || isUnwell(health));
    const lines = [...asked].sort((a, b) => need(b) - need(a)).map((agent) => agentLine(agent, stalls, now));
    const told = fitting(noticed.insights.map(insightLine), INSIGHT_BYTES);
    const shown = fitting(lines, 7500 - INSIGHT_BYTES);
    const counts = countsOf(asked);
    const omitted = lines.length - shown.length;
    const structured = {
      counts,
      agents: shown.map(({ row }) => row),
      ...(omitted > 0 && { omitted }),
      insights: told.map(({ row }) => row),
      openInsights: noticed.open,
    };
    return { structured, text: textOf(structured, shown, told, agents.length - asked.length) };
  },
});

function textOf(
  {
    counts,
    openInsights: open,
    omitted = 0,
  }: { counts: Record<string, number>; openInsights: number; omitted?: number },
  shown: readonly Line<unknown>[],
  told: readonly Line<unknown>[],
  shells: number,
): string {
  const states = Object.entries(counts).map(([state, count]) => `${count} ${state}`);
  const head = states.length === 0 ? 'No agents.' : `${states.join(', ')}.`;
  return [
    shells > 0 ? `${head} ${shells} ${shells === 1 ? 'shell' : 'shells'} not shown.` : head,
    ...shown.map(({ text }) => text),
    ...(omitted > 0 ? [`${omitted} more that need nothing: narrow by folder.`] : []),
    ...(open > 0 ? [`Open insights (${open}):`] : []),
    ...told.map(({ text }) => text),
  ].join('\n');
}

const isUnwell = (health: SessionHealth): boolean => health !== 'ok' && health !== 'unknown' && health !== 'slow';

/** Who needs somebody comes first. */
function need({ state, health }: Agent): number {
  if (state === 'blocked') return 3;
  if (isUnwell(health) || state === 'limited' || state === 'auth_failed') return 2;
  return state === 'idle' || state === 'done' ? 1 : 0;
}

function countsOf(agents: readonly Agent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of agents) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function agentLine(agent: Agent, stalls: readonly Stall[], now: number): Line<AgentRow> {
  const { sessionId, name, program, state, since, health, cause } = agent;
  const stall = stalls.find((each) => each.sessionId === sessionId);
  const question = questionOf(agent.blocked);
  const row = {
    id: short(sessionId),
    name: cut(tame(name), 80),
    program,
    state,
    seconds: secondsSince(since, now),
    health,
    ...(cause !== null && { cause }),
    ...(stall && { stalledMinutes: Math.round(stall.stalledMinutes) }),
    ...(question && { question }),
  };
  const stuck = stall ? ` | no progress for ${lasting(stall.stalledMinutes * 60_000)}` : '';
  const ill = health === 'ok' || health === 'unknown' ? '' : ` | ${health}${cause === null ? '' : ` (${cause})`}`;
  const asks = question ? ` | ${question}` : '';
  return {
    row,
    text: `${row.id} ${row.name} | ${program} ${state} for ${lasting(row.seconds * 1000)}${ill}${stuck}${asks}`,
  };
}

/** Of all orchestrators that can be seen, the newest first. */
async function openInsights({ link, signal }: Calling): Promise<{ insights: Insight[]; open: number }> {
  const { orchestrators } = await link.call('orchestrator/list', {}, { signal });
  const lists = await Promise.all(
    orchestrators.map(({ id: orchestratorId }) =>
      link.call('insight/list', { orchestratorId, resolved: false, limit: INSIGHTS }, { signal }),
    ),
  );
  const insights = lists.flatMap((list) => list.insights).sort((a, b) => b.createdAt - a.createdAt);
  return { insights: insights.slice(0, INSIGHTS), open: lists.reduce((sum, { counts }) => sum + counts.unresolved, 0) };
}

function insightLine({ severity, message, sessionId }: Insight): Line<string> {
  const row = `${severity}${sessionId === null ? '' : ` ${short(sessionId)}`}: ${cut(tame(message), 300)}`;
  return { row, text: row };
}
