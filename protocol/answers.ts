/** Parameters and results as HTTP says them, in JSON Schema: times are texts, and what has a name stands in one place. Pure. */
import type * as z from 'zod';
import { jsonSchema } from './openrpc.js';
import { isTime } from './times.js';

export type Schema = z.core.JSONSchema.BaseSchema;
type Properties = Readonly<Record<string, Schema>>;

export interface Fields {
  readonly properties: Properties;
  readonly required: readonly string[];
}

/** What may be sent: any further field is ignored. */
export function sent(params: z.ZodObject): Fields {
  return fieldsOf(untitled(timed(jsonSchema(params, 'input'))));
}

/** What is answered; schemas with a name are moved to `named`. */
export function answered(result: z.ZodObject, answer: string | undefined, named: Record<string, Schema>): Schema {
  const whole = timed(jsonSchema(result, 'output'));
  return moved(answer === undefined ? whole : merged(fieldsOf(whole), answer), named);
}

function fieldsOf({ properties = {}, required = [] }: Schema): Fields {
  return { properties: properties as Properties, required };
}

/** One field of a result is the answer, and the others are added to it, unless it is null. */
function merged({ properties, required }: Fields, answer: string): Schema {
  const { [answer]: main = {}, ...others } = properties;
  const extra = { properties: others, required: required.filter((name) => name !== answer) };
  const add = (schema: Schema): Schema => {
    if (schema.type === 'null') return schema;
    if (schema.anyOf) return { ...schema, anyOf: (schema.anyOf as Schema[]).map(add) };
    const own = fieldsOf(schema);
    const { title: _, ...rest } = schema;
    return {
      ...rest,
      properties: { ...own.properties, ...extra.properties },
      required: [...own.required, ...extra.required],
    };
  };
  return Object.keys(others).length === 0 ? main : add(main);
}

/** Applies a change to each schema within this one, the innermost first; `name` is that of the property it stands for. */
function mapped(schema: Schema, change: (schema: Schema, name: string | undefined) => Schema, name?: string): Schema {
  const copy: Record<string, unknown> = { ...schema };
  const each = (inner: unknown) =>
    typeof inner === 'object' && inner !== null ? mapped(inner as Schema, change) : inner;
  for (const key of ['items', 'additionalProperties', 'propertyNames']) if (key in copy) copy[key] = each(copy[key]);
  for (const key of ['anyOf', 'oneOf', 'allOf']) if (key in copy) copy[key] = (copy[key] as unknown[]).map(each);
  if (schema.properties) {
    const entries = Object.entries(schema.properties as Properties);
    copy.properties = Object.fromEntries(entries.map(([key, inner]) => [key, mapped(inner, change, key)]));
  }
  return change(copy, name);
}

function timed(schema: Schema): Schema {
  return mapped(schema, (each, name) => (name !== undefined && isTime(name, each) ? inText(each) : each));
}

function inText({ description, minimum: _, maximum: __, ...schema }: Schema): Schema {
  const says = typeof description === 'string' ? inWords(description) : '';
  const said = says === '' ? {} : { description: says };
  if (schema.anyOf) return { ...schema, anyOf: (schema.anyOf as Schema[]).map(inText), ...said };
  const { type } = schema as { type?: string | string[] };
  const text = (each: string) => (each === 'integer' ? 'string' : each);
  if (Array.isArray(type)) return { ...schema, type: type.map(text) as never, format: 'date-time', ...said };
  return type === 'integer' ? { ...schema, type: 'string', format: 'date-time', ...said } : { ...schema, ...said };
}

/** The unit of the integer is not that of the text. */
function inWords(description: string): string {
  const left = description.replace(/^Unix ms(; )?|, Unix ms/, '');
  return left === '.' ? '' : left.charAt(0).toUpperCase() + left.slice(1);
}

function untitled(schema: Schema): Schema {
  return mapped(schema, ({ title: _, ...rest }) => rest);
}

function moved(schema: Schema, named: Record<string, Schema>): Schema {
  return mapped(schema, ({ title, ...rest }) => {
    if (!title) return rest;
    named[title] = rest;
    return { $ref: `#/components/schemas/${title}` };
  });
}
