/** Which session, folder or orchestrator is meant by an id, the beginning of one, or a name. */
import type { Folder, Orchestrator, Session } from '#protocol';
import { FULL_ID, type Kind, pick } from '../pick.js';
import type { Calling } from './tool.js';

type Asking = Pick<Calling, 'link' | 'signal'>;

const sessions: Kind<Session> = {
  noun: 'session',
  list: 'session_list',
  preferred: ({ status }) => status !== 'closed',
  describe: ({ name, status }) => `${name}, ${status}`,
};

/** An answer has room for so many of them, whatever is in them. */
const PAGE = 1000;

/** Open ones come first: a closed one is meant only when no open one fits. Throws NotFound or InvalidParams. */
export async function findSession({ link, signal }: Asking, given: string): Promise<Session> {
  if (FULL_ID.test(given)) return link.call('session/get', { id: given }, { signal });
  const rows: Session[] = [];
  const status = ['active', 'suspended', 'closed'] as const;
  for (let more = true; more; ) {
    const after = rows.at(-1)?.id;
    const page = await link.call(
      'session/list',
      { status: [...status], limit: PAGE, ...(after !== undefined && { after }) },
      { signal },
    );
    rows.push(...page.sessions);
    more = page.more;
  }
  return pick(rows, given, sessions);
}

export async function sessionIdOf(asking: Asking, given: string): Promise<string> {
  return FULL_ID.test(given) ? given : (await findSession(asking, given)).id;
}

/** By its name, by the names from the root (`work/api`), or by the beginning of its id. */
export async function folderIdOf({ link, signal }: Asking, given: string): Promise<string> {
  if (FULL_ID.test(given)) return given;
  const { folders } = await link.call('folder/list', {}, { signal });
  const names = pathsOf(folders);
  const kind: Kind<Folder> = {
    noun: 'folder',
    list: 'folder_list',
    also: ({ id }) => [names(id)],
    describe: ({ id }) => names(id),
  };
  return pick(folders, given, kind).id;
}

const orchestrators: Kind<Orchestrator> = {
  noun: 'orchestrator',
  list: 'orchestrator_list',
  also: ({ type }) => (type === 'master' ? ['master'] : []),
};

export async function orchestratorIdOf({ link, signal }: Asking, given: string): Promise<string> {
  if (FULL_ID.test(given)) return given;
  return pick((await link.call('orchestrator/list', {}, { signal })).orchestrators, given, orchestrators).id;
}

/** `work/api`: the names from the root down to a folder; the id of one that is not listed. */
export function pathsOf(folders: readonly Folder[]): (id: string) => string {
  const byId = new Map(folders.map((folder) => [folder.id, folder]));
  return (id) => {
    const names: string[] = [];
    for (let at = byId.get(id); at; at = at.parentId === null ? undefined : byId.get(at.parentId))
      names.unshift(at.name);
    return names.join('/') || short(id);
  };
}

/** Ids cost a model dear; the beginning of one is as good. */
export const short = (id: string): string => id.slice(0, 8);
