/** Worktrees on the command line: which one a person means, how they are shown, and their removal. */
import { existsSync, realpathSync } from 'node:fs';
import type { Command } from 'commander';
import type { Branch, Result, Worktree, WorktreeState } from '#protocol';
import { RpcError } from '#protocol/errors';
import { answering } from './answer.js';
import { confirm } from './ask.js';
import type { Context, WithContext } from './context.js';
import { pathOn } from './directory.js';
import { failure } from './fail.js';
import type { Caller } from './hot.js';
import { groupOf } from './methods.js';
import type { Output } from './output.js';
import { formatTable } from './table.js';
import { ago, clean, homely } from './text.js';

export interface Place extends Pick<Caller, 'call'> {
  /** The machine of the daemon, where it is another one. */
  readonly host: string | undefined;
}

/** A path; or, on this machine, the branch of a worktree of the repository the person is in. */
export async function findWorktree({ call, host }: Place, given: string): Promise<string> {
  const path = pathOn(host, given);
  if (host !== undefined) return path;
  if (existsSync(path)) return realpathSync(path);
  // Outside a repository there are no branches to be meant.
  const { worktrees } = await call('worktree/list', { repoPath: pathOn(host, '.') }).catch(outside);
  return worktrees.find(({ branch }) => branch === given)?.path ?? path;
}

function outside(error: unknown): Result<'worktree/list'> {
  if (error instanceof RpcError && error.data.code === 'NOT_GIT_REPO') return { worktrees: [] };
  throw error;
}

export async function showWorktrees(output: Output, { worktrees }: Result<'worktree/list'>): Promise<void> {
  const { columns, colors } = output;
  const rows = worktrees.map((worktree) => [
    clean(columns === undefined ? worktree.path : homely(worktree.path)),
    clean(branchOf(worktree)),
    worktree.commit?.slice(0, columns === undefined ? 40 : 8) ?? '-',
    stateOf(worktree),
  ]);
  const paint = (text: string, column: number) =>
    column === 1 ? colors.cyan(text) : column === 3 && /missing/.test(text) ? colors.red(text) : text;
  const view = { paint, ...(columns !== undefined && { columns }) };
  output.data(await formatTable(['PATH', 'BRANCH', 'COMMIT', 'STATE'], rows, [0, 1], view));
}

/** The path for programs; what else there is to say for people. */
export function showMade(output: Output, made: Result<'worktree/create'>): void {
  const { path, branch, createdBranch, reused, base, copied, warnings } = made;
  output.data(`${clean(path)}\n`);
  const of = branch === null ? 'without a branch' : `on the ${createdBranch ? 'new ' : ''}branch ${branch}`;
  output.note(clean(reused ? `It was there already, ${of}.` : `Made ${of}${base ? `, from ${base}` : ''}.`));
  if (copied.length > 0) output.note(`Copied, as git does not: ${clean(copied.join(', '))}.`);
  for (const warning of warnings) output.note(clean(warning));
}

export function showState(output: Output, state: WorktreeState): void {
  output.data(
    `${clean(output.columns === undefined ? state.path : homely(state.path))}  ${clean(state.branch ?? '(detached)')}\n`,
  );
  const lines = stakeLines(state);
  output.data(lines.length > 0 ? lines.map((line) => `${line}\n`).join('') : 'nothing is at stake\n');
  if (state.ignored > 0) output.note(`Ignored by git, and going along to the trash: ${state.ignored}.`);
}

function branchOf({ branch, isBare }: Worktree): string {
  return branch ?? (isBare ? '(bare)' : '(detached)');
}

function stateOf({ isMain, locked, lockReason, missing }: Worktree): string {
  const words = [
    isMain ? 'main' : '',
    missing ? 'missing' : '',
    locked ? `locked${lockReason ? ` (${clean(lockReason)})` : ''}` : '',
  ].filter(Boolean);
  return words.join(', ') || '-';
}

export async function showBranches(output: Output, result: Result<'worktree/branches'>, now: number): Promise<void> {
  for (const warning of result.warnings) output.note(`rdv: ${clean(warning)}`);
  const { columns, colors } = output;
  const rows = result.branches.map((branch) => [
    clean(branch.name),
    whereOf(branch),
    aheadOf(branch),
    columns === undefined ? String(branch.committedAt) : ago(branch.committedAt, now),
    branch.worktreePath === null
      ? '-'
      : clean(columns === undefined ? branch.worktreePath : homely(branch.worktreePath)),
    clean(branch.subject),
  ]);
  const paint = (text: string, column: number) =>
    column === 0 && text.trim() === result.defaultBranch ? colors.bold(text) : text;
  const view = { paint, ...(columns !== undefined && { columns }) };
  output.data(
    await formatTable(['BRANCH', 'WHERE', 'AHEAD', 'COMMITTED', 'WORKTREE', 'SUBJECT'], rows, [5, 4, 0], view),
  );
}

function whereOf({ local, remote }: Branch): string {
  return [local ? 'local' : '', clean(remote ?? '')].filter(Boolean).join(', ');
}

function aheadOf({ ahead, behind }: Branch): string {
  if (ahead === null || behind === null) return '-';
  return [ahead > 0 ? `+${ahead}` : '', behind > 0 ? `-${behind}` : ''].filter(Boolean).join(' ') || '=';
}

/** What is at stake in a worktree, a line each; empty when nothing is. */
export function stakeLines(state: WorktreeState): string[] {
  const count = (n: number, what: string) => (n > 0 ? [`${n} ${what}${n === 1 ? '' : 's'}`] : []);
  const changes = [
    ...count(state.staged, 'staged file'),
    ...count(state.modified, 'changed file'),
    ...count(state.conflicted, 'conflicted file'),
    ...count(state.untracked, 'untracked file'),
  ];
  const commits = state.unpushedCommits.map(({ commit, subject }) => `  ${commit.slice(0, 8)} ${clean(subject)}`);
  const running = state.processes?.map(({ pid, command }) => `${pid} ${clean(command)}`) ?? [];
  return [
    ...(changes.length > 0 ? [`not committed: ${changes.join(', ')}`] : []),
    ...count(state.unpushed, 'commit').map((text) => `not pushed: ${text}`),
    ...commits,
    ...(state.operation ? [`in the middle of a ${state.operation}`] : []),
    ...(state.locked ? [`locked${state.lockReason ? `: ${clean(state.lockReason)}` : ''}`] : []),
    ...(running.length > 0 ? [`in use by ${running.join(', ')}`] : []),
    ...count(state.sessionIds.length, 'open session').map((text) => `in use by ${text}`),
    ...(state.stakes.includes('UNKNOWN') ? ['something that could not be looked at'] : []),
  ];
}

interface RemoveFlags {
  readonly force?: boolean;
  readonly yes?: boolean;
}

/** `rdv worktree remove`: what would be disturbed is shown first, and exactly that is confirmed. */
export function addWorktreeRemoval(program: Command, withContext: WithContext): void {
  answering(groupOf(program, 'worktree').command('remove <worktree>'), 'worktree/remove')
    .description('Moves a worktree, by path or branch, to the trash; its branch stays.')
    .option('--force', 'although something is at stake in it; it is shown and asked for')
    .option('--yes', 'do it without asking')
    .addHelpText(
      'after',
      '\nExamples:\n  rdv worktree remove feature/login\n  rdv worktree remove ~/src/app-login --force',
    )
    .action((given: string, flags: RemoveFlags, command: Command) =>
      withContext(command, (context) => remove(context, given, flags)),
    );
}

async function remove(context: Context, given: string, { force = false, yes = false }: RemoveFlags): Promise<void> {
  const worktreePath = await findWorktree(context, given);
  const { call, output } = context;
  const state = await call('worktree/inspect', { worktreePath }).catch(missing);
  if (!state) return showRemoved(context, await call('worktree/remove', { worktreePath }));
  const lines = stakeLines(state);
  if (lines.length > 0 && !force)
    throw failure(
      'Conflict',
      `${worktreePath} is not removed: ${lines.filter((line) => !line.startsWith(' ')).join('; ')}.`,
      'Commit and push, or add --force: it goes to the trash whole, and `rdv trash restore` brings it back.',
    );
  for (const line of lines) output.note(line);
  await confirm(context, yes, `move ${homely(worktreePath)} to the trash`);
  const { confirmation } = state;
  const params = lines.length > 0 ? { worktreePath, force: true, confirmation } : { worktreePath };
  showRemoved(context, await call('worktree/remove', params));
}

/** One that is gone has nothing at stake. */
function missing(error: unknown): undefined {
  if (!(error instanceof RpcError) || error.kind !== 'NotFound') throw error;
}

function showRemoved({ output }: Context, result: Result<'worktree/remove'>) {
  if (output.json) return output.object(result);
  output.note(clean(result.message));
  if (result.trashItemId) output.data(`${result.trashItemId}\n`);
}
