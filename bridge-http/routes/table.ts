/** The routes of the method table, found by verb and path. */
import { allMethods, type Http, httpOf, type Method, type MethodName } from '#protocol';
import { type Field, fields } from '#protocol/fields';
import { tellsUnchanged } from './kept.js';
import { timesIn } from './times.js';

export interface RouteMethod {
  readonly name: MethodName;
  readonly method: Method;
  readonly http: Http;
  readonly fields: readonly Field[];
  /** The result with its times as text. */
  readonly toAnswer: (result: unknown) => unknown;
  /** Its answers are kept, and asked of the daemon whether they still hold. */
  readonly keeps: boolean;
  /** Parameters that may be times as text. */
  readonly times: ReadonlySet<string>;
}

export interface Found {
  readonly route: RouteMethod;
  /** From the path, decoded. */
  readonly path: Readonly<Record<string, string>>;
}

interface Node {
  readonly fixed: Map<string, Node>;
  param?: { readonly name: string; readonly node: Node };
  readonly verbs: Map<string, RouteMethod>;
}

const createNode = (): Node => ({ fixed: new Map(), verbs: new Map() });

export interface RouteTable {
  /** Of a path without a route for the verb, the verbs it has; undefined for a path nobody knows. */
  find(verb: string, path: string): Found | { readonly allow: readonly string[] } | undefined;
}

export function createRouteTable(methods: readonly (readonly [MethodName, Method])[] = allMethods): RouteTable {
  const root = createNode();
  for (const [name, method] of methods) {
    const http = httpOf(method);
    if (http.routes.length === 0) continue;
    const route = routeOf(name, method, http);
    for (const each of http.routes) insert(root, each, route);
  }
  return { find: (verb, path) => find(root, verb, path) };
}

function routeOf(name: MethodName, method: Method, http: Http): RouteMethod {
  const list = fields(method);
  const times = new Set(list.filter(({ name, type }) => /At$/.test(name) && type === 'number').map(({ name }) => name));
  return { name, method, http, fields: list, toAnswer: timesIn(method.result), keeps: tellsUnchanged(method), times };
}

function insert(root: Node, route: string, entry: RouteMethod): void {
  const [verb = '', path = ''] = route.split(' ');
  let node = root;
  for (const segment of path.split('/').slice(1)) {
    if (segment.startsWith(':')) {
      node.param ??= { name: segment.slice(1), node: createNode() };
      node = node.param.node;
    } else {
      const next = node.fixed.get(segment) ?? createNode();
      node.fixed.set(segment, next);
      node = next;
    }
  }
  node.verbs.set(verb, entry);
}

/** What is fixed wins over what may be anything: `/health` over `/:id`. */
function find(root: Node, verb: string, path: string): ReturnType<RouteTable['find']> {
  const values: string[] = [];
  let node = root;
  for (const segment of path.split('/').slice(1)) {
    const fixed = node.fixed.get(segment);
    if (fixed) {
      node = fixed;
      continue;
    }
    const value = decode(segment);
    if (!node.param || value === undefined || value === '') return undefined;
    values.push(value);
    node = node.param.node;
  }
  const route = node.verbs.get(verb);
  if (!route) return node.verbs.size === 0 ? undefined : { allow: [...node.verbs.keys()] };
  return { route, path: named(route, verb, values, path) };
}

/** Routes that share a place may name its parameter differently. */
function named({ http }: RouteMethod, verb: string, values: readonly string[], path: string) {
  const depth = path.split('/').length;
  const mine = (http.routes as readonly string[]).find(
    (each) => each.startsWith(`${verb} `) && each.split('/').length === depth,
  );
  const names = [...(mine ?? '').matchAll(/:(\w+)/g)].map(([, name]) => name!);
  return Object.fromEntries(names.map((name, at) => [name, values[at]!]));
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not a text at all: no route has it.
    return undefined;
  }
}
