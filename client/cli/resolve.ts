/** Which session a person means by a shortened id or a name. */
import type { Params, Result, Session } from '#protocol';
import { FULL_ID, type Kind, pick } from './pick.js';

type Row = Pick<Session, 'id' | 'name' | 'status'>;
type ListSessions = (method: 'session/list', params: Params<'session/list'>) => Promise<Result<'session/list'>>;

/** Open sessions come first: a closed one is meant only when no open one fits. */
const kind: Kind<Row> = {
  noun: 'session',
  list: 'rdv ls --all',
  preferred: ({ status }) => status !== 'closed',
  describe: ({ name, status }) => `${name}, ${status}`,
};

/** The id; a complete one is taken as it is, without a look at the list. Throws as `pick`. */
export async function resolveId(call: ListSessions, given: string): Promise<string> {
  return FULL_ID.test(given) ? given : (await findSession(call, given)).id;
}

/** The session, closed ones included. Throws as `pick`. */
export async function findSession(call: ListSessions, given: string): Promise<Session> {
  const { sessions } = await wholeList(call, { status: ['active', 'suspended', 'closed'] });
  return pickSession(sessions, given);
}

export const pickSession = <S extends Row>(rows: readonly S[], given: string): S => pick(rows, given, kind);

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
