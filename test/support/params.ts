/** Parameters for any method, made from its schema by chance: mostly such as it takes, now and then such as it must refuse. */
import type { Random } from './random.js';

export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly propertyNames?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly contentEncoding?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface Sources {
  readonly random: Random;
  /** Values worth trying where a field has this name, besides those made up: ids that are there, folders, branches. */
  known(field: string): readonly unknown[];
}

/** Nothing here means anything to a shell: some of it is typed into one. */
const letters = [
  'a',
  'Z',
  '7',
  ' ',
  '.',
  '-',
  '_',
  '/',
  'é',
  '漢',
  '𝐀',
  '\u0000',
  '\u001b',
  '\u009b',
  '\n',
  '\ud800',
  '‮',
];

export function paramsFrom(schema: Schema, sources: Sources): Record<string, unknown> {
  return valueFrom(schema, '', sources) as Record<string, unknown>;
}

/** The same with one thing in it that does not belong there. */
export function spoilt(params: Readonly<Record<string, unknown>>, { random }: Sources): Record<string, unknown> {
  const names = Object.keys(params);
  const name = names[random(names.length)] ?? 'anything';
  const nothings = [null, [], {}, '', -1, 1e308, 1.5, true, 'x'.repeat(100_000), [[[[]]]], { a: { b: 1 } }, '\ud800'];
  return { ...params, [name]: nothings[random(nothings.length)] };
}

function valueFrom(schema: Schema, field: string, sources: Sources): unknown {
  const { random } = sources;
  const known = sources.known(field);
  if (known.length > 0 && random(4) > 0) return known[random(known.length)];
  if (schema.enum) return schema.enum[random(schema.enum.length)];
  if (schema.anyOf) return valueFrom(schema.anyOf[random(schema.anyOf.length)]!, field, sources);
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['string']);
  const type = types[random(types.length)];
  if (type === 'object') return objectFrom(schema, field, sources);
  if (type === 'array') return arrayFrom(schema, field, sources);
  if (type === 'integer' || type === 'number') return numberFrom(schema, random);
  if (type === 'boolean') return random(2) === 0;
  return type === 'null' ? null : textFrom(schema, random);
}

function objectFrom(schema: Schema, field: string, sources: Sources): Record<string, unknown> {
  const { random } = sources;
  const { properties = {}, required = [], additionalProperties } = schema;
  const wanted = Object.entries(properties).filter(([name]) => required.includes(name) || random(3) > 0);
  const made = wanted.map(([name, inner]) => [name, valueFrom(inner, name, sources)]);
  if (typeof additionalProperties === 'object') {
    for (let count = random(3); count > 0; count--)
      made.push([textFrom(schema.propertyNames ?? {}, random), valueFrom(additionalProperties, field, sources)]);
  }
  return Object.fromEntries(made);
}

function arrayFrom(schema: Schema, field: string, sources: Sources): unknown[] {
  const { minItems = 0, maxItems = 3, items = {} } = schema;
  const length = Math.min(maxItems, minItems + sources.random(3));
  return Array.from({ length }, () => valueFrom(items, field, sources));
}

function numberFrom({ minimum = 0, maximum = 1000, type }: Schema, random: Random): number {
  const edges = [minimum, maximum, minimum + random(Math.min(maximum - minimum, 1000) + 1)];
  const edge = edges[random(3)]!;
  return type === 'integer' ? Math.trunc(edge) : edge;
}

function textFrom(schema: Schema, random: Random): string {
  const { format, pattern = '', contentEncoding, minLength = 0, maxLength = 40 } = schema;
  if (format === 'uuid') return `3f2a0000-0000-4000-8000-${String(random(1e6)).padStart(12, '0')}`;
  if (contentEncoding) return Buffer.from(textOf(random, random(20))).toString('base64');
  if (/^\^\[A-Z(a-z)?_?\]/.test(pattern)) return ['A', 'PORT', 'X_1', 'API_PORT'][random(4)]!;
  return textOf(random, Math.min(maxLength, minLength + random(12)));
}

function textOf(random: Random, length: number): string {
  return Array.from({ length }, () => letters[random(random(3) === 0 ? letters.length : 3)]).join('');
}
