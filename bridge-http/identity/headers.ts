/** What a request says of its caller. Told once and in one way, or it is refused. */
import type { IncomingMessage } from 'node:http';
import { Refusal } from '../http/refusal.js';
import { type Caller, callerWith } from './caller.js';
import type { Voucher } from './vouch.js';

/** A person whom somebody else has let in, until a time (Unix ms). */
export interface Person {
  readonly user: string;
  readonly until: number;
}

/** Undefined when the request brings nothing of the kind. */
export type FindPerson = (request: IncomingMessage) => Promise<Person | undefined>;

export interface Callers {
  /** Throws Refusal with 401, or 400 for headers that contradict each other. */
  of(request: IncomingMessage): Promise<Caller>;
  /** With the service token alone: what it is about tells for whom. */
  ofService(request: IncomingMessage): Caller;
}

const USER = 'x-rdv-user-id';
const TOKEN = 'x-rdv-service-token';

/** Service token and user, a bearer token, a person: the first that is there counts, and no header of another kind beside it. */
export function createCallers(voucher: Voucher, findPerson: FindPerson): Callers {
  return {
    async of(request) {
      checkOwn(request);
      if (request.headers[TOKEN] !== undefined) {
        const token = serviceTokenOf(request);
        return callerWith('service', token, userOf(request));
      }
      refuseUser(request);
      const bearer = bearerOf(request);
      if (bearer !== undefined) return callerWith('bearer', bearer);
      const person = await findPerson(request);
      if (person !== undefined) return { ...voucher.actFor(person.user, 'access'), until: person.until };
      throw unauthorized('MISSING_TOKEN', 'A token is needed: the header `Authorization: Bearer ...`.');
    },
    ofService(request) {
      checkOwn(request);
      return callerWith('service', serviceTokenOf(request), undefined);
    },
  };
}

/** Headers of ours that a request may bring. */
const known = new Set([USER, TOKEN]);

/** Whether it is the service that names no user, and brings no other token. */
export function namesNobody({ headers }: IncomingMessage): boolean {
  return headers[TOKEN] !== undefined && headers[USER] === undefined && headers.authorization === undefined;
}

/** A header of ours that we do not know was meant for somebody who knows it, and is smuggled. */
function checkOwn({ headers }: IncomingMessage): void {
  const strange = Object.keys(headers).find((name) => /^x[-_]rdv[-_]/.test(name) && !known.has(name));
  if (strange) throw new Refusal(400, 'UNKNOWN_HEADER', `The header ${strange.slice(0, 60)} is not known.`);
}

function serviceTokenOf(request: IncomingMessage): string {
  const token = only(request, TOKEN)?.trim();
  if (token === undefined || token === '') throw unauthorized('MISSING_TOKEN', `The header ${TOKEN} is needed.`);
  return bounded(token);
}

/** As long as the daemon takes them; a longer one is none. */
function bounded(token: string): string {
  if (token.length <= 4096) return token;
  throw unauthorized('INVALID_TOKEN', 'No token is as long as this.');
}

function userOf(request: IncomingMessage): string {
  if (request.headers.authorization !== undefined) throw twoKinds('Authorization');
  const user = only(request, USER)?.trim();
  if (user === undefined || user === '') throw unauthorized('MISSING_USER_ID', `The header ${USER} is needed.`);
  if (PLAIN.test(user)) return user;
  throw new Refusal(400, 'INVALID_USER_ID', `Expected ${USER} to be 1-200 printable ASCII characters.`);
}

/** Other characters mean what the encoding says, and a header has none: two users might become one. */
const PLAIN = /^[\x20-\x7e]{1,200}$/;

/** Only whoever has the service token says for whom he acts. */
function refuseUser(request: IncomingMessage): void {
  if (request.headers[USER] === undefined) return;
  throw unauthorized('MISSING_TOKEN', `The header ${USER} counts only beside ${TOKEN}.`);
}

function bearerOf(request: IncomingMessage): string | undefined {
  const given = only(request, 'authorization');
  if (given === undefined) return undefined;
  const token = /^Bearer +(\S+)$/i.exec(given.trim())?.[1];
  if (token !== undefined) return bounded(token);
  throw unauthorized('INVALID_TOKEN', 'Expected the header Authorization to be `Bearer` and a token.');
}

/** The one value of a header; of two, nobody knows which one was meant. */
function only({ headersDistinct }: IncomingMessage, name: string): string | undefined {
  const values = headersDistinct[name] ?? [];
  if (values.length > 1) throw new Refusal(400, 'REPEATED_HEADER', `The header ${name} came ${values.length} times.`);
  return values[0];
}

function twoKinds(name: string): Refusal {
  return new Refusal(400, 'TWO_IDENTITIES', `The header ${name} came beside ${TOKEN}. Send one of them.`);
}

export function unauthorized(code: string, message: string): Refusal {
  return new Refusal(401, code, message, { 'www-authenticate': 'Bearer' });
}
