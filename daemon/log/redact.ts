/** Takes out of log lines what is secret: fields by their names, and tokens by their shape, wherever they stand. */

const REDACTED = '[redacted]';

/** Names whose value is nobody's business; `tokenId` and the like tell nothing. */
const SECRET =
  /(?:^|[_-])(?:tokens?|authorization|cookies?|pass(?:word|wd|phrase)|secrets?|credentials?|bearer|(?:api|private|secret|access)[_-]?key)$/;

/** Deeper the log does not look into a value either. */
const DEEPEST = 6;

export type Fields = Readonly<Record<string, unknown>>;

/** The same fields, with what their names call secret taken out at any depth, and errors as records. */
export function redactFields(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, redactField(name, value, 0)]));
}

function redactField(name: string, value: unknown, depth: number): unknown {
  const snake = name.replace(/([a-z\d])(?=[A-Z])/g, '$1_').toLowerCase();
  if (SECRET.test(snake) && value !== null && value !== undefined && value !== '') return REDACTED;
  return redactValue(value, depth);
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth >= DEEPEST) return value;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  if (value instanceof Error) return redactValue(recordOf(value), depth);
  if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, redactField(name, inner, depth + 1)]));
}

const recordOf = (error: Error) => ({ ...error, type: error.name, message: error.message, stack: error.stack });

const KINDS = 'svc|cli|mcp|ses|tkt';

/**
 * What is a secret by its looks, and what of it may stand. They are looked for in JSON, where an escaped line end may come
 * right before one; none may go over a long text more than once.
 */
const shapes: readonly [shape: RegExp, stands: string][] = [
  // Those of ours, whole or cut short: kind and the beginning of the id tell which it was.
  [new RegExp(`(rdv_(?:${KINDS})_[A-Za-z0-9]{4})[A-Za-z0-9_-]+`, 'g'), `$1…${REDACTED}`],
  [new RegExp(`(rdv_(?!(?:${KINDS})_)[A-Za-z0-9_-]{4})[A-Za-z0-9_-]{20,}`, 'g'), `$1…${REDACTED}`],
  [/(bearer +)[A-Za-z0-9._~+/=-]{8,}/gi, `$1${REDACTED}`],
  [/eyJ[A-Za-z0-9_-]{5,}\.eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*/g, REDACTED],
  [/(:\/\/[^\s/:@"\\]{0,200}:)[^\s/@"\\]{1,500}@/g, `$1${REDACTED}@`],
];

/** What 32 bytes in base64 may be a part of, the escapes of JSON before it left out. */
const RUN = /\\(?:u[\da-f]{4}|.)|[A-Za-z0-9+/%]{43,}=?/gi;

/** The service token ends in `=`, in a URL in `%3D`. */
const withoutKey = (run: string) => (!run.startsWith('\\') && /(?:=|%3D)$/i.test(run) ? REDACTED : run);

/** A line with every secret that shows by its looks taken out. */
export function redactText(line: string): string {
  let text = line.replace(RUN, withoutKey);
  for (const [shape, stands] of shapes) text = text.replace(shape, stands);
  return text;
}
