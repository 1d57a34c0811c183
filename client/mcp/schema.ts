/** JSON Schemas as `tools/list` shows them: what a model needs to know, in few words. Pure. */
import * as z from 'zod';
import type { ObjectSchema } from './tool.js';

type Schema = Readonly<Record<string, unknown>>;

/** As input: a client that checks answers must not stumble over a field that a newer daemon adds. */
export function schemaOf(schema: z.ZodObject): ObjectSchema {
  return compact(z.toJSONSchema(schema, { io: 'input' })) as ObjectSchema;
}

/** Of an answer as the daemon gives it: what it consists of, and no more. */
export function outlineOf(schema: z.ZodObject): ObjectSchema {
  const { properties = {}, ...rest } = schemaOf(schema);
  const outlines = Object.entries(properties).map(([name, each]) => [name, outline(each as Schema)]);
  return { ...rest, properties: Object.fromEntries(outlines) };
}

function outline({ type, items }: Schema): Schema {
  return {
    ...(type !== undefined && { type }),
    ...(type === 'array' && items !== undefined && { items: outline(items as Schema) }),
  };
}

/** Of an answer that says itself which fields its rows have. */
export function briefSchemaOf(schema: z.ZodObject): ObjectSchema {
  const { properties = {}, ...rest } = schemaOf(schema);
  const brief = Object.entries(properties).map(([name, each]) => [name, withBriefRows(each as Schema)]);
  return { ...rest, properties: Object.fromEntries(brief) };
}

function withBriefRows(schema: Schema): Schema {
  if (typeof schema.items !== 'object') return schema;
  const { required: _, ...items } = schema.items as Schema;
  return { ...schema, items };
}

/** A bound that nobody comes near by chance. */
const LARGE = 10_000;

/** Keywords that tell a model nothing. Whoever checks by them is our daemon. */
const noise = ['$schema', 'title', 'propertyNames', 'minLength', 'maxLength', 'maxItems', 'exclusiveMinimum'];

function compact(schema: Schema): Schema {
  const kept = Object.entries(schema).filter(([key, value]) => !noise.includes(key) && !isNoise(key, value, schema));
  return merged(Object.fromEntries(kept.map(([key, value]) => [key, inner(key, value)])));
}

function isNoise(key: string, value: unknown, { format }: Schema): boolean {
  if (key === 'minimum') return true;
  if (key === 'maximum') return (value as number) >= LARGE;
  // Names and shortened ids are taken too.
  if (key === 'format') return value === 'uuid';
  if (key === 'default') return value === false || value === 0;
  if (key === 'pattern') return format !== undefined;
  return key === 'additionalProperties' && (value === false || isEmpty(value));
}

const isEmpty = (value: unknown): boolean => typeof value === 'object' && Object.keys(value as object).length === 0;

function inner(key: string, value: unknown): unknown {
  if (key === 'properties') {
    const entries = Object.entries(value as Record<string, Schema>);
    return Object.fromEntries(entries.map(([name, each]) => [name, compact(each)]));
  }
  if (key === 'anyOf' || key === 'oneOf' || key === 'allOf') return (value as Schema[]).map(compact);
  return (key === 'items' || key === 'additionalProperties') && typeof value === 'object'
    ? compact(value as Schema)
    : value;
}

/** What may be null says so in one word. */
function merged(schema: Schema): Schema {
  const { anyOf, ...rest } = schema as { anyOf?: Schema[] };
  const [first, second, ...more] = anyOf ?? [];
  const isNull = second && Object.keys(second).length === 1 && second.type === 'null';
  if (!first || !isNull || more.length > 0 || typeof first.type !== 'string' || 'enum' in first) return schema;
  return { ...first, type: [first.type, 'null'], ...rest };
}
