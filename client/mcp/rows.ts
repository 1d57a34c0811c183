/** Sessions as a model sees them: what it needs to choose one, in few words. Pure. */

import * as z from 'zod';
import type { Agent, Session } from '#protocol';
import { lasting } from '#protocol/spans';
import { tame } from '../clean.js';
import { short } from './find.js';
import { cut } from './fitting.js';

const text = z.string();

export const Row = z.object({
  id: text,
  name: text,
  status: text,
  state: text,
  health: text,
  program: text,
  directory: text,
  branch: text.optional(),
  folder: text.optional(),
  exitCode: z.int().nullable().optional(),
  quietSeconds: z.int(),
});
export type Row = z.infer<typeof Row>;

export interface Known {
  readonly now: number;
  /** The names of folders, by id. */
  folder(id: string): string;
  /** What is known of its program; undefined where nothing runs. */
  agent?: Agent | undefined;
}

export function rowOf(session: Session, { now, folder, agent }: Known): Row {
  const { id, name, status, agentState, health, agentProvider, projectPath, worktreeBranch, folderId, exit } = session;
  return {
    id: short(id),
    name: cut(tame(name), 80),
    status,
    state: agent?.state ?? agentState,
    health: agent?.health ?? health,
    program: agent?.program ?? programOf(session) ?? agentProvider ?? 'shell',
    directory: cut(tame(projectPath), 200, 'end'),
    ...(worktreeBranch !== null && { branch: cut(tame(worktreeBranch), 100) }),
    ...(folderId !== null && { folder: cut(tame(folder(folderId)), 100) }),
    ...(exit && { exitCode: exit.code }),
    quietSeconds: secondsSince(session.lastActivityAt, now),
  };
}

function programOf({ command, agentProvider }: Session): string | undefined {
  const [program] = command ?? [];
  if (program === undefined || (agentProvider !== null && agentProvider !== 'none')) return undefined;
  return cut(tame(program.slice(program.lastIndexOf('/') + 1)), 40);
}

export const secondsSince = (at: number, now: number): number => Math.max(0, Math.round((now - at) / 1000));

/** One line. */
export function lineOf({
  id,
  name,
  status,
  state,
  health,
  program,
  directory,
  branch,
  folder,
  exitCode,
  quietSeconds,
}: Row): string {
  const ended = exitCode === undefined ? undefined : `ended${exitCode === null ? '' : ` with ${exitCode}`}`;
  const doing = `${program} ${ended ?? state}${health === 'ok' || health === 'unknown' ? '' : `, ${health}`}`;
  const parts = [
    `${id} ${name}`,
    status === 'active' ? doing : `${status}, ${doing}`,
    branch === undefined ? directory : `${directory} (${branch})`,
    folder === undefined ? undefined : `in ${folder}`,
    `quiet ${lasting(quietSeconds * 1000)}`,
  ];
  return parts.filter((part) => part !== undefined).join(' | ');
}

/** What a dialog asks, and how terminal_send can answer it; undefined when nothing is asked. */
export function questionOf(blocked: Agent['blocked'] | undefined): string | undefined {
  if (!blocked) return undefined;
  const { kind, options, interactionId } = blocked;
  const labels = options.slice(0, 9).map(({ label }, at) => `${at + 1} ${cut(tame(label), 100)}`);
  const answers =
    labels.length === 0 ? '' : ` ${interactionId === null ? 'Choices' : 'Answers'}: ${labels.join('; ')}.`;
  return `asks (${kind}): ${cut(tame(asked(blocked)), 500, 'end')}${answers}`;
}

/** Of a question without choices, which stands below all that was printed before, the last lines. */
function asked({ text, options }: NonNullable<Agent['blocked']>): string {
  return options.length > 0 ? text : text.split('\n').slice(-LINES_ASKED).join('\n');
}

const LINES_ASKED = 3;
