/** The HTTP server: time limits, requests to an endpoint, and every failure as JSON. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Endpoint, splitUrl } from './exchange.js';
import { BUG, replyOf } from './refusal.js';
import { type Reply, send } from './reply.js';

export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly [fact: string]: unknown;
}
export type Log = (entry: LogEntry) => void;

export interface HttpOptions {
  readonly endpoint: Endpoint;
  /** Takes the socket over; throws what refuses it, which is then told and the socket ended. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>;
  readonly log: Log;
  readonly limits?: Partial<HttpLimits>;
}

export interface HttpLimits {
  /** For the headers of a request to come. */
  readonly headersMs: number;
  /** For a whole request to come. */
  readonly requestMs: number;
  /** For the next request on a connection. */
  readonly idleMs: number;
  readonly connections: number;
}

const usual: HttpLimits = { headersMs: 10_000, requestMs: 30_000, idleMs: 60_000, connections: 1000 };
const HEADER_BYTES = 16 * 1024;

/** Not yet listening. */
export function createHttpServer(options: HttpOptions): Server {
  const { headersMs, requestMs, idleMs, connections } = { ...usual, ...options.limits };
  const server = createServer({
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    connectionsCheckingInterval: Math.min(1000, headersMs / 2),
  });
  server.maxConnections = connections;
  server.on('request', (request, response) => void answer(options, request, response));
  server.on('upgrade', (request, socket, head) => {
    // Without a listener an error of a socket that nobody has taken over yet would end the process.
    socket.on('error', () => socket.destroy());
    options.upgrade(request, socket, head).catch((error) => refuse(options, socket, error));
  });
  server.on('clientError', (error, socket) => refuseGarbage(error, socket as Socket));
  return server;
}

async function answer({ endpoint, log }: HttpOptions, request: IncomingMessage, response: ServerResponse) {
  const leaving = new AbortController();
  response.once('close', () => leaving.abort());
  const { path, query } = splitUrl(request.url ?? '/');
  let reply: Reply | undefined;
  try {
    reply = await endpoint({ request, response, path, query, gone: leaving.signal });
  } catch (error) {
    reply = toReply(error, log);
  }
  if (!reply || response.headersSent || response.destroyed) return;
  send(response, reply);
}

function toReply(error: unknown, log: Log): Reply {
  const reply = replyOf(error);
  if (reply) return reply;
  log({ level: 'error', message: 'a request failed by a bug', reason: String(error), stack: (error as Error)?.stack });
  return BUG;
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  413: 'Content Too Large',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  503: 'Voucher Unavailable',
};

function refuse({ log }: HttpOptions, socket: Duplex, error: unknown): void {
  writeAndEnd(socket, toReply(error, log));
}

function refuseGarbage(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  const said = { 408: 'The request took too long to come.', 431: 'The headers are too large.' }[status as 408 | 431];
  const code = { 408: 'REQUEST_TIMEOUT', 431: 'HEADERS_TOO_LARGE' }[status as 408 | 431] ?? 'INVALID_HTTP';
  writeAndEnd(socket, { status, body: { error: said ?? 'This is not HTTP.', code } });
}

/** A response on a bare socket. */
function writeAndEnd(socket: Duplex, { status, body, headers }: Reply): void {
  const text = JSON.stringify(body);
  const fields = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
    connection: 'close',
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${reasons[status] ?? 'Error'}\r\n${lines.join('')}\r\n${text}`);
}
