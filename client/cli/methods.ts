/** `rdv <noun> <verb>` for every method of the table that has the command line among its doors. */
import { type Command, Option } from 'commander';
import { allMethods, type Method, type MethodName } from '#protocol';
import { type Field, fields, fromText } from '#protocol/fields';

/** What a method's command line came to. */
export interface Invocation {
  readonly name: MethodName;
  readonly method: Method;
  readonly params: Readonly<Record<string, unknown>>;
  readonly yes: boolean;
}

type Run = (invocation: Invocation, command: Command) => Promise<void>;

/**
 * Adds a command per method. `wanted` names the noun and verb on the command line: only that command needs its options,
 * and reading every schema would cost each start some milliseconds.
 */
export function addMethodCommands(program: Command, wanted: readonly string[], run: Run): void {
  for (const [name, method] of allMethods) {
    const [noun = '', verb = ''] = name.split('/');
    if (!method.doors?.includes('cli')) continue;
    const group = program.commands.find((c) => c.name() === noun) ?? program.command(noun).description(verbsOf(noun));
    const command = group.command(kebab(verb)).description(method.summary);
    if (!wanted.includes(noun) || !wanted.includes(kebab(verb))) continue;
    addFields(command, method, (params, yes) => run({ name, method, params, yes }, command));
    if (method.example) command.addHelpText('after', `\nExample:\n  ${method.example}`);
  }
}

function verbsOf(noun: string): string {
  const verbs = allMethods.filter(([name, method]) => name.startsWith(`${noun}/`) && method.doors?.includes('cli'));
  return verbs.map(([name]) => kebab(name.slice(noun.length + 1))).join(', ');
}

function addFields(
  command: Command,
  method: Method,
  run: (params: Record<string, unknown>, yes: boolean) => Promise<void>,
): void {
  const all = fields(method);
  const positional = (method.args ?? []).map((name) => all.find((field) => field.name === name)!);
  const rest = positional.at(-1)?.type === 'list';
  for (const field of positional) addArgument(command, field, rest && field === positional.at(-1));
  // What follows a program's name belongs to that program.
  if (rest) command.passThroughOptions();
  const optional = all.filter((field) => !positional.includes(field));
  for (const field of optional) command.addOption(toOption(field));
  if (method.effect === 'destroy') command.option('--yes', 'do it without asking');
  command.action(async () => {
    const params: Record<string, unknown> = {};
    for (const [i, field] of positional.entries()) put(params, field, command.processedArgs[i]);
    for (const field of optional) put(params, field, typed(command, kebab(field.name)));
    await run(params, command.opts().yes === true);
  });
}

/** Only what was typed is sent: defaults are the daemon's to fill in. */
function typed(command: Command, name: string): unknown {
  const option = command.options.find(({ long }) => long === `--${name}` || long === `--no-${name}`);
  const attribute = option?.attributeName() ?? '';
  return command.getOptionValueSource(attribute) === 'cli' ? command.getOptionValue(attribute) : undefined;
}

function put(params: Record<string, unknown>, { name, type }: Field, value: unknown): void {
  if (value === undefined || (type === 'list' && Array.isArray(value) && value.length === 0)) return;
  params[name] = value;
}

function addArgument(command: Command, field: Field, rest: boolean): void {
  const name = kebab(field.name) + (rest ? '...' : '');
  const text = field.required ? `<${name}>` : `[${name}]`;
  if (rest) command.argument(text, field.description);
  else command.argument(text, field.description, (value: string) => fromText(field, value));
}

function toOption(field: Field): Option {
  const name = kebab(field.name);
  if (field.type === 'boolean')
    return new Option(field.default === true ? `--no-${name}` : `--${name}`, describe(field));
  const option = new Option(`--${name} <${placeholder(field)}>`, describe(field));
  if (field.choices) option.choices(field.choices);
  else option.argParser((text: string, before: unknown) => merge(field, fromText(field, text), before));
  return option.makeOptionMandatory(field.required);
}

/** Lists and maps may be given piece by piece. */
function merge({ type }: Field, value: unknown, before: unknown): unknown {
  if (type === 'list') return [...((before as unknown[]) ?? []), ...(value as unknown[])];
  return type === 'map' ? { ...(before as object), ...(value as object) } : value;
}

function describe({ description, default: preset, type }: Field): string {
  const shown =
    preset === undefined || type === 'boolean' || (Array.isArray(preset) && preset.length === 0) || preset === '';
  return shown ? description : `${description} (default: ${String(preset)})`.trim();
}

function placeholder({ type, choices }: Field): string {
  return choices
    ? choices.join('|')
    : { list: 'a,b', map: 'KEY=value', number: 'number', json: 'json', string: 'text', boolean: '' }[type];
}

const kebab = (name: string) => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
