/** One request and its response, as endpoints see it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reply } from './reply.js';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** As it was sent: percent signs and all. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Aborted when the caller has gone before the answer was complete. */
  readonly gone: AbortSignal;
}

/** Answers a request; undefined when it has written the response itself. Throws RpcError and Refusal. */
export type Endpoint = (exchange: Exchange) => Promise<Reply | undefined>;

/** One caller sends a query twice, `?a=b?a=b`: what follows the second question mark is the first again. */
export function splitUrl(url: string): { path: string; query: URLSearchParams } {
  const [path = '', query = ''] = url.split('?', 2);
  return { path, query: new URLSearchParams(query) };
}
