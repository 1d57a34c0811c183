/** `rdv new`: a session in this directory, attached at once when there is a terminal. */
import type { Params } from '#protocol';
import { attach, hasTerminal } from './attach.js';
import type { Context } from './context.js';
import { startDirectory } from './directory.js';
import { failure } from './fail.js';
import { terminalSize } from './size.js';

export interface NewFlags {
  readonly name?: string;
  readonly directory?: string;
  readonly environment?: Record<string, string>;
  readonly cols?: string;
  readonly rows?: string;
  readonly key?: string;
  readonly detach?: boolean;
}

export async function newSession(context: Context, command: readonly string[], flags: NewFlags): Promise<void> {
  const session = await context.call('session/create', paramsOf(command, flags));
  const { output } = context;
  if (output.json) return output.object(session);
  if (flags.detach || !hasTerminal()) return output.data(`${session.id}\n`);
  await attach(context, session, {});
}

function paramsOf(command: readonly string[], flags: NewFlags): Params<'session/create'> {
  const size = terminalSize();
  const cols = number('--cols', flags.cols) ?? size?.cols;
  const rows = number('--rows', flags.rows) ?? size?.rows;
  return {
    projectPath: startDirectory(flags.directory),
    ...(command.length > 0 && { command: [...command] }),
    ...(flags.name !== undefined && { name: flags.name }),
    ...(flags.environment && { environment: flags.environment }),
    ...(flags.key !== undefined && { idempotencyKey: flags.key }),
    ...(cols !== undefined && { cols }),
    ...(rows !== undefined && { rows }),
  };
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw failure('InvalidParams', `Expected ${name} to be a whole number, got "${text}".`, `Try \`${name} 100\`.`);
}
