/** JSON Schema as Markdown tables: one row a field, nested fields by their path, types with bounds and units. */
import type * as z from 'zod';
import { jsonSchema, namedSchemas } from './openrpc.js';

type Schema = z.core.JSONSchema.BaseSchema;

interface Row {
  readonly path: string;
  readonly schema: Schema;
  readonly required: boolean;
}

/** Parameters, each with its default or that it is required. Ends in a newline, as all of these. */
export function paramTable(schema: Schema): string {
  const rows = rowsOf(schema, '').map(({ path, schema: field, required }) => {
    const given = field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``;
    return [`\`${path}\``, typeOf(field, path), required ? 'required' : given, meaning(field)];
  });
  return rows.length ? table(['Parameter', 'Type', 'Default', 'Meaning'], rows) : 'No parameters.\n';
}

/** Fields of what is answered or told, each saying whether it may be absent. */
export function fieldTable(schema: Schema, title = 'Field'): string {
  const rows = rowsOf(schema, '').map(({ path, schema: field, required }) => {
    return [`\`${path}\`${required ? '' : ' (may be absent)'}`, typeOf(field, path), meaning(field)];
  });
  return rows.length ? table([title, 'Type', 'Meaning'], rows) : 'Carries nothing.\n';
}

/** Schemas that have a section of their own, as object schemas. */
export function namedTypes(): [string, Schema][] {
  return namedSchemas()
    .map(([name, schema]): [string, Schema] => [name, jsonSchema(schema, 'output')])
    .filter(([, schema]) => schema.type === 'object');
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((columns) => `| ${columns.map(cell).join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

/** Text that must not end its cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** A field with its own section is named, not unfolded. */
function rowsOf(schema: Schema, prefix: string): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const field = property as Schema;
    const path = prefix + name;
    const inner = unwrap(field);
    const row = { path, schema: field, required: schema.required?.includes(name) ?? false };
    const below = inner.type === 'array' ? items(inner) : inner;
    if (below.title) return [row];
    return [row, ...rowsOf(below, `${path}${inner.type === 'array' ? '[]' : ''}.`)];
  });
}

function meaning(schema: Schema): string {
  return schema.description ?? unwrap(schema).description ?? '';
}

/** The one other choice of a nullable field; otherwise the field itself. */
function unwrap(schema: Schema): Schema {
  const choices = (schema.anyOf ?? []).filter((choice) => (choice as Schema).type !== 'null') as Schema[];
  return choices.length === 1 ? choices[0]! : schema;
}

function items(schema: Schema): Schema {
  return (schema.items ?? {}) as Schema;
}

function typeOf(schema: Schema, path: string): string {
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type }, path)).join(' or ');
  if (schema.anyOf) return schema.anyOf.map((choice) => typeOf(choice as Schema, path)).join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((choice) => `\`${choice}\``).join(', ');
  if (schema.title) return `[${schema.title}](#${schema.title.toLowerCase()})`;
  switch (schema.type) {
    case 'array':
      return `array of ${typeOf(items(schema), path)}${span(schema.minItems, schema.maxItems, ' entries')}`;
    case 'string':
      return stringType(schema);
    case 'integer':
    case 'number':
      return `${schema.type}${span(schema.minimum, schema.maximum, '')}${unitOf(path, schema)}`;
    case 'object':
      return schema.additionalProperties ? mapType(schema) : 'object';
    default:
      return schema.type ?? 'any';
  }
}

function stringType(schema: Schema): string {
  const kind = schema.contentEncoding ?? schema.format ?? 'string';
  const pattern = schema.pattern ? ` matching \`${schema.pattern}\`` : '';
  return `${kind}${span(schema.minLength, schema.maxLength, ' characters')}${pattern}`;
}

function mapType(schema: Schema): string {
  const { pattern } = (schema.propertyNames ?? {}) as Schema;
  const keys = pattern ? `, keys matching \`${pattern}\`` : '';
  return `map of ${typeOf(schema.additionalProperties as Schema, '')}${keys}`;
}

/** Bounds as people write them: `, 1 to 200 characters`. */
function span(low: number | undefined, high: number | undefined, of: string): string {
  if (low !== undefined && high !== undefined) return `, ${low} to ${high}${of}`;
  if (high !== undefined) return `, at most ${high}${of}`;
  return low === undefined ? '' : `, at least ${low}${of}`;
}

/** Units stand in the names of fields (`...Ms`, `...At`, `...Bytes`), unless the description tells. */
function unitOf(path: string, { description = '' }: Schema): string {
  if (description.includes('Unix ms')) return '';
  const name = path.split('.').at(-1)!;
  if (/^at$|At$/.test(name)) return ', Unix ms';
  if (/Ms$/.test(name)) return ', ms';
  return /bytes$/i.test(name) ? ', bytes' : '';
}
