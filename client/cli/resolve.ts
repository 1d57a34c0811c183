/** Which session a person means by a shortened id or a name. */
import type { Params, Result, Session } from '#protocol';
import type { RpcError } from '#protocol/errors';
import { failure } from './fail.js';
import { clean } from './text.js';

type Row = Pick<Session, 'id' | 'name' | 'status'>;
type ListSessions = (method: 'session/list', params: Params<'session/list'>) => Promise<Result<'session/list'>>;

const FULL_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The id; a complete one is taken as it is, without a look at the list. Throws as `pickSession`. */
export async function resolveId(call: ListSessions, given: string): Promise<string> {
  return FULL_ID.test(given) ? given : (await findSession(call, given)).id;
}

/** The session, closed ones included. Throws as `pickSession`. */
export async function findSession(call: ListSessions, given: string): Promise<Session> {
  const { sessions } = await call('session/list', { status: ['active', 'suspended', 'closed'] });
  return pickSession(sessions, given);
}

/**
 * A name, or the beginning of an id. Open sessions come first: a closed one is meant only when no open one fits.
 * Throws NotFound with the nearest name, or InvalidParams listing the candidates.
 */
export function pickSession<S extends Row>(sessions: readonly S[], given: string): S {
  const fits = sessions.filter(
    ({ id, name }) => name === given || (given !== '' && id.startsWith(given.toLowerCase())),
  );
  const open = fits.filter(({ status }) => status !== 'closed');
  const [found, ...others] = open.length > 0 ? open : fits;
  if (!found) throw unknown(sessions, given);
  if (others.length > 0) throw ambiguous([found, ...others], given);
  return found;
}

/** The shortest beginning of an id, eight characters at least, that no other listed id shares. */
export function shortIds(sessions: readonly Pick<Session, 'id'>[]): (id: string) => string {
  let length = 8;
  const distinct = () => new Set(sessions.map(({ id }) => id.slice(0, length))).size === sessions.length;
  while (length < 36 && !distinct()) length++;
  return (id) => id.slice(0, length);
}

function ambiguous(candidates: readonly Row[], given: string): RpcError {
  const short = shortIds(candidates);
  const list = candidates.map(({ id, name, status }) => `${short(id)} (${clean(name)}, ${status})`);
  const shown = list.length > 10 ? [...list.slice(0, 10), `${list.length - 10} more`] : list;
  return failure(
    'InvalidParams',
    `"${given}" fits ${candidates.length} sessions: ${shown.join(', ')}.`,
    'Name one of them by its id.',
  );
}

function unknown(sessions: readonly Row[], given: string): RpcError {
  const names = [...new Set(sessions.map(({ name }) => name))];
  const near = names
    .map((name) => ({ name, far: distance(name.toLowerCase(), given.toLowerCase()) }))
    .filter(({ far }) => far <= Math.ceil(given.length / 3))
    .sort((a, b) => a.far - b.far)[0];
  const cure = near
    ? `Did you mean "${near.name}"? \`rdv ls --all\` lists every session.`
    : '`rdv ls --all` lists every session.';
  return failure('NotFound', `No session "${given}".`, cure);
}

/** Edits (insert, delete, replace) between two words; long words are cut, for this only serves a hint. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: Math.min(b.length, 100) + 1 }, (_, i) => i);
  for (const [i, x] of [...a.slice(0, 100)].entries()) {
    const next = [i + 1];
    for (let j = 1; j < row.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (x === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)!;
}
