/** What is not done just like that: nobody ends the session he works in, or types into it; what destroys is asked first. */
import type { Method, MethodName } from '#protocol';
import { RpcError } from '#protocol/errors';
import { tame } from '../clean.js';
import { failure } from '../failure.js';
import { cut } from './fitting.js';
import type { Calling } from './tool.js';

type Params = Readonly<Record<string, unknown>>;

/** Throws Conflict for a call that would end the session in which the client itself works, or type into it. */
export async function spareOwn(name: MethodName, method: Method, params: Params, calling: Calling): Promise<void> {
  const destroys = ends(name, method, params);
  if (!destroys && !types(method)) return;
  const own = await ownSessions(calling);
  if (own.length === 0) return;
  const touched = await touchedBy(name, method, params, calling, own);
  if (own.some((id) => touched.includes(id))) throw destroys ? ending() : typing();
}

/** That of the token too: a client that is told nothing of where it works has it all the same. */
async function ownSessions({ ownSession, link }: Calling): Promise<string[]> {
  const { sessionId } = await link.client();
  return [ownSession, sessionId ?? undefined].filter((id) => id !== undefined);
}

/** The sessions a call ends or types into, as far as they may be one's own. */
async function touchedBy(
  name: MethodName,
  { concerns }: Method,
  params: Params,
  calling: Calling,
  own: readonly string[],
): Promise<readonly unknown[]> {
  if (name === 'worktree/remove') return sessionsIn(String(params.worktreePath), calling);
  if (name === 'interaction/respond') return dialogsOf(own, params.interactionId, calling);
  return (concerns?.session ?? []).flatMap((field) => params[field]);
}

/** Asked of the daemon: one directory may have many paths. */
async function sessionsIn(worktreePath: string, { link, signal }: Calling): Promise<readonly string[]> {
  try {
    return (await link.call('worktree/inspect', { worktreePath }, { signal })).sessionIds;
  } catch (error) {
    // What is there no more is nobody's place.
    if (error instanceof RpcError && error.kind === 'NotFound') return [];
    throw error;
  }
}

/** Those of one's own sessions in which this dialog stands. */
async function dialogsOf(own: readonly string[], id: unknown, { link, signal }: Calling): Promise<readonly string[]> {
  const { interactions } = await link.call('interaction/list', {}, { signal });
  return interactions.filter((each) => each.id === id && own.includes(each.sessionId)).map((each) => each.sessionId);
}

/** Whether a call ends or deletes something; a change of a session's state does as closing does. */
export function ends(name: MethodName, { effect }: Method, { status }: Params): boolean {
  return effect === 'destroy' || (name === 'session/update' && (status === 'closed' || status === 'trashed'));
}

/** Also one line, also one key, may be what ends a program: `exit`, or C-d. */
const types = ({ scope }: Method): boolean => scope === 'terminal:write';

const ending = (): RpcError =>
  failure(
    'Conflict',
    'That is the session you work in: ending it would end you in the middle of this.',
    'Tell the person when you are done; they can close it.',
  );

const typing = (): RpcError =>
  failure(
    'Conflict',
    'That is the session you work in: what is typed there would interrupt or end you. Nothing was sent.',
    'terminal_run runs a command, session_create starts another session.',
  );

/** Throws Cancelled when the person, asked where that is possible, says no. */
export async function agreed({ confirm }: Pick<Calling, 'confirm'>, question: string): Promise<void> {
  if ((await confirm(cut(tame(question), 500))) === false)
    throw failure('Cancelled', 'The person said no: nothing was done.', 'Ask them what to do instead.');
}
