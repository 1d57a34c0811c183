/** Which session a person means by a shortened id or a name. */
import type { Params, Result, Session } from '#protocol';
import { FULL_ID, find, type Listing } from '../pick.js';
import type { Caller } from './hot.js';

type ListSessions = (method: 'session/list', params: Params<'session/list'>) => Promise<Result<'session/list'>>;

/** Closed ones included; open sessions come first: a closed one is meant only when no open one fits. */
export const sessions: Listing<Session> = {
  noun: 'session',
  list: 'rdv ls --all',
  preferred: ({ status }) => status !== 'closed',
  describe: ({ name, status }) => `${name}, ${status}`,
  rows: async (call) => (await wholeList(call, { status: ['active', 'suspended', 'closed'] })).sessions,
};

/** The id; a complete one is taken as it is, without a look at the list. Throws as `pick`. */
export async function resolveId(call: Caller['call'], given: string): Promise<string> {
  return FULL_ID.test(given) ? given : (await findSession(call, given)).id;
}

/** The session, closed ones included. Throws as `pick`. */
export const findSession = (call: Caller['call'], given: string): Promise<Session> => find(call, given, sessions);

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
