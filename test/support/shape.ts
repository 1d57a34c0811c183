/** Shapes of JSON: which fields there are and of which types, compared as a whole. */

/**
 * A type is `string`, `number`, `boolean`, `null`, `uuid`, `iso` (a time), `any`, or several with `|`; an array has items of one
 * shape; of an object the field `+` names fields that may be there besides, and `...` says of which shape all fields are.
 */
export type Shape = string | readonly Shape[] | { readonly [field: string]: Shape };

/** What is otherwise than the shape says, each with its place; empty when it fits. */
export function differences(value: unknown, shape: Shape, place = 'body'): string[] {
  if (typeof shape === 'string')
    return fits(value, shape) ? [] : [`${place} is ${JSON.stringify(value)}, not ${shape}`];
  if (isList(shape)) {
    if (!Array.isArray(value)) return [`${place} is no list`];
    return value.flatMap((each, at) => differences(each, shape[0]!, `${place}[${at}]`));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${place} is no object`];
  const { '+': besides = '', '...': each, ...fields } = shape;
  const names = Object.keys(value);
  if (each) return names.flatMap((name) => differences(value[name as never], each, `${place}.${name}`));
  const known = [...Object.keys(fields), ...String(besides).split(' ')];
  return [
    ...names.filter((name) => !known.includes(name)).map((name) => `${place}.${name} is not known`),
    ...Object.entries(fields).flatMap(([name, inner]) =>
      Object.hasOwn(value, name)
        ? differences(value[name as never], inner, `${place}.${name}`)
        : [`${place}.${name} is missing`],
    ),
  ];
}

const isList = (shape: Shape): shape is readonly Shape[] => Array.isArray(shape);

function fits(value: unknown, types: string): boolean {
  return types.split('|').some((type) => {
    if (type === 'any') return true;
    if (type === 'null') return value === null;
    if (type !== 'uuid' && type !== 'iso') return typeof value === type;
    if (typeof value !== 'string') return false;
    if (type === 'uuid') return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
    return !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value;
  });
}
