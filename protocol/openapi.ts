/** The routes of the method table as an OpenAPI 3.1 document; the bridge serves it, `openapi.json` is the committed copy. */
import { answered, type Fields, type Schema, sent } from './answers.js';
import { type Http, httpOf, type Method, type Route } from './define.js';
import type { ErrorKind } from './errors.js';
import { statusOf } from './http.js';
import * as protocol from './index.js';
import { errorsOf, nounOf } from './openrpc.js';
import { failures, Health, places, schemes } from './places.js';

export type Operation = Readonly<Record<string, unknown>>;

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly [other: string]: unknown;
}

/** A new document, plain JSON throughout; the same on every call. Building it takes some milliseconds: keep it. */
export function openApi(): OpenApiDocument {
  const named: Record<string, Schema> = { Health };
  const paths: Record<string, Record<string, Operation>> = { ...places };
  const nouns = new Set<string>(['bridge']);
  for (const [name, method] of protocol.allMethods) {
    const http = httpOf(method);
    for (const route of http.routes) {
      const [verb = '', path = ''] = route.split(' ');
      const at = path.replace(/:(\w+)/g, '{$1}');
      paths[at] = { ...paths[at], [verb.toLowerCase()]: describe(name, method, http, route, named) };
      nouns.add(nounOf(name));
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'rdv',
      version: String(protocol.PROTOCOL_VERSION),
      description:
        'The HTTP side of rdv. Fields may be sent in camelCase or snake_case. Unknown fields of an answer are to be ' +
        'ignored: a newer bridge may send more. Times are ISO-8601 texts.',
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { serviceToken: [], user: [] }, { access: [] }],
    tags: [...nouns].map((name) => ({ name })),
    paths,
    components: { schemas: { ...named, ...failures.schemas }, responses: failures.responses, securitySchemes: schemes },
  };
}

function describe(
  name: string,
  method: Method,
  http: ReturnType<typeof httpOf>,
  route: Route,
  named: Record<string, Schema>,
): Operation {
  const [verb = '', path = ''] = route.split(' ');
  const given = sent(method.params);
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, field]) => field!);
  const others = Object.keys(given.properties).filter((field) => !inPath.includes(field));
  const asBody = verb !== 'GET' && verb !== 'DELETE';
  const parameters = [
    ...inPath.map((field) => parameter('path', field, given)),
    ...(asBody ? [] : others.map((field) => parameter('query', field, given))),
    ...headersOf(http, given),
  ];
  return {
    operationId: idOf(name, route, http.routes),
    summary: method.summary,
    tags: [nounOf(name)],
    ...(parameters.length > 0 && { parameters }),
    ...(asBody && others.length > 0 && { requestBody: bodyOf(given, others) }),
    responses: {
      ...Object.fromEntries(
        statusesOfSuccess(http).map((status) => [
          status,
          {
            description: 'Done.',
            content: { 'application/json': { schema: answered(method.result, http.answer, named) } },
          },
        ]),
      ),
      ...Object.fromEntries(statusesOf(method).map((status) => [status, failures.refer(status)])),
      default: failures.refer('other'),
    },
  };
}

function statusesOfSuccess({ status }: Http): readonly number[] {
  return typeof status === 'object' ? status.may : [status ?? 200];
}

/** `session/list` is `sessionList`; where a method has several routes, the others say their path too. */
function idOf(name: string, route: Route, routes: readonly Route[]): string {
  const id = joined(name.split('/'));
  return route === routes[0] ? id : `${id}At${joined(['', ...(route.match(/\w+/g) ?? []).slice(1)])}`;
}

function joined([first = '', ...others]: readonly string[]): string {
  return first + others.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function parameter(where: 'path' | 'query' | 'header', field: string, { properties, required }: Fields, as = field) {
  const { description, ...schema } = properties[field] ?? {};
  return {
    name: as,
    in: where,
    required: where === 'path' || (where === 'query' && required.includes(field)),
    ...(description !== undefined && { description }),
    ...shapeOf(schema),
  };
}

/** A list is said with commas; what has no text of its own is said as JSON. */
function shapeOf(schema: Schema): object {
  if (schema.type === 'array') return { schema, style: 'form', explode: false };
  return schema.type === 'object' ? { content: { 'application/json': { schema } } } : { schema };
}

function headersOf({ headers = {} }: Http, given: Fields) {
  return Object.entries(headers).map(([field, header]) => parameter('header', field, given, header));
}

function bodyOf({ properties, required }: Fields, names: readonly string[]) {
  const needed = required.filter((name) => names.includes(name));
  const schema = {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, properties[name]])),
    ...(needed.length > 0 && { required: needed }),
  };
  return { required: needed.length > 0, content: { 'application/json': { schema } } };
}

/** What the bridge or the daemon may answer to any request, besides what the method says. */
const always = ['Forbidden', 'RateLimited', 'Internal', 'Unavailable', 'Timeout'] as const satisfies ErrorKind[];

function statusesOf(method: Method): number[] {
  const statuses = [...errorsOf(method), ...always].map((kind) => statusOf(kind));
  return [...new Set(statuses)].sort((a, b) => a - b);
}
