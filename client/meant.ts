/** Sessions, folders and orchestrators as they are listed, for whoever means one of them by a name or a shortened id. */
import type { Folder, Orchestrator, Params, Result, Session } from '#protocol';
import type { Listing } from './pick.js';

/** Closed ones included; open sessions come first: a closed one is meant only when no open one fits. */
export const sessions: Listing<Session> = {
  noun: 'session',
  list: 'rdv ls --all',
  preferred: ({ status }) => status !== 'closed',
  describe: ({ name, status }) => `${name}, ${status}`,
  rows: async (call) => (await wholeList(call, { status: ['active', 'suspended', 'closed'] })).sessions,
};

/** With the names from the root. */
type Placed = Folder & { readonly whole: string };

export const folders: Listing<Placed> = {
  noun: 'folder',
  list: 'rdv folder list',
  also: ({ whole }) => [whole],
  describe: ({ whole }) => whole,
  async rows(call) {
    const list = await call('folder/list', {});
    const names = namesFromRoot(list.folders);
    return list.folders.map((folder) => ({ ...folder, whole: names(folder.id) }));
  },
};

/** `master` is one of them. */
export const orchestrators: Listing<Orchestrator> = {
  noun: 'orchestrator',
  list: 'rdv orchestrator list',
  also: ({ type }) => (type === 'master' ? ['master'] : []),
  describe: ({ name, status }) => `${name}, ${status}`,
  rows: async (call) => (await call('orchestrator/list', {})).orchestrators,
};

/** `work/api`: the names from the root down to a folder. */
export function namesFromRoot(folders: readonly Folder[]): (id: string) => string {
  const byId = new Map(folders.map((folder) => [folder.id, folder]));
  return (id) => {
    const names: string[] = [];
    for (let at = byId.get(id); at; at = at.parentId === null ? undefined : byId.get(at.parentId))
      names.unshift(at.name);
    return names.join('/');
  };
}

type ListSessions = (method: 'session/list', params: Params<'session/list'>) => Promise<Result<'session/list'>>;

/** An answer has room for so many of them, whatever is in them. */
const PAGE = 1000;

/** The whole list, however long; in parts, since one answer has a bound. */
export async function wholeList(call: ListSessions, params: Params<'session/list'>): Promise<Result<'session/list'>> {
  const list = await call('session/list', { ...params, limit: PAGE });
  while (list.more) {
    const next = await call('session/list', { ...params, limit: PAGE, after: list.sessions.at(-1)!.id });
    list.sessions.push(...next.sessions);
    list.more = next.more;
  }
  return list;
}
