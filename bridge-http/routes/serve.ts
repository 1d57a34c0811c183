/** Routes of the method table as one endpoint: found, read, called, answered. */
import { RpcError } from '#protocol/errors';
import { readJson } from '../http/body.js';
import type { Endpoint } from '../http/exchange.js';
import type { Reply } from '../http/reply.js';
import { type Callers, namesNobody } from '../identity/headers.js';
import type { Pool } from '../identity/pool.js';
import { type Ask, confirmed } from './confirm.js';
import { createFinder, type Fixed } from './find.js';
import { createKept } from './kept.js';
import { paramsOf } from './params.js';
import { createRouteTable, type RouteMethod } from './table.js';

export interface RouteDeps {
  readonly pool: Pool;
  readonly callers: Callers;
  readonly fixed: Fixed;
}

export function createRoutes({ pool, callers, fixed }: RouteDeps): Endpoint {
  const find = createFinder(fixed, createRouteTable());
  const kept = createKept();
  return async (exchange) => {
    const { request, path, query, gone } = exchange;
    const found = find(request.method ?? '', path);
    if (typeof found === 'function') return found(exchange);
    if ('body' in found) return found;
    const { route } = found;
    const caller = route.method.nobody && namesNobody(request) ? callers.ofService(request) : await callers.of(request);
    const body = ['GET', 'HEAD'].includes(request.method ?? '') ? undefined : await readJson(request);
    const params = paramsOf(found, { query, body, headers: request.headers });
    // Whoever went away may still want what he asked to be done.
    const signal = route.method.effect === 'read' ? gone : undefined;
    const ask: Ask = async (method, given) => ({ ...(await pool.call(caller, method, given as never, signal)) });
    const call = (given: Record<string, unknown>) =>
      confirmed(route.http, given, ask)
        .then((all) => ask(route.name, all))
        .catch((error) => Promise.reject(inWordsOf(route, error)));
    // What a token reaches may change though the list has not, and only a user's own may reach less than everything.
    if (!route.keeps || caller.kind === 'bearer' || params.revision !== undefined) {
      return answer(route, await call(params));
    }
    const question = JSON.stringify([route.name, caller.key, params]);
    const known = kept.find(question);
    const result = await call(known ? { ...params, revision: known.revision } : params);
    if (known && result.unchanged) return { status: 200, body: known.body };
    const fresh = answer(route, result);
    return { ...fresh, body: kept.keep(question, String(result.revision), fresh.body) };
  };
}

function answer({ http, toAnswer }: RouteMethod, result: Record<string, unknown>): Reply {
  const status = statusFor(http, result);
  const changed = toAnswer(result) as Record<string, unknown>;
  if (http.answer === undefined) return { status, body: changed };
  const { [http.answer]: body, ...others } = changed;
  return { status, body: body === null ? null : { ...(body as object), ...others } };
}

function statusFor({ status }: RouteMethod['http'], result: Record<string, unknown>): number {
  return typeof status === 'object' ? status.of(result) : (status ?? 200);
}

/** A route may have a code of its own for a parameter that is missing or wrong. */
function inWordsOf({ http: { codes } }: RouteMethod, error: unknown): unknown {
  if (!codes || !(error instanceof RpcError) || error.kind !== 'InvalidParams') return error;
  const problems = error.data.details;
  const path = Array.isArray(problems) ? (problems[0] as { path?: string } | undefined)?.path : undefined;
  const code = codes[path?.split(/[.[]/)[0] ?? ''];
  return code === undefined ? error : new RpcError('InvalidParams', error.message, { ...error.data, code });
}
