/** Times: integers for the daemon, ISO-8601 texts for pages; told by the schema, never by what a value looks like. */
import * as z from 'zod';
import { isTime, LAST_TIME } from '#protocol/times';

type Change = (value: unknown) => unknown;

interface Shape {
  type?: string | string[];
  properties?: Record<string, Shape>;
  items?: Shape;
  additionalProperties?: Shape | boolean;
  anyOf?: Shape[];
  oneOf?: Shape[];
  allOf?: Shape[];
}

/** A function that returns a result, or what a notification carries, with its times as texts. The original stays as it is. */
export function timesIn(schema: z.ZodType): Change {
  const change = changeOf(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as Shape);
  return change ?? ((value) => value);
}

/** Undefined where there is nothing to change. */
function changeOf(shape: Shape): Change | undefined {
  const inner = (shape.anyOf ?? shape.oneOf ?? shape.allOf ?? []).flatMap((each) => changeOf(each) ?? []);
  if (inner.length > 0) return (value) => inner.reduce((changed, change) => change(changed), value);
  if (shape.items) return inList(changeOf(shape.items));
  const named = Object.entries(shape.properties ?? {}).flatMap(([name, property]) => {
    const change = isTime(name, property) ? toText : changeOf(property);
    return change ? [[name, change] as const] : [];
  });
  if (named.length > 0) return inObject(named);
  return typeof shape.additionalProperties === 'object' ? inMap(changeOf(shape.additionalProperties)) : undefined;
}

/** A time that was stored before there was a last one must not cost the whole answer. */
const toText: Change = (value) =>
  typeof value === 'number' ? new Date(Math.min(value, LAST_TIME)).toISOString() : value;

const inList = (change: Change | undefined): Change | undefined =>
  change && ((value) => (Array.isArray(value) ? value.map(change) : value));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const inObject =
  (named: readonly (readonly [string, Change])[]): Change =>
  (value) => {
    if (!isObject(value)) return value;
    const changed = { ...value };
    for (const [name, change] of named) if (name in changed) changed[name] = change(changed[name]);
    return changed;
  };

const inMap = (change: Change | undefined): Change | undefined =>
  change &&
  ((value) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, change(each)])) : value);
