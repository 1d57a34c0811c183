/** Which requests are let in at all: by their host, their origin and their URL. Pure. */
import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.js';

export interface Allowed {
  /** Besides the names of this machine for itself; without a port. */
  readonly hosts: readonly string[];
  /** Besides pages of the host the request names. */
  readonly origins: readonly string[];
}

export type Headers = Pick<IncomingMessage, 'headers' | 'headersDistinct'>;

const ownNames = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The host must be one of ours: a page that has its own name resolved to this machine is let in nowhere. The origin, where
 * there is one, must be of that host, which a front end before us tells by `X-Forwarded-Host`, or be allowed by name.
 */
export function checkSource({ headers, headersDistinct }: Headers, allowed: Allowed): void {
  const named = headersDistinct.host ?? [];
  if (named.length !== 1) {
    throw new Refusal(400, 'INVALID_HOST', `Expected the header Host once, got it ${named.length} times.`);
  }
  const forwarded = headers['x-forwarded-host'];
  const host = (typeof forwarded === 'string' && forwarded) || named[0]!;
  for (const name of new Set([named[0]!, host])) {
    if (!isOurs(name, allowed)) {
      throw new Refusal(403, 'FORBIDDEN_HOST', 'This host name is not served. Add it to bridge.allowed_hosts.');
    }
  }
  checkPage(headers, host, allowed);
}

/** Which page asks: of the same host, or allowed by name. A browser leaves the origin out of what only reads, but says where it came from. */
function checkPage({ origin, 'sec-fetch-site': site }: Headers['headers'], host: string, allowed: Allowed): void {
  if (origin === undefined) {
    if (site !== 'cross-site' && site !== 'same-site') return;
  } else if (allowed.origins.includes(origin.toLowerCase()) || hostOf(origin) === host.toLowerCase()) return;
  throw new Refusal(403, 'FORBIDDEN_ORIGIN', 'Pages of this origin may not call. Add it to bridge.allowed_origins.');
}

function isOurs(host: string, { hosts }: Allowed): boolean {
  const name = host.toLowerCase().replace(/:\d{1,5}$/, '');
  return ownNames.includes(name) || hosts.includes(name);
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

const secretNames = ['token', 'access_token', 'api_key', 'apiKey', 'key'];

/** A token in a URL ends up in logs and histories; only that of a WebSocket, good once, may stand there. */
export function checkUrl(query: URLSearchParams): void {
  const [secret] =
    [...query].find(([name, value]) => secretNames.includes(name) || /^rdv_[\w-]{20,}$/.test(value)) ?? [];
  if (secret === undefined) return;
  throw new Refusal(400, 'TOKEN_IN_URL', `Send the token in a header, not as \`${secret.slice(0, 60)}\` in the URL.`);
}
