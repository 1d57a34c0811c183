/** The method table as an OpenRPC 1.3 document; `rpc.discover` answers with it, `openrpc.json` is the committed copy. */
import * as z from 'zod';
import { httpOf, type Method } from './define.js';
import { type ErrorKind, errors } from './errors.js';
import * as protocol from './index.js';

type Schema = z.core.JSONSchema.BaseSchema;
type Io = 'input' | 'output';

export interface ContentDescriptor {
  readonly name: string;
  readonly description?: string;
  readonly required: boolean;
  readonly schema: Schema;
}

export interface OpenRpcMethod {
  readonly name: string;
  readonly summary: string;
  readonly tags: readonly { readonly name: string }[];
  readonly paramStructure: 'by-name';
  readonly params: readonly ContentDescriptor[];
  readonly result: ContentDescriptor;
  readonly errors: readonly { readonly code: number; readonly message: ErrorKind }[];
  readonly 'x-effect': Method['effect'];
  readonly 'x-http'?: readonly string[];
}

export interface OpenRpcNotification {
  readonly name: string;
  readonly summary: string;
  readonly params: readonly ContentDescriptor[];
  readonly 'x-from': 'daemon' | 'client';
  readonly 'x-delivery': 'connection' | 'event';
}

export interface OpenRpcDocument {
  readonly openrpc: '1.3.2';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly methods: readonly OpenRpcMethod[];
  readonly 'x-notifications': readonly OpenRpcNotification[];
}

/** A new document, plain JSON throughout; the same on every call. Building it takes some milliseconds: keep it. */
export function openRpc(): OpenRpcDocument {
  return {
    openrpc: '1.3.2',
    info: {
      title: 'rdv',
      version: String(protocol.PROTOCOL_VERSION),
      description:
        'JSON-RPC 2.0 in Content-Length frames over a unix socket. The first request of a connection is `initialize`. ' +
        'Unknown fields of a result are to be ignored: a newer daemon may send more.',
    },
    methods: protocol.allMethods.map(([name, method]) => describeMethod(name, method)),
    'x-notifications': protocol.allNotifications.map(([name, told]) => ({
      name,
      summary: told.summary,
      params: descriptors(told.params, told.from === 'client' ? 'input' : 'output'),
      'x-from': told.from,
      'x-delivery': told.delivery,
    })),
  };
}

/** Errors any method may answer with, besides those it declares. */
export const commonErrors = ['InvalidParams', 'Unauthorized', 'Overloaded'] as const satisfies readonly ErrorKind[];

/** The kinds a call of this method may fail with, common ones last, each once. */
export function errorsOf(method: Method): ErrorKind[] {
  return [...new Set<ErrorKind>([...(method.errors ?? []), ...commonErrors])];
}

function describeMethod(name: string, method: Method): OpenRpcMethod {
  return {
    name,
    summary: method.summary,
    tags: [{ name: nounOf(name) }],
    paramStructure: 'by-name',
    params: descriptors(method.params, 'input'),
    result: { name: 'result', required: true, schema: jsonSchema(method.result, 'output') },
    errors: errorsOf(method).map((kind) => ({ code: errors[kind].code, message: kind })),
    'x-effect': method.effect,
    ...(method.http && { 'x-http': httpOf(method).routes }),
  };
}

/** What a method is about: the word before the slash; those without one concern the connection. */
export function nounOf(name: string): string {
  return name.includes('/') ? name.split('/')[0]! : 'connection';
}

function descriptors(params: z.ZodObject, io: Io): ContentDescriptor[] {
  const { properties = {}, required = [] } = jsonSchema(params, io);
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = property as Schema;
    return { name, ...(description && { description }), required: required.includes(name), schema };
  });
}

/**
 * A schema as JSON Schema 2020-12, without references and without what only zod means: objects stay open (a newer peer
 * may send more), and the bounds of safe integers and the patterns behind named formats go unsaid.
 * A schema exported by the protocol carries its name as `title`.
 */
export function jsonSchema(schema: z.ZodType, io: Io): Schema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, override: tidy });
  return json;
}

function tidy({ zodSchema, jsonSchema: json }: { zodSchema: z.core.$ZodTypes; jsonSchema: Schema }): void {
  const title = names.get(zodSchema);
  if (title) json.title = title;
  if (json.additionalProperties === false) delete json.additionalProperties;
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
  if (json.format) delete json.pattern;
  // Not a format of JSON Schema; `contentEncoding` says the same.
  if (json.format === 'base64') delete json.format;
}

/** Schemas the protocol exports, with the name they are exported by. */
export function namedSchemas(): [string, z.ZodType][] {
  return Object.entries(protocol).flatMap(([name, value]): [string, z.ZodType][] =>
    value instanceof z.ZodType && /^[A-Z]/.test(name) ? [[name, value]] : [],
  );
}

const names: ReadonlyMap<unknown, string> = new Map(namedSchemas().map(([name, schema]) => [schema, name]));
