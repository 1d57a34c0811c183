/** What answers a verb at a path: an endpoint of its own or a method of the table; and what the path is good for otherwise. */
import type { Endpoint } from '../http/exchange.js';
import { Refusal } from '../http/refusal.js';
import type { Reply } from '../http/reply.js';
import type { Found, RouteTable } from './table.js';

/** Endpoints by `GET /health`: verb and path, without parameters. They win over the table. */
export type Fixed = ReadonlyMap<string, Endpoint>;

export type Answering = Endpoint | Found | Reply;

/** HEAD is a GET whose body nobody gets; OPTIONS tells the verbs. Throws Refusal with 404, or 405 and the verbs there are. */
export function createFinder(fixed: Fixed, table: RouteTable): (verb: string, path: string) => Answering {
  return (verb, path) => {
    const asked = verb === 'HEAD' ? 'GET' : verb;
    const found = fixed.get(`${asked} ${path}`) ?? table.find(asked, path);
    if (typeof found === 'function' || (found && 'route' in found)) return found;
    const verbs = [...verbsAt(fixed, path), ...(found?.allow ?? [])];
    if (verbs.length === 0) throw new Refusal(404, 'NOT_FOUND', `There is nothing at ${path.slice(0, 200)}.`);
    const methods = [...new Set([...verbs, ...(verbs.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])].sort();
    const allow = methods.join(', ');
    if (verb === 'OPTIONS') return { status: 200, body: { methods }, headers: { allow } };
    throw new Refusal(405, 'METHOD_NOT_ALLOWED', `${verb} is not possible here, only ${allow}.`, { allow });
  };
}

function verbsAt(fixed: Fixed, path: string): string[] {
  return [...fixed.keys()].filter((key) => key.endsWith(` ${path}`)).map((key) => key.slice(0, key.indexOf(' ')));
}
