/** What is wrong with parameters, in words: which field, what was expected, what came. */
import type * as z from 'zod';

export interface Problem {
  /** `environment.PATH`, `keys[3]`; empty for the parameters as a whole. */
  readonly path: string;
  readonly message: string;
}

/** More problems help nobody, and an answer must not be many times as long as what it is about. */
const MOST = 100;
/** Of the name of a field. */
const NAME = 60;

/** One problem for each of the first issues, in the schema's order. Texts are described, not repeated: they may be secret. */
export function problems(issues: readonly z.core.$ZodIssue[], input: unknown): Problem[] {
  return issues.slice(0, MOST).map((issue) => {
    const path = pathText(issue.path);
    const field = path === '' ? '`params`' : `\`${path}\``;
    return {
      path,
      message: `Expected ${field} to be ${expected(issue)}, got ${got(issue, valueAt(input, issue.path))}.`,
    };
  });
}

function expected(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? `a ${issue.expected}`;
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${amount(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${amount(issue.maximum, issue.origin)}`;
    case 'invalid_value':
      return `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'invalid_format':
      return formatNames[issue.format] ?? ownWords(issue) ?? `a text of the form ${issue.pattern ?? issue.format}`;
    case 'invalid_key':
      return `under a name that is ${issue.issues.map(expected).join(', ')}`;
    case 'custom':
      return issue.message;
    case 'unrecognized_keys':
      return `without ${issue.keys.map((key) => `\`${key}\``).join(', ')}`;
    case 'invalid_union':
      return [...new Set(issue.errors.flat().map(expected))].join(' or ') || 'of another form';
    default:
      return `otherwise (${issue.message})`;
  }
}

/** What the schema says of a form, where it says more than zod does by itself. */
function ownWords({ message }: z.core.$ZodIssue): string | undefined {
  return message.startsWith('Invalid ') ? undefined : message;
}

const typeNames: Readonly<Record<string, string>> = {
  int: 'a whole number',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  string: 'a text',
  boolean: 'true or false',
};

const formatNames: Readonly<Record<string, string>> = { uuid: 'a UUID', base64: 'base64' };

function amount(limit: number | bigint, origin: string): string {
  if (origin === 'string') return `${limit} characters long`;
  if (origin === 'array' || origin === 'set' || origin === 'map') return `${limit} items long`;
  return String(limit);
}

function got(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (issue.code === 'invalid_key') return JSON.stringify(String(issue.path.at(-1)).slice(0, NAME));
  if (typeof value !== 'string') return 'an object';
  // Choices and ids are names; repeating them helps and gives nothing away.
  const isName = issue.code === 'invalid_value' || (issue.code === 'invalid_format' && issue.format === 'uuid');
  return isName && value.length <= 60 ? JSON.stringify(value) : `a text of ${value.length} characters`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const name = String(part).slice(0, NAME);
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}
