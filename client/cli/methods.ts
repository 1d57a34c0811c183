/** `rdv <noun> <verb>` for every method of the table that has the command line among its doors. */
import { Argument, type Command, Option } from 'commander';
import { allMethods, type Method, type MethodName } from '#protocol';
import { type Field, fields, fromText } from '#protocol/fields';
import { answering } from './answer.js';
import { type Meaning, means } from './meaning.js';
import { meaningOf } from './nouns.js';

/** What a method's command line came to. */
export interface Invocation {
  readonly name: MethodName;
  readonly method: Method;
  readonly params: Readonly<Record<string, unknown>>;
  readonly yes: boolean;
}

type Run = (invocation: Invocation, command: Command) => Promise<void>;

/**
 * Adds a command per method. `wanted` are the words of the command line, or everything: only the command that is named
 * needs its options, and reading every schema would cost each start some milliseconds.
 */
export function addMethodCommands(program: Command, wanted: readonly string[] | 'everything', run: Run): void {
  for (const [name, method] of allMethods) {
    const [noun = '', verb = ''] = name.split('/');
    if (!method.doors?.includes('cli')) continue;
    const group = groupOf(program, noun);
    // Some are made by hand, where a call alone is not what a person wants.
    if (group.commands.some((command) => command.name() === kebab(verb))) continue;
    const command = answering(group.command(kebab(verb)), name).description(method.summary);
    if (wanted !== 'everything' && (!wanted.includes(noun) || !wanted.includes(kebab(verb)))) continue;
    addFields(command, name, method, (params, yes) => run({ name, method, params, yes }, command));
    if (method.example) command.addHelpText('after', `\nExample:\n  ${method.example}`);
  }
}

/** `rdv <noun>`, made when it is not there yet. */
export function groupOf(program: Command, noun: string): Command {
  return program.commands.find((c) => c.name() === noun) ?? program.command(noun).description(verbsOf(noun));
}

function verbsOf(noun: string): string {
  const verbs = allMethods.filter(([name, method]) => name.startsWith(`${noun}/`) && method.doors?.includes('cli'));
  return verbs.map(([name]) => kebab(name.slice(noun.length + 1))).join(', ');
}

function addFields(
  command: Command,
  name: MethodName,
  method: Method,
  run: (params: Record<string, unknown>, yes: boolean) => Promise<void>,
): void {
  const all = fields(method).map(fromHere);
  const positional = (method.args ?? []).map((name) => all.find((field) => field.name === name)!);
  const rest = positional.at(-1)?.type === 'list';
  for (const field of positional)
    means(addArgument(command, field, rest && field === positional.at(-1)), meaningOf(name, method, field));
  // What follows a program's name belongs to that program.
  if (rest && positional.at(-1)?.name === 'command') command.passThroughOptions();
  const optional = all.filter((field) => !positional.includes(field));
  for (const field of optional)
    for (const option of toOptions(field))
      command.addOption(means(option, asList(meaningOf(name, method, field), field)));
  if (method.effect === 'destroy') command.option('--yes', 'do it without asking');
  command.action(async () => {
    const params: Record<string, unknown> = {};
    for (const [i, field] of positional.entries()) put(params, field, command.processedArgs[i]);
    for (const field of optional) put(params, field, typed(command, kebab(field.name)));
    await run(params, command.opts().yes === true);
  });
}

/** A repository that is not named is the one the person is in. */
function fromHere(field: Field): Field {
  if (field.name !== 'repoPath') return field;
  return { ...field, required: false, description: `${field.description} (default: here)` };
}

/** Only what was typed is sent: defaults are the daemon's to fill in. */
function typed(command: Command, name: string): unknown {
  const option = command.options.find(({ long }) => long === `--${name}` || long === `--no-${name}`);
  const attribute = option?.attributeName() ?? '';
  return command.getOptionValueSource(attribute) === 'cli' ? command.getOptionValue(attribute) : undefined;
}

/** The library takes null for nothing, and nothing for an empty text. */
const NONE = Symbol('none');

function put(params: Record<string, unknown>, { name, type }: Field, value: unknown): void {
  if (value === undefined || (type === 'list' && Array.isArray(value) && value.length === 0)) return;
  params[name] = value === NONE ? null : value;
}

/** As an option a list is one word with commas in it. */
const asList = (meaning: Meaning, { type }: Field): Meaning => (type === 'list' ? { ...meaning, list: true } : meaning);

function addArgument(command: Command, field: Field, rest: boolean): Argument {
  // A name will do as well as an id.
  const name = kebab(field.name).replace(/-ids?$/, '') + (rest ? '...' : '');
  const text = field.required ? `<${name}>` : `[${name}]`;
  const argument = new Argument(text, describe(field));
  if (field.choices) argument.choices(field.choices);
  else if (!rest) argument.argParser((value: string) => fromText(field, value));
  command.addArgument(argument);
  return argument;
}

/** What is neither true nor false unless somebody says so can be said both ways. */
function toOptions(field: Field): Option[] {
  if (field.type !== 'boolean') return [toOption(field)];
  const name = kebab(field.name);
  const no = new Option(`--no-${name}`, field.default === true ? `turns off: ${describe(field)}` : `not \`--${name}\``);
  return [
    ...(field.default === true ? [] : [new Option(`--${name}`, describe(field))]),
    ...(field.default === false ? [] : [no]),
  ];
}

function toOption(field: Field): Option {
  const name = kebab(field.name);
  const option = new Option(`--${name} <${placeholder(field)}>`, describe(field));
  if (field.choices) option.choices(field.choices);
  else option.argParser((text: string, before: unknown) => merge(field, fromText(field, text), before) ?? NONE);
  return option.makeOptionMandatory(field.required);
}

/** Lists and maps may be given piece by piece. */
function merge({ type }: Field, value: unknown, before: unknown): unknown {
  if (type === 'list') return [...((before as unknown[]) ?? []), ...(value as unknown[])];
  return type === 'map' ? { ...(before as object), ...(value as object) } : value;
}

function describe({ description, default: preset, type, nullable }: Field): string {
  const quiet = preset === undefined || type === 'boolean' || preset === '' || typeof preset === 'object';
  const remarks = [nullable ? '`none`: not set' : '', quiet ? '' : `default: ${String(preset)}`].filter(Boolean);
  return remarks.length > 0 ? `${description} (${remarks.join('; ')})`.trim() : description;
}

function placeholder({ type, choices }: Field): string {
  return choices
    ? choices.join('|')
    : { list: 'a,b', map: 'KEY=value', number: 'number', json: 'json', string: 'text', path: 'path', boolean: '' }[
        type
      ];
}

const kebab = (name: string) => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
