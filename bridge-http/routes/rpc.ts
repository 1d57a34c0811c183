/** `POST /api/rpc`: any method as JSON-RPC 2.0, for the caller, with parameters and results as the daemon has them. */
import { eventMethods, lifecycleMethods, type MethodName, methods, terminalMethods } from '#protocol';
import { type ErrorData, type ErrorKind, errors, RpcError } from '#protocol/errors';
import { codeOf } from '#protocol/http';
import { readJson } from '../http/body.js';
import type { Endpoint } from '../http/exchange.js';
import { Refusal } from '../http/refusal.js';
import type { Reply } from '../http/reply.js';
import type { RouteDeps } from './serve.js';

type Id = string | number;

interface Call {
  readonly id: Id;
  readonly method: MethodName;
  readonly params: object;
}

/** What is no call at all is answered with 400, a call that fails with 200; who is not let in is told as everywhere. */
export function createRpc({ pool, callers }: Pick<RouteDeps, 'pool' | 'callers'>): Endpoint {
  return async ({ request, gone }) => {
    const caller = await callers.of(request);
    let body: unknown;
    try {
      body = await readJson(request);
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'INVALID_JSON')) throw error;
      return refusal(null, new RpcError('ParseError', error.message, { code: error.code }), 400);
    }
    const id = idOf(body);
    try {
      const { method, params } = parseCall(body);
      // Whoever went away may still want what he asked to be done.
      const signal = methods[method].effect === 'read' ? gone : undefined;
      return {
        status: 200,
        body: { jsonrpc: '2.0', id, result: await pool.call(caller, method, params as never, signal) },
      };
    } catch (error) {
      if (!(error instanceof RpcError) || isOfTheBridge(error)) throw error;
      return refusal(id, error, error.kind === 'InvalidRequest' ? 400 : 200);
    }
  };
}

function refusal(id: Id | null, { kind, message, data }: RpcError, status: number): Reply {
  const error: { code: number; message: string; data: ErrorData } = { code: errors[kind].code, message, data };
  return { status, body: { jsonrpc: '2.0', id, error } };
}

/** Not let in, or nobody there: no answer of the method. */
function isOfTheBridge({ kind, data }: RpcError): boolean {
  return kind === 'Unauthorized' || (kind === 'Unavailable' && codeOf(kind, data.code) === codeOf('Unavailable'));
}

function idOf(body: unknown): Id | null {
  const id = (body as { id?: unknown } | null | undefined)?.id;
  return typeof id === 'string' || Number.isSafeInteger(id) ? (id as Id) : null;
}

/** Throws InvalidRequest for what is no call, MethodNotFound for one that cannot be made here. */
function parseCall(body: unknown): Omit<Call, 'id'> {
  if (Array.isArray(body)) throw invalid('A batch is not taken. Send one call in each request.');
  if (typeof body !== 'object' || body === null) throw invalid('Expected a JSON-RPC 2.0 call as the body.');
  const { jsonrpc, method, params = {} } = body as Record<string, unknown>;
  if (jsonrpc !== '2.0') throw invalid('Expected `jsonrpc` to be "2.0".');
  if (typeof method !== 'string') throw invalid('Expected `method` to be the name of a method.');
  if (!('id' in body))
    throw invalid('A notification is not taken, for nobody would hear whether it failed. Send an `id`.');
  if (idOf(body) === null) throw invalid('Expected `id` to be a text or a whole number.');
  checkMethod(method);
  if (typeof params === 'object' && params !== null && !Array.isArray(params)) return { method, params };
  throw failure('InvalidParams', 'Expected `params` to be an object: parameters have names.');
}

/** These mean something to the connection they come by, and a caller over HTTP has none. */
const ofConnections: Readonly<Record<string, string>> = {
  ...insteadOf(lifecycleMethods, 'Each request logs in by its headers.'),
  ...insteadOf(terminalMethods, 'Open a WebSocket for a terminal.'),
  ...insteadOf(eventMethods, 'Read `GET /api/events`.'),
};
const ofAnybody: readonly string[] = ['rpc.discover', 'event/list'] satisfies MethodName[];

function insteadOf(table: object, instead: string): Record<string, string> {
  return Object.fromEntries(Object.keys(table).map((name) => [name, instead]));
}

function checkMethod(name: string): asserts name is MethodName {
  const instead = Object.hasOwn(ofConnections, name) && !ofAnybody.includes(name) ? ofConnections[name] : undefined;
  const shown = name.slice(0, 100);
  if (instead)
    throw failure('MethodNotFound', `${shown} belongs to a connection and cannot be called here. ${instead}`);
  if (Object.hasOwn(methods, name)) return;
  if (name === 'exit' || name.startsWith('$/')) {
    throw failure('MethodNotFound', `${shown} belongs to a connection and cannot be called here. End the request.`);
  }
  throw failure('MethodNotFound', `No method "${shown}"; rpc.discover lists them.`);
}

const invalid = (message: string) => failure('InvalidRequest', message);

function failure(kind: ErrorKind, message: string): RpcError {
  return new RpcError(kind, message);
}
