/** What is not done just like that: nobody ends the session he works in, and what destroys is asked first. */
import type { Method, MethodName } from '#protocol';
import type { RpcError } from '#protocol/errors';
import { tame } from '../clean.js';
import { failure } from '../failure.js';
import { cut } from './fitting.js';
import type { Calling } from './tool.js';

type Params = Readonly<Record<string, unknown>>;

/** Throws Conflict for a call that would end the session in which the client itself works. */
export async function spareOwn(name: MethodName, method: Method, params: Params, calling: Calling): Promise<void> {
  const { ownSession, link, signal } = calling;
  if (ownSession === undefined) return;
  const named = (method.concerns?.session ?? []).flatMap((field) => params[field]);
  if (ends(name, method, params) && named.includes(ownSession)) throw own();
  if (name !== 'worktree/remove') return;
  const { projectPath } = await link.call('session/get', { id: ownSession }, { signal });
  if (isWithin(projectPath, String(params.worktreePath))) throw own();
}

/** Whether a call ends or deletes something; a change of a session's state does as closing does. */
export function ends(name: MethodName, { effect }: Method, { status }: Params): boolean {
  return effect === 'destroy' || (name === 'session/update' && (status === 'closed' || status === 'trashed'));
}

function isWithin(path: string, folder: string): boolean {
  const parent = folder.replace(/\/+$/, '');
  return path === parent || path.startsWith(`${parent}/`);
}

function own(): RpcError {
  return failure(
    'Conflict',
    'That is the session you work in: ending it would end you in the middle of this.',
    'Tell the person when you are done; they can close it.',
  );
}

/** Throws Cancelled when the person, asked where that is possible, says no. */
export async function agreed({ confirm }: Pick<Calling, 'confirm'>, question: string): Promise<void> {
  if ((await confirm(cut(tame(question), 500))) === false)
    throw failure('Cancelled', 'The person said no: nothing was done.', 'Ask them what to do instead.');
}
