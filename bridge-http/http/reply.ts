/** What is answered: a status and JSON, always. */
import type { ServerResponse } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Pages of other origins get nothing of it, caches neither. */
const always = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const;

export function send(response: ServerResponse, { status, body, headers }: Reply): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { ...always, 'content-length': Buffer.byteLength(text), ...headers });
  response.end(text);
}
