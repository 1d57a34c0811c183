/** The HTTP server: bounds on time and size, requests to an endpoint, and every failure as JSON. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { isTooLarge } from './body.js';
import { type Connections, createConnections } from './connections.js';
import { type Endpoint, splitUrl } from './exchange.js';
import { BUG, CLOSE, Refusal, replyOf } from './refusal.js';
import { createRefusedLog } from './refused.js';
import { type Reply, send, sendBare } from './reply.js';

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
  /** Without a byte that comes or is taken; no answer of the daemon's is waited for as long. */
  readonly stallMs: number;
  /** One more takes the place of the one that has waited longest without a request. */
  readonly connections: number;
}

const usual: HttpLimits = { headersMs: 10_000, requestMs: 30_000, idleMs: 60_000, stallMs: 60_000, connections: 1000 };
const HEADER_BYTES = 16 * 1024;
/** Of a body nobody wants, so much is thrown away, so that its sender comes to read the answer; then he is cut off. */
const UNWANTED_BYTES = 16 * 1024 * 1024;

interface Serving extends HttpOptions {
  readonly server: Server;
  readonly connections: Connections;
  readonly refused: ReturnType<typeof createRefusedLog>;
}

/** Not yet listening. Once it is closed, each connection ends with the answer it waits for. */
export function createHttpServer(options: HttpOptions): Server {
  const { headersMs, requestMs, idleMs, stallMs, connections: most } = { ...usual, ...options.limits };
  const server = createServer({
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    connectionsCheckingInterval: Math.min(1000, headersMs / 2),
    // What is missing is told in our words, by the gate.
    requireHostHeader: false,
  });
  server.timeout = stallMs;
  const connections = createConnections(most);
  const serving: Serving = { ...options, server, connections, refused: createRefusedLog(options.log) };
  server.on('connection', (socket) => {
    if (connections.opened(socket)) return;
    refuse(serving, socket, new Refusal(503, 'TOO_MANY_CONNECTIONS', 'Too many requests are under way.', RETRY));
  });
  server.on('request', (request, response) => void answer(serving, request, response));
  server.on('checkContinue', (request, response) => {
    if (!isTooLarge(request)) response.writeContinue();
    void answer(serving, request, response);
  });
  server.on('checkExpectation', (request, response) => {
    const failing = new Refusal(417, 'EXPECTATION_FAILED', 'Only `Expect: 100-continue` is understood.', CLOSE);
    void answer({ ...serving, endpoint: () => Promise.reject(failing) }, request, response);
  });
  // These two come without a listener of the server's, and an error of theirs would end the process.
  server.on('connect', (_request, socket) => {
    socket.on('error', () => socket.destroy());
    refuse(serving, socket, new Refusal(405, 'METHOD_NOT_ALLOWED', 'This is no proxy.'));
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    connections.handedOver(socket as Socket);
    options.upgrade(request, socket, head).catch((error) => refuse(serving, socket, error, request.method));
  });
  server.on('clientError', (error, socket) => refuseGarbage(serving, error, socket as Socket));
  return server;
}

const RETRY = { 'retry-after': '1' } as const;

async function answer(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { endpoint, server, connections } = serving;
  const { socket } = request;
  if (!connections.began(socket, request)) return void socket.destroy();
  const leaving = new AbortController();
  response.once('close', () => {
    connections.ended(socket, request);
    leaving.abort();
  });
  const { path, query } = splitUrl(request.url ?? '/');
  let reply: Reply | undefined;
  try {
    reply = await endpoint({ request, response, path, query, gone: leaving.signal });
  } catch (error) {
    reply = toReply(serving, error, { socket, verb: request.method });
  }
  if (!reply || response.headersSent || response.destroyed) return;
  send(response, server.listening ? reply : { ...reply, headers: { ...reply.headers, ...CLOSE } });
  if (request.complete) return;
  connections.answeredEarly(socket);
  throwAway(request);
}

function throwAway(request: IncomingMessage): void {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > UNWANTED_BYTES) request.socket.destroy();
  });
  // It may have been stopped where it became too much.
  request.resume();
}

function toReply(
  { log, refused }: Serving,
  error: unknown,
  from: { socket?: Socket; verb?: string | undefined },
): Reply {
  const reply = replyOf(error);
  if (reply) {
    const { code } = reply.body as { code: string };
    refused({ status: reply.status, code, verb: from.verb }, from.socket, error instanceof Refusal);
    return reply;
  }
  log({ level: 'error', message: 'a request failed by a bug', reason: String(error), stack: (error as Error)?.stack });
  return BUG;
}

function refuse(serving: Serving, socket: Duplex, error: unknown, verb?: string): void {
  sendBare(socket, toReply(serving, error, { socket: socket as Socket, verb }));
}

function refuseGarbage(serving: Serving, error: NodeJS.ErrnoException, socket: Socket): void {
  const listens = socket.writable && serving.connections.listens(socket);
  if (error.code === 'ECONNRESET' || !listens) return void socket.destroy();
  refuse(serving, socket, garbage(error.code));
}

function garbage(code: string | undefined): Refusal {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Refusal(408, 'REQUEST_TIMEOUT', 'The request took too long to come.');
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Refusal(431, 'HEADERS_TOO_LARGE', `Headers may have ${HEADER_BYTES} bytes together.`);
  return new Refusal(400, 'INVALID_HTTP', 'This is not HTTP.');
}
