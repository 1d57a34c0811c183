/** Which session a person means by a shortened id or a name. */
import type { Session } from '#protocol';
import { sessions } from '../meant.js';
import { FULL_ID, find } from '../pick.js';
import type { Caller } from './hot.js';

/** The id; a complete one is taken as it is, without a look at the list. Throws as `pick`. */
export async function resolveId(call: Caller['call'], given: string): Promise<string> {
  return FULL_ID.test(given) ? given : (await findSession(call, given)).id;
}

/** The session, closed ones included. Throws as `pick`. */
export const findSession = (call: Caller['call'], given: string): Promise<Session> => find(call, given, sessions);
