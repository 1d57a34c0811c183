/** Failures of HTTP itself, and how every failure is told: status, message, code, details. */
import { RpcError } from '#protocol/errors';
import { codeOf, statusOf } from '#protocol/http';
import type { Reply } from './reply.js';

/** A request that is refused before anything is asked of the daemon. Its message is shown to the caller. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** After a bad body the rest of it is not read; nothing more can be told apart on that connection. */
export const CLOSE = { connection: 'close' } as const;

/** Undefined for what is no expected failure: a bug, and told without its words. */
export function replyOf(error: unknown): Reply | undefined {
  if (error instanceof Refusal) {
    return { status: error.status, body: { error: error.message, code: error.code }, headers: error.headers };
  }
  if (!(error instanceof RpcError)) return undefined;
  const { kind, message, data } = error;
  const details = data.details === undefined ? {} : { details: data.details };
  const body = { error: message, code: codeOf(kind, data.code), ...details };
  const status = statusOf(kind, data.code);
  return { status, body, headers: { ...rateHeaders(error), ...(status === 401 && { 'www-authenticate': 'Bearer' }) } };
}

export const BUG: Reply = {
  status: 500,
  body: { error: 'The bridge failed to answer. Its log tells why.', code: 'INTERNAL' },
};

function rateHeaders({ data: { retryAfterMs, details } }: RpcError): Record<string, string> {
  if (retryAfterMs === undefined) return {};
  const limit = (details as { limit?: unknown } | undefined)?.limit;
  const headers: Record<string, string> = {
    'retry-after': String(Math.ceil(retryAfterMs / 1000)),
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Date.now() + retryAfterMs),
  };
  return typeof limit === 'number' ? { ...headers, 'x-ratelimit-limit': String(limit) } : headers;
}
