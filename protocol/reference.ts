/** The protocol as one Markdown page; the committed copy is REFERENCE.md, and a test fails when it is stale. */
import { type Field, fields } from './fields.js';
import {
  allMethods,
  allNotifications,
  errors,
  httpOf,
  limits,
  type Method,
  type Notification,
  stream,
} from './index.js';
import { fieldTable, namedTypes, paramTable, table } from './markdown.js';
import { commonErrors, jsonSchema, nounOf } from './openrpc.js';

const opening = `# Protocol reference

Rendered from \`protocol/\` by \`npm run generate\`; do not edit.

JSON-RPC 2.0 over the unix socket \`run/api.sock\` of the data folder. A message is \`Content-Length: N\`, an empty line
(both ended by CR LF), and N bytes of UTF-8 JSON. \`initialize\` comes first and carries the token. Parameters go by
name; \`null\` or none means \`{}\`. Fields a receiver does not know are ignored. Times are Unix milliseconds.
On the command line a parameter is an option in kebab-case (\`projectPath\` is \`--project-path\`) unless it is shown as
an argument; a boolean that is true by default is switched off by \`--no-...\`.
`;

/** The whole page, ending in a newline. */
export function renderReference(): string {
  const nouns = [...new Set(allMethods.map(([name]) => nounOf(name)))];
  const parts = [
    opening,
    '## Methods\n',
    table(['Method', 'Effect', 'What it does'], allMethods.map(overviewRow)),
    ...nouns.flatMap((noun) => [
      `## ${noun[0]!.toUpperCase()}${noun.slice(1)}\n`,
      ...allMethods.filter(([name]) => nounOf(name) === noun).map(([name, method]) => renderMethod(name, method)),
    ]),
    '## Notifications\n',
    ...allNotifications.map(([name, told]) => renderNotification(name, told)),
    '## Types\n',
    ...namedTypes().map(([name, schema]) => `### ${name}\n\n${fieldTable(schema)}`),
    renderErrors(),
    renderNumbers('Limits of a connection', limits),
    renderNumbers('Terminal streams', stream),
  ];
  return `${parts.join('\n').trimEnd()}\n`;
}

function overviewRow([name, method]: readonly [string, Method]): string[] {
  return [`[\`${name}\`](#${anchor(name)})`, method.effect, method.summary];
}

/** GitHub's anchor of a heading: punctuation dropped, lower case. */
function anchor(heading: string): string {
  return heading.toLowerCase().replace(/[^\w -]/g, '');
}

function renderMethod(name: string, method: Method): string {
  const result = jsonSchema(method.result, 'output');
  return [
    `### ${name}\n`,
    `${method.summary}\n`,
    ...facts(name, method),
    '',
    paramTable(jsonSchema(method.params, 'input')),
    result.title ? `Result: [${result.title}](#${anchor(result.title)})\n` : fieldTable(result, 'Result'),
  ].join('\n');
}

function facts(name: string, method: Method): string[] {
  return [
    `- Effect: ${method.effect}${method.lock ? `; calls with the same \`${method.lock}\` run one after another` : ''}`,
    ...(method.errors ? [`- Errors: ${method.errors.join(', ')}`] : []),
    ...httpOf(method).routes.map((route) => `- HTTP: \`${route}\``),
    ...(method.doors?.includes('cli') ? [`- Command: \`${commandLine(name, method)}\``] : []),
    ...(method.example ? [`- Example: \`${method.example}\``] : []),
  ];
}

/** The command of a method as its help shows it: arguments, required options, and whether there are more. */
export function commandLine(name: string, method: Method): string {
  const all = fields(method);
  const args = (method.args ?? []).map((arg) => all.find((field) => field.name === arg)!);
  const options = all.filter((field) => !args.includes(field));
  return [
    'rdv',
    ...name.split('/'),
    ...args.map(argument),
    ...options.filter((field) => field.required).map((field) => `--${kebab(field.name)} <${placeholder(field)}>`),
    ...(options.some((field) => !field.required) ? ['[options]'] : []),
  ].join(' ');
}

function argument(field: Field): string {
  const name = kebab(field.name) + (field.type === 'list' ? '...' : '');
  return field.required ? `<${name}>` : `[${name}]`;
}

function placeholder(field: Field): string {
  return field.choices?.join('|') ?? field.type;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function renderNotification(name: string, told: Notification): string {
  const way =
    told.delivery === 'event' ? 'to every subscriber, and kept in the journal' : 'on the connection concerned';
  return [
    `### ${name}\n`,
    `${told.summary}\n`,
    `Sent by the ${told.from} ${way}.\n`,
    fieldTable(jsonSchema(told.params, told.from === 'client' ? 'input' : 'output')),
  ].join('\n');
}

function renderErrors(): string {
  const rows = Object.entries(errors).map(([kind, e]) => [kind, String(e.code), String(e.http), String(e.exit)]);
  const intro = `Any method may answer ${commonErrors.join(', ')}. Every error carries \`data.code\`, the kind or a finer
string for programs; some carry \`data.details\` and \`data.retryAfterMs\`.`;
  return `## Errors\n\n${intro}\n\n${table(['Kind', 'Code', 'HTTP', 'Exit code of rdv'], rows)}`;
}

function renderNumbers(title: string, numbers: Readonly<Record<string, number>>): string {
  const rows = Object.entries(numbers).map(([name, value]) => [`\`${name}\``, String(value), readable(name, value)]);
  return `## ${title}\n\n${table(['Name', 'Value', ''], rows)}`;
}

function readable(name: string, value: number): string {
  if (name.endsWith('Ms')) return `${value / 1000} s`;
  if (!/bytes/i.test(name)) return '';
  if (value % (1024 * 1024) === 0) return `${value / 1024 / 1024} MiB`;
  return value % 1024 === 0 ? `${value / 1024} KiB` : `${value / 1000} kB`;
}
