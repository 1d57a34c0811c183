/** Which requests are let in at all: by their host, their origin and their URL. Pure. */
import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from './refusal.js';

export interface Allowed {
  /** Besides the names of this machine for itself; without a port. */
  readonly hosts: readonly string[];
  /** Besides pages of the host the request names. */
  readonly origins: readonly string[];
}

const ownNames = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The host must be one of ours: a page that has its own name resolved to this machine is let in nowhere. The origin, where
 * there is one, must be of that host, which a front end before us tells by `X-Forwarded-Host`, or be allowed by name.
 */
export function checkSource(headers: IncomingHttpHeaders, allowed: Allowed): void {
  const forwarded = headers['x-forwarded-host'];
  const host = (typeof forwarded === 'string' && forwarded) || headers.host || '';
  for (const name of new Set([headers.host ?? '', host])) {
    if (!isOurs(name, allowed)) {
      throw new Refusal(403, 'FORBIDDEN_HOST', 'This host name is not served. Add it to bridge.allowed_hosts.');
    }
  }
  const { origin } = headers;
  if (origin === undefined || allowed.origins.includes(origin.toLowerCase())) return;
  if (hostOf(origin) === host.toLowerCase()) return;
  throw new Refusal(403, 'FORBIDDEN_ORIGIN', 'Pages of this origin may not call. Add it to bridge.allowed_origins.');
}

function isOurs(host: string, { hosts }: Allowed): boolean {
  const name = host.toLowerCase().replace(/:\d+$/, '');
  return ownNames.includes(name) || hosts.includes(name);
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** A token in a URL ends up in logs and histories; only that of a WebSocket, good once, may stand there. */
export function checkUrl(query: URLSearchParams): void {
  const secret = ['token', 'access_token', 'api_key', 'apiKey', 'key'].find((name) => query.has(name));
  if (secret === undefined) return;
  throw new Refusal(400, 'TOKEN_IN_URL', `Send the token in a header, not as \`${secret}\` in the URL.`);
}
