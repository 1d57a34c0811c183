/** A tool's arguments as a model sends them: numbers in quotes are taken, unknown names are not. Pure. */
import type * as z from 'zod';
import { RpcError } from '#protocol/errors';
import { nearest } from '#protocol/nearest';
import type { ObjectSchema } from './tool.js';

export type Arguments = Readonly<Record<string, unknown>>;

/** Throws InvalidParams for what the tool does not take. */
export function readArguments(tool: string, schema: ObjectSchema, given: Arguments): Arguments {
  const { properties = {} } = schema;
  const names = Object.keys(properties);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) throw notTaken(tool, unknown, names);
  // What is null was not meant, unless it may be.
  const meant = Object.entries(given).filter(([name, value]) => value !== null || mayBeNull(properties[name]!));
  return Object.fromEntries(meant.map(([name, value]) => [name, lenient(value, properties[name]!)]));
}

/** Throws InvalidParams that names the argument. */
export function checked<I extends z.ZodObject>(schema: I, args: Arguments): z.output<I> {
  // Models write an empty text where they mean nothing.
  const meant = Object.entries(args).filter(([name, value]) => value !== '' || !isOptional(schema.shape[name]));
  const { success, data, error } = schema.safeParse(Object.fromEntries(meant));
  if (success) return data;
  const said = error.issues.slice(0, 3).map(({ path, message }) => {
    const name = path.join('.');
    if (path.length === 1 && args[name] === undefined) return `\`${name}\` is missing.`;
    if (path.length === 1 && args[name] === '') return `\`${name}\` is empty.`;
    return `\`${name}\`: ${message.replace(/^Invalid input: /, '')}.`;
  });
  throw new RpcError('InvalidParams', said.join(' '));
}

const isOptional = (field: z.ZodType | undefined): boolean => field?.safeParse(undefined).success ?? false;

function notTaken(tool: string, name: string, names: readonly string[]): RpcError {
  const near = nearest(names, name);
  const hint = near === undefined ? '' : ` Did you mean \`${near}\`?`;
  const all = names.length === 0 ? 'no arguments' : names.join(', ');
  return new RpcError('InvalidParams', `${tool} takes no \`${name.slice(0, 80)}\`.${hint} It takes ${all}.`);
}

function mayBeNull(schema: object): boolean {
  const { type, anyOf = [] } = schema as { type?: string | string[]; anyOf?: object[] };
  return type === 'null' || (Array.isArray(type) && type.includes('null')) || anyOf.some(mayBeNull);
}

/** Models quote what is no text, write lists as text, and a number where its digits are meant. */
function lenient(value: unknown, schema: object): unknown {
  const { type } = schema as { type?: string | string[] };
  const is = (name: string) => type === name || (Array.isArray(type) && type.includes(name));
  if (Number.isSafeInteger(value) && is('string')) return String(value);
  if (typeof value !== 'string') return value;
  if (is('string')) return value;
  if ((is('integer') || is('number')) && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (is('boolean') && /^(true|false)$/.test(value)) return value === 'true';
  if (is('array')) return value.startsWith('[') ? parsed(value) : [value];
  return is('object') ? parsed(value) : value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return text;
  }
}
