/** The parameters of a call, from the path, the query, the body and the headers of a request, in either spelling. */
import type { IncomingHttpHeaders } from 'node:http';
import type * as z from 'zod';
import { type Field, fromText } from '#protocol/fields';
import { Refusal } from '../http/refusal.js';
import type { Found, RouteMethod } from './table.js';

export interface Given {
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly headers: IncomingHttpHeaders;
}

/** The path wins over the body, the body over the query. Unknown names are dropped. Throws Refusal and InvalidParams. */
export function paramsOf(
  { route, path }: Found,
  { query, body, headers }: Omit<Given, 'path'>,
): Record<string, unknown> {
  if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body))) {
    throw new Refusal(400, 'INVALID_PARAMS', 'Expected the body to be a JSON object.');
  }
  const params: Record<string, unknown> = {};
  for (const field of route.fields) {
    const value = givenAs(field, { path, query, body, headers }, route);
    if (value === undefined || isLeftOut(field, value)) continue;
    if (route.http.lenient?.includes(field.name) && !fits(route, field.name, value)) continue;
    params[field.name] = read(field, value, route);
  }
  checkPath(route, path);
  return params;
}

function givenAs(field: Field, { path, query, body, headers }: Given, { http, times }: RouteMethod): unknown {
  const names = [field.name, snake(field.name)];
  if (path[field.name] !== undefined) return path[field.name];
  for (const name of names) if (body && Object.hasOwn(body, name)) return (body as Record<string, unknown>)[name];
  for (const name of names) if (query.has(name)) return queried(field, query.getAll(name).join(','), times);
  const header = http.headers?.[field.name];
  return header === undefined ? undefined : headers[header.toLowerCase()];
}

/** What a page has nothing for it may send empty; a name alone is a switch that is on. */
function queried(field: Field, text: string, times: RouteMethod['times']): unknown {
  if (text === '' && !field.required && field.type !== 'boolean') return undefined;
  return times.has(field.name) && isIso(text) ? text : fromText(field, text);
}

/** What a page has no value for it sends as null. */
const isLeftOut = ({ required, nullable }: Field, value: unknown) => value === null && !required && !nullable;

function read({ name }: Field, value: unknown, { times, http }: RouteMethod): unknown {
  if (times.has(name)) return toTime(value);
  return http.spelled?.includes(name) ? camelNames(value) : value;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}

/** Of two spellings of one name ours wins. */
function camelNames(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const camel = (name: string) => name.replace(/(?<=[a-z0-9])_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const named = Object.entries(value).map(([name, each]) => [camel(name), each] as const);
  return { ...Object.fromEntries(named), ...value };
}

const isIso = (text: string) => /^\d{4}-\d\d-\d\d/.test(text);

/** An ISO-8601 text is a time; anything else is for the daemon to judge. */
function toTime(value: unknown): unknown {
  const at = typeof value === 'string' && isIso(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? value : at;
}

function fits({ method }: RouteMethod, name: string, value: unknown): boolean {
  return (method.params.shape[name] as z.ZodType).safeParse(value).success;
}

/** What cannot be an id is the id of nothing. */
function checkPath(route: RouteMethod, path: Readonly<Record<string, string>>): void {
  const wrong = Object.entries(path).find(([name, value]) => !fits(route, name, value));
  if (!wrong) return;
  const noun = wrong[0] === 'id' ? route.name.slice(0, route.name.indexOf('/')) : wrong[0].replace(/Id$/, '');
  throw new Refusal(404, `${snake(noun).toUpperCase()}_NOT_FOUND`, `There is no such ${noun}.`);
}
