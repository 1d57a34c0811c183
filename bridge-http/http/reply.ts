/** What is answered: a status and JSON, always. */
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A body that is JSON already, kept for the next time it is asked for. */
export class Rendered {
  readonly bytes: Buffer;

  constructor(body: unknown) {
    this.bytes = Buffer.from(JSON.stringify(body));
  }
}

/** Pages of other origins get nothing of it, caches neither. */
const always = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const;

export function send(response: ServerResponse, { status, body, headers }: Reply): void {
  const text = body instanceof Rendered ? body.bytes : JSON.stringify(body);
  response.writeHead(status, { ...always, 'content-length': Buffer.byteLength(text), ...headers });
  response.end(text);
}

/** On a socket without a request that HTTP could make out, or with one that wanted to be something else; ends it. */
export function sendBare(socket: Duplex, { status, body, headers }: Reply): void {
  const text = JSON.stringify(body);
  const fields = { ...always, 'content-length': Buffer.byteLength(text), ...headers, connection: 'close' };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\n${lines.join('')}\r\n${text}`);
  // Whoever sends on is not listened to, and not waited for.
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

const LINGER_MS = 1000;
