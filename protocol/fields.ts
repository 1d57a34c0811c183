/** A method's parameters as flat fields, for front ends that take text: the command line and the query string. */
import * as z from 'zod';
import { absolute } from './absolute.js';
import type { Method } from './define.js';
import { RpcError } from './errors.js';

export interface Field {
  readonly name: string;
  /** A `path` is absolute; a front end that stands somewhere may take a relative one from there. */
  readonly type: 'string' | 'path' | 'number' | 'boolean' | 'list' | 'map' | 'json';
  readonly required: boolean;
  /** Whether null may be given; as text that is `none`. */
  readonly nullable?: true;
  readonly description: string;
  readonly choices?: readonly string[];
  /** What a list may hold, when that is a choice. */
  readonly items?: readonly string[];
  readonly default?: unknown;
}

interface Property {
  type?: string | string[];
  pattern?: string;
  enum?: string[];
  description?: string;
  default?: unknown;
  items?: { type?: string; enum?: string[] };
  additionalProperties?: { type?: string } | boolean;
  anyOf?: Property[];
}

/** The parameters of a method in the order of its schema. A nullable field counts as its other type. */
export function fields(method: Pick<Method, 'params'>): Field[] {
  const schema = z.toJSONSchema(method.params, { io: 'input' });
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const p = property as Property;
    const inner = notNull(p.anyOf?.find((option) => option.type !== 'null') ?? p);
    const type = typeOf(inner);
    const { enum: choices, items: { enum: items } = {} } = inner;
    return {
      name,
      type,
      required: schema.required?.includes(name) ?? false,
      ...(isNullable(p) && { nullable: true as const }),
      description: p.description ?? inner.description ?? '',
      ...(choices && { choices }),
      ...(items && { items }),
      ...(p.default !== undefined && { default: p.default }),
    };
  });
}

const isNullable = ({ type, anyOf = [] }: Property): boolean =>
  type === 'null' || (Array.isArray(type) && type.includes('null')) || anyOf.some(isNullable);

/** A property of one type. */
type Plain = Omit<Property, 'type'> & { type?: string };

/** zod says a nullable plain type as a list of two. */
function notNull(p: Property): Plain {
  const type = Array.isArray(p.type) ? p.type.find((each) => each !== 'null') : p.type;
  const { type: _, ...rest } = p;
  return { ...rest, ...(type !== undefined && { type }) };
}

function typeOf(p: Plain): Field['type'] {
  if (p.type === 'integer' || p.type === 'number') return 'number';
  if (p.type === 'string') return p.pattern === absolute.source ? 'path' : 'string';
  if (p.type === 'boolean') return p.type;
  if (p.type === 'array' && p.items?.type === 'string') return 'list';
  const values = typeof p.additionalProperties === 'object' ? p.additionalProperties.type : undefined;
  return p.type === 'object' && values === 'string' ? 'map' : 'json';
}

/** One text value as the field's type. A list takes commas, a map takes `KEY=value`. Throws InvalidParams. */
export function fromText(field: Field, text: string): unknown {
  if (field.nullable && text === 'none') return null;
  switch (field.type) {
    case 'number':
      return toNumber(field.name, text);
    case 'boolean':
      return toBoolean(field.name, text);
    case 'list':
      return text === '' ? [] : text.split(',');
    case 'map':
      return toEntry(field.name, text);
    case 'json':
      return toJson(field.name, text);
    default:
      return text;
  }
}

function toNumber(name: string, text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) throw expected(name, 'a number', text);
  return number;
}

function toBoolean(name: string, text: string): boolean {
  if (text === 'true' || text === '1' || text === '') return true;
  if (text === 'false' || text === '0') return false;
  throw expected(name, 'true or false', text);
}

function toEntry(name: string, text: string): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw expected(name, 'KEY=value', text);
  return { [text.slice(0, at)]: text.slice(at + 1) };
}

function toJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw expected(name, 'JSON', text);
  }
}

function expected(name: string, what: string, got: string): RpcError {
  const message = `Expected \`${name}\` to be ${what}, got "${got.slice(0, 80)}".`;
  return new RpcError('InvalidParams', message, { details: [{ path: name, message }] });
}
