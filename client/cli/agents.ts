/** Agents on the command line: what they do, why that is said of them, and what they ask. */

import type { Agent, AgentState, Evidence, Result, SessionHealth } from '#protocol';
import { lasting } from '#protocol/spans';
import { shortIds } from '../pick.js';
import type { Output } from './output.js';
import { formatTable } from './table.js';
import { ago, clean, fit, tame, widthFor } from './text.js';

type Paint = (text: string) => string;

const words = (name: string) => name.replaceAll('_', ' ');

/** For people; `unknown` is not worth a word. */
export function stateWords(state: AgentState, health: SessionHealth): string {
  const well = health === 'ok' || health === 'unknown';
  return words([state === 'unknown' ? '' : state, well ? '' : health].filter(Boolean).join(', ')) || '-';
}

export function paintState(colors: Output['colors'], state: AgentState, health: SessionHealth): Paint {
  if (['stalled', 'hung', 'crash_loop', 'flapping'].includes(health) || state === 'auth_failed') return colors.red;
  if (state === 'blocked' || state === 'limited' || health === 'slow') return colors.yellow;
  return state === 'working' ? colors.green : state === 'idle' || state === 'done' ? colors.cyan : colors.dim;
}

/** Programs get times as they are, and the words of the protocol. */
export async function showAgents(output: Output, { agents }: Result<'agent/list'>, now: number): Promise<void> {
  if (agents.length === 0)
    return output.note('No agents: none fits, or there are no sessions. `rdv new -- claude` starts one.');
  const { columns, colors } = output;
  if (columns === undefined) {
    const rows = agents.map(({ sessionId, name, program, state, health, cause, since, blocked }) => [
      ...[sessionId, clean(name), program, state, health, cause ?? '-', String(since), clean(blocked?.text ?? '-')],
    ]);
    return output.data(await formatTable(Array(8).fill(''), rows, [], {}));
  }
  const short = shortIds(agents.map(({ sessionId: id }) => ({ id })));
  const rows = agents.map((agent) => [
    ...[short(agent.sessionId), tame(agent.name), agent.program, words(agent.state), healthWords(agent)],
    ...[lasting(now - agent.since), tame(agent.blocked?.text ?? '')],
  ]);
  const view = {
    columns,
    paint: (text: string, column: number, row: number) => {
      const agent = agents[row]!;
      const states = paintState(colors, agent.state, column === 4 ? agent.health : 'ok');
      return column === 0 ? colors.bold(text) : column === 3 || column === 4 ? states(text) : text;
    },
  };
  const header = ['ID', 'NAME', 'PROGRAM', 'STATE', 'HEALTH', 'FOR', 'ASKS'];
  output.data(await formatTable(header, rows, [1, 4, 6], view));
}

/** `stalled: long tool`. */
function healthWords({ health, cause }: Pick<Agent, 'health' | 'cause'>): string {
  if (health === 'unknown') return '-';
  return words(cause && cause !== health ? `${health}: ${cause}` : health);
}

export async function showAgent(output: Output, agent: Agent, now: number): Promise<void> {
  output.data([...standing(output, agent, now), ''].join('\n'));
  output.data(await evidenceTable(output, agent.evidence));
}

/** The whole reasoning, to be read. */
export async function showReasons(
  output: Output,
  { agent, screen, transitions, ignoredReports }: Result<'agent/explain'>,
  now: number,
): Promise<void> {
  const { colors } = output;
  await showAgent(output, agent, now);
  const title = (text: string) => output.data(`\n${colors.bold(text)}\n`);
  title('The screen that was looked at');
  const last = screen.findLastIndex((line) => line.trim() !== '');
  const width = await widthFor(screen);
  const room = (output.columns ?? Number.POSITIVE_INFINITY) - 2;
  for (const line of screen.slice(0, last + 1)) output.data(`${colors.dim('|')} ${fit(tame(line), room, width)}\n`);
  if (last < 0) output.data('  nothing\n');
  if (transitions.length > 0) {
    title('Before that');
    const rows = transitions.map((change) => [
      ago(change.at, now),
      `${stateWords(change.before, change.healthBefore)} -> ${stateWords(change.state, change.health)}`,
      reasonOf(change.evidence) + (change.cause ? ` (${words(change.cause)})` : ''),
    ]);
    output.data(await plainTable(output, rows));
  }
  if (ignoredReports > 0)
    output.data(`\n${ignoredReports} reports of an earlier life of the program count for nothing.\n`);
}

function standing({ colors }: Output, agent: Agent, now: number): string[] {
  const { state, health, cause, blocked, limitedUntilAt, exitCode } = agent;
  const well =
    health === 'unknown' ? 'nobody knows how it gets on' : `health ${words(health)}${cause ? `: ${words(cause)}` : ''}`;
  const how = paintState(colors, state, health)(`${words(state)}${blocked ? ` (${blocked.kind})` : ''}`);
  const more = [
    limitedUntilAt === null ? '' : `  Its limit ends at ${new Date(limitedUntilAt).toLocaleString()}.`,
    exitCode === null ? '' : `  Its program ended with code ${exitCode}.`,
    ...(blocked ? questionLines(blocked) : []),
  ];
  const since = `since ${new Date(agent.since).toLocaleString()} (${lasting(now - agent.since)}), ${well}`;
  return [
    `${colors.bold(tame(agent.name))} is ${how} ${since}`,
    `  ${agent.program}, its life ${tame(agent.spawnId)}`,
    ...more.filter(Boolean),
  ];
}

function questionLines({ text, options, interactionId }: NonNullable<Agent['blocked']>): string[] {
  const answers = options.map(({ label }, i) => `    ${i + 1}  ${tame(label)}`);
  const cure = interactionId === null ? '  Its screen does not tell how to answer; attach to it.' : '';
  return [...text.split('\n').map((line) => `  ${tame(line)}`), ...answers, cure];
}

async function evidenceTable(output: Output, evidence: readonly Evidence[]): Promise<string> {
  if (evidence.length === 0) return '  Nothing tells what it does.\n';
  const rows = evidence.map(({ source, says, rule, matched, leftMs, decisive }) => [
    ...[decisive ? '*' : '', source, words(says), tame(rule ?? '-')],
    leftMs === null ? 'while seen' : leftMs <= 0 ? 'over' : `${lasting(leftMs)} left`,
    matched === null ? '' : `"${tame(matched)}"`,
  ]);
  return plainTable(output, rows);
}

/** Rows without a header, a little in; off a terminal as wide as they are. */
async function plainTable({ columns = 1000 }: Output, rows: readonly string[][]): Promise<string> {
  const table = await formatTable(Array(rows[0]!.length).fill(''), rows, [rows[0]!.length - 1], {
    columns: columns - 2,
  });
  return table
    .split('\n')
    .slice(1, -1)
    .map((line) => `  ${line}\n`)
    .join('');
}

/** What decided, in short. */
function reasonOf(evidence: readonly Evidence[]): string {
  const decisive = evidence.find((each) => each.decisive) ?? evidence[0];
  if (!decisive) return '-';
  const { source, rule, matched } = decisive;
  return tame([source, rule, matched && `"${matched}"`].filter(Boolean).join(' '));
}
