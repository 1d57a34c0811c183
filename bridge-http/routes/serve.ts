/** Routes of the method table as one endpoint: found, read, called, answered. */
import { RpcError } from '#protocol/errors';
import { readJson } from '../http/body.js';
import type { Endpoint, Exchange } from '../http/exchange.js';
import { Refusal } from '../http/refusal.js';
import type { Reply } from '../http/reply.js';
import type { Callers } from '../identity/headers.js';
import type { Pool } from '../identity/pool.js';
import { paramsOf } from './params.js';
import { createRouteTable, type Found, type RouteMethod } from './table.js';

export interface RouteDeps {
  readonly pool: Pool;
  readonly callers: Callers;
}

export function createRoutes({ pool, callers }: RouteDeps): Endpoint {
  const table = createRouteTable();
  return async (exchange) => {
    const found = lookUp(table.find(exchange.request.method ?? '', exchange.path), exchange);
    const { request, query, gone } = exchange;
    const caller = await callers.of(request);
    const body = request.method === 'GET' ? undefined : await readJson(request);
    const { route } = found;
    const params = paramsOf(found, { query, body, headers: request.headers });
    // Whoever went away may still want what he asked to be done.
    const signal = route.method.effect === 'read' ? gone : undefined;
    const result = await pool.call(caller, route.name, params as never, signal).catch((error) => {
      throw inWordsOf(route, error);
    });
    return answer(route, result as Record<string, unknown>);
  };
}

function lookUp(found: ReturnType<ReturnType<typeof createRouteTable>['find']>, { request, path }: Exchange): Found {
  if (!found) throw new Refusal(404, 'NOT_FOUND', `There is nothing at ${path.slice(0, 200)}.`);
  if ('route' in found) return found;
  const allow = found.allow.join(', ');
  throw new Refusal(405, 'METHOD_NOT_ALLOWED', `${request.method} is not possible here, only ${allow}.`, { allow });
}

function answer({ http, toAnswer }: RouteMethod, result: Record<string, unknown>): Reply {
  const status = http.status ?? 200;
  const changed = toAnswer(result) as Record<string, unknown>;
  if (http.answer === undefined) return { status, body: changed };
  const { [http.answer]: body, ...others } = changed;
  return { status, body: body === null ? null : { ...(body as object), ...others } };
}

/** A route may have a code of its own for a parameter that is missing or wrong. */
function inWordsOf({ http: { codes } }: RouteMethod, error: unknown): unknown {
  if (!codes || !(error instanceof RpcError) || error.kind !== 'InvalidParams') return error;
  const problems = error.data.details;
  const path = Array.isArray(problems) ? (problems[0] as { path?: string } | undefined)?.path : undefined;
  const code = codes[path?.split(/[.[]/)[0] ?? ''];
  return code === undefined ? error : new RpcError('InvalidParams', error.message, { ...error.data, code });
}
