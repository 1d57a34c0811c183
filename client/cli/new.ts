/** `rdv new`: a session in this directory, attached at once when there is a terminal. */
import type { Params } from '#protocol';
import { attach, hasTerminal } from './attach.js';
import type { Context } from './context.js';
import { startDirectory } from './directory.js';
import { failure } from './fail.js';
import { folderIdOf } from './folders.js';
import { terminalSize } from './size.js';

export interface NewFlags {
  readonly name?: string;
  readonly directory?: string;
  readonly environment?: Record<string, string>;
  readonly cols?: string;
  readonly rows?: string;
  readonly key?: string;
  readonly detach?: boolean;
  readonly folder?: string;
  /** True without a branch. */
  readonly worktree?: string | true;
  readonly base?: string;
  readonly startup?: string;
}

export async function newSession(context: Context, command: readonly string[], flags: NewFlags): Promise<void> {
  const session = await context.call('session/create', await paramsOf(context, command, flags));
  const { output } = context;
  if (output.json) return output.object(session);
  if (flags.detach || !hasTerminal()) return output.data(`${session.id}\n`);
  await attach(context, session, {});
}

async function paramsOf(
  { call, host }: Context,
  command: readonly string[],
  flags: NewFlags,
): Promise<Params<'session/create'>> {
  const size = terminalSize();
  const cols = number('--cols', flags.cols) ?? size?.cols;
  const rows = number('--rows', flags.rows) ?? size?.rows;
  const folderId = flags.folder === undefined ? undefined : await folderIdOf(call, flags.folder);
  return {
    ...(folderId === undefined ? {} : { folderId }),
    // A folder knows where its sessions start.
    ...((folderId === undefined || flags.directory !== undefined) && startDirectory(host, flags.directory)),
    ...worktreeOf(flags),
    ...(flags.startup !== undefined && { startupCommand: flags.startup }),
    ...(command.length > 0 && { command: [...command] }),
    ...(flags.name !== undefined && { name: flags.name }),
    ...(flags.environment && { environment: flags.environment }),
    ...(flags.key !== undefined && { idempotencyKey: flags.key }),
    ...(cols !== undefined && { cols }),
    ...(rows !== undefined && { rows }),
  };
}

function worktreeOf({ worktree, base }: NewFlags): Partial<Params<'session/create'>> {
  if (worktree === undefined && base === undefined) return {};
  return {
    createWorktree: true,
    ...(typeof worktree === 'string' && { worktreeBranch: worktree }),
    ...(base !== undefined && { baseBranch: base }),
  };
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw failure('InvalidParams', `Expected ${name} to be a whole number, got "${text}".`, `Try \`${name} 100\`.`);
}
