/** The tools that look at sessions. */

import * as z from 'zod';
import type { Agent, Result, Session, SessionStatus } from '#protocol';
import { RpcError } from '#protocol/errors';
import { lasting } from '#protocol/spans';
import { tame } from '../clean.js';
import { defineTool, looks } from './define.js';
import { findSession, folderIdOf, pathsOf, sessionIdOf } from './find.js';
import { cut, fitting } from './fitting.js';
import { lineOf, questionOf, Row, rowOf } from './rows.js';
import type { Calling } from './tool.js';

/** What every tool about one session takes. */
export const session = z.string().min(1).describe('Id or name.');

const DEFAULT_ROWS = 20;
const open: readonly SessionStatus[] = ['active', 'suspended'];
const which = { open, closed: ['closed'], all: [...open, 'closed', 'trashed'] } as const satisfies Record<
  string,
  readonly SessionStatus[]
>;

export const sessionList = defineTool({
  name: 'session_list',
  description: 'Lists sessions: what runs there, its state and health.',
  input: z.object({
    status: z.enum(['open', 'closed', 'all']).default('open'),
    folder: z.string().min(1).optional().describe('Id or name.'),
    limit: z.int().min(1).max(100).default(DEFAULT_ROWS),
    after: z.string().optional().describe('From `next`.'),
  }),
  output: z.object({ sessions: z.array(Row), next: z.string().optional() }),
  hints: looks,
  async run({ status, folder, limit, after }, calling) {
    const { link, signal } = calling;
    const [folderId, from, { folders }] = await Promise.all([
      folder === undefined ? undefined : folderIdOf(calling, folder),
      after === undefined ? undefined : sessionIdOf(calling, after),
      link.call('folder/list', {}, { signal }),
    ]);
    const page = { ...(folderId !== undefined && { folderId }), ...(from !== undefined && { after: from }) };
    const list = await link.call('session/list', { status: [...which[status]], limit, ...page }, { signal });
    const known = { now: Date.now(), folder: pathsOf(folders) };
    const lines = list.sessions.map((each) => {
      const row = rowOf(each, known);
      return { row, text: lineOf(row) };
    });
    const shown = fitting(lines);
    const next = list.more || shown.length < lines.length ? list.sessions[shown.length - 1]?.id : undefined;
    const rest = next === undefined ? [] : [`More: session_list with after "${next}".`];
    const none = shown.length > 0 ? [] : ['No sessions. session_create starts one.'];
    return {
      structured: { sessions: shown.map(({ row }) => row), ...(next !== undefined && { next }) },
      text: [...none, ...shown.map(({ text }) => text), ...rest].join('\n'),
    };
  },
});

/** All that is told of one session. */
export const Details = Row.extend({
  uuid: z.string(),
  createdAt: z.string(),
  command: z.array(z.string()).optional(),
  repository: z.string().optional(),
  stateSeconds: z.int().optional(),
  cause: z.string().optional(),
  question: z.string().optional(),
});
export type Details = z.infer<typeof Details>;

export const sessionGet = defineTool({
  name: 'session_get',
  description: 'One session in full; also the question its agent waits with.',
  input: z.object({ session }),
  output: Details,
  hints: looks,
  async run({ session: given }, calling) {
    const { id } = await findSession(calling, given);
    return answerOf(await calling.link.call('session/get', { id }, { signal: calling.signal }), calling);
  },
});

/** Looks at what runs in it, too. */
export async function answerOf(
  session: Session | Result<'session/get'>,
  { link, signal }: Pick<Calling, 'link' | 'signal'>,
) {
  const [agent, { folders }] = await Promise.all([
    agentOf({ link, signal }, session),
    link.call('folder/list', {}, { signal }),
  ]);
  const now = Date.now();
  const details = detailsOf(session, agent, pathsOf(folders), now);
  const { question, stateSeconds, cause } = details;
  const since =
    stateSeconds === undefined
      ? []
      : [`${details.state} for ${lasting(stateSeconds * 1000)}${cause ? ` (${cause})` : ''}`];
  const lines = [
    lineOf(details),
    `uuid ${details.uuid} | ${[`created ${details.createdAt}`, ...since].join(' | ')}`,
    ...(details.command ? [`command: ${details.command.join(' ')}`] : []),
    ...(details.repository === undefined ? [] : [`repository: ${details.repository}`]),
    ...(question ? [`It ${question}`] : []),
  ];
  return { structured: details, text: lines.join('\n') };
}

/** What its program does; undefined where nothing runs. */
export async function agentOf(
  { link, signal }: Pick<Calling, 'link' | 'signal'>,
  { id, status, exit }: Session,
): Promise<Agent | undefined> {
  if (!open.includes(status) || exit) return undefined;
  try {
    return await link.call('agent/get', { sessionId: id }, { signal });
  } catch (error) {
    // It may have ended meanwhile.
    if (error instanceof RpcError && ['Gone', 'NotFound'].includes(error.kind)) return undefined;
    throw error;
  }
}

function detailsOf(
  session: Session | Result<'session/get'>,
  agent: Agent | undefined,
  folder: (id: string) => string,
  now: number,
): Details {
  const { id, command, createdAt } = session;
  const repository = 'repository' in session ? session.repository : null;
  const question = questionOf(agent?.blocked);
  return {
    ...rowOf(session, { now, folder, agent }),
    uuid: id,
    createdAt: new Date(createdAt).toISOString(),
    ...(command && { command: wordsOf(command) }),
    ...(repository && { repository: cut(tame(repository.fullName), 100) }),
    ...(agent && { stateSeconds: Math.max(0, Math.round((now - agent.since) / 1000)) }),
    ...(agent?.cause && { cause: agent.cause }),
    ...(question && { question }),
  };
}

/** What of a command fits beside the rest. */
const COMMAND_BYTES = 2000;

function wordsOf(command: readonly string[]): string[] {
  const words = command.slice(0, 20).map((word) => cut(tame(word), 100));
  return fitting(
    words.map((word) => ({ row: word, text: word })),
    COMMAND_BYTES,
  ).map(({ row }) => row);
}
