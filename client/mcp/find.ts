/** Which session, folder or orchestrator is meant by an id, the beginning of one, or a name. */
import type { Folder, Session } from '#protocol';
import { failure } from '../failure.js';
import type { Client } from '../index.js';
import { folders, namesFromRoot, orchestrators, sessions } from '../meant.js';
import { FULL_ID, find } from '../pick.js';
import type { Calling } from './tool.js';

type Asking = Pick<Calling, 'link' | 'signal'>;

/** Calls that end with the tool's. */
const asks =
  ({ link, signal }: Asking): Client['call'] =>
  (method, params) =>
    link.call(method, params, { signal });

/** Open ones come first: a closed one is meant only when no open one fits. Throws NotFound or InvalidParams. */
export async function findSession(asking: Asking, given: string): Promise<Session> {
  const call = asks(asking);
  if (FULL_ID.test(given)) return call('session/get', { id: given });
  return find(call, given, { ...sessions, list: 'session_list' });
}

export async function sessionIdOf(asking: Asking, given: string): Promise<string> {
  return FULL_ID.test(given) ? given : (await findSession(asking, given)).id;
}

/** By its name, by the names from the root (`work/api`), or by the beginning of its id. */
export async function folderIdOf(asking: Asking, given: string): Promise<string> {
  return FULL_ID.test(given) ? given : (await find(asks(asking), given, { ...folders, list: 'folder_list' })).id;
}

/** Where a session's own token starts others: in the folder of its session. Undefined for one that reaches everything. */
export async function ownFolder({ link, signal }: Asking): Promise<string | undefined> {
  const { sessionId } = await link.client();
  if (sessionId === null) return undefined;
  const { folderId } = await link.call('session/get', { id: sessionId }, { signal });
  if (folderId !== null) return folderId;
  throw failure(
    'Forbidden',
    'The token of your session starts others only in its folder, and it is in none.',
    'Ask the person to move it into one.',
  );
}

export async function orchestratorIdOf(asking: Asking, given: string): Promise<string> {
  if (FULL_ID.test(given)) return given;
  return (await find(asks(asking), given, { ...orchestrators, list: 'orchestrator_list' })).id;
}

/** `work/api`: the names from the root down to a folder; the id of one that is not listed. */
export function pathsOf(folders: readonly Folder[]): (id: string) => string {
  const names = namesFromRoot(folders);
  return (id) => names(id) || short(id);
}

/** Ids cost a model dear; the beginning of one is as good. */
export const short = (id: string): string => id.slice(0, 8);
