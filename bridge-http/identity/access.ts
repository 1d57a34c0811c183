/** People whom Cloudflare Access let in: its signed word for who they are, checked here, never just read. */
import type { IncomingMessage } from 'node:http';
import { errors, jwtVerify } from 'jose';
import { Refusal } from '../http/refusal.js';
import { type FindPerson, unauthorized } from './headers.js';
import { createKeys, type KeysOptions } from './keys.js';

export interface AccessOptions extends KeysOptions {
  readonly issuer: string;
  /** Other applications of the same team have others: their people are not ours. */
  readonly audience: string;
}

const HEADER = 'cf-access-jwt-assertion';
const COOKIE = 'CF_Authorization';
/** Real ones have a quarter of it. */
const LONGEST = 8192;
const EMAIL = /^[^\s@]{1,100}@[^\s@]{1,99}$/;

/** A person is its e-mail address, in lower case. Whoever cannot be checked now, for want of keys, is told so with 503. */
export function createAccess(options: AccessOptions): FindPerson {
  const { issuer, audience } = options;
  const keyOf = createKeys(options);
  const currentDate = () => new Date((options.now ?? Date.now)());
  return async (request) => {
    const token = assertionOf(request);
    if (token === undefined) return undefined;
    if (token.length > LONGEST) throw refused();
    const wanted = {
      algorithms: ['RS256'],
      issuer,
      audience,
      requiredClaims: ['exp', 'email'],
      currentDate: currentDate(),
    };
    const { payload } = await jwtVerify(token, keyOf, wanted).catch((error) => {
      throw error instanceof errors.JOSEError ? refused(error) : error;
    });
    if (typeof payload.email !== 'string' || !EMAIL.test(payload.email)) throw refused();
    return { user: payload.email.toLowerCase(), until: payload.exp! * 1000 };
  };
}

/** The header is Cloudflare's own; the cookie counts where there is none. */
function assertionOf({ headers, headersDistinct }: IncomingMessage): string | undefined {
  const asserted = headersDistinct[HEADER] ?? [];
  if (asserted.length > 1) throw repeated(`The header ${HEADER}`);
  if (asserted.length === 1) return asserted[0];
  const cookies = (headers.cookie ?? '').split(';').map((each) => each.trim());
  const ours = cookies.filter((each) => each.startsWith(`${COOKIE}=`));
  // One of them may be a page's of a sister site.
  if (ours.length > 1) throw repeated(`The cookie ${COOKIE}`);
  return ours[0]?.slice(COOKIE.length + 1) || undefined;
}

function repeated(what: string): Refusal {
  return new Refusal(400, 'REPEATED_HEADER', `${what} came more than once.`);
}

/** Only that its time is over is told: the rest is nobody's business who forges one. */
function refused(error?: errors.JOSEError): Refusal {
  if (error instanceof errors.JWTExpired)
    return unauthorized('EXPIRED_TOKEN', 'The login with Cloudflare Access has expired. Load the page again.');
  return unauthorized('INVALID_TOKEN', 'This is no login with Cloudflare Access for this application.');
}
