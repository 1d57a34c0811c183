/** The flags every command takes, before or after its name. */
import { type Command, Option } from 'commander';
import { failure } from './fail.js';
import type { OutputFlags } from './output.js';

export interface GlobalFlags extends OutputFlags {
  readonly input?: boolean;
  readonly socket?: string;
  readonly host?: string;
  readonly timeout?: string;
  readonly autostart?: boolean;
  readonly debug?: boolean;
}

const table: readonly [flags: string, description: string][] = [
  ['--json', "print the method's own result as one JSON object"],
  ['--quiet', 'print no remarks, only data and errors'],
  ['--no-color', 'no colours'],
  ['--no-input', 'never ask'],
  ['--socket <path>', "the daemon's socket (RDV_SOCKET)"],
  ['--host <machine>', 'the daemon of another machine, by ssh (RDV_HOST)'],
  ['--timeout <ms>', 'how long a call may take'],
  ['--no-autostart', 'do not start the daemon (RDV_NO_AUTOSTART=1)'],
  ['--debug', 'show where an error comes from'],
];

const GROUP = 'Everywhere:';

export const isEverywhere = ({ helpGroupHeading }: Option): boolean => helpGroupHeading === GROUP;

/** Adds them as a group of their own at the end of the help; a noun takes them too, but shows only its verbs. */
export function addGlobalFlags(command: Command): void {
  const isNoun = command.parent !== null && command.commands.length > 0;
  const add = (flags: string, description: string) => new Option(flags, description).helpGroup(GROUP).hideHelp(isNoun);
  for (const [flags, description] of table) command.addOption(add(flags, description));
  command.addHelpOption(add('-h, --help', 'show this'));
}

/** What was really typed, after the command's name or before it; defaults do not count. */
export function globalFlags(command: Command): GlobalFlags {
  const typed: Record<string, unknown> = {};
  for (let at: Command | null = command; at; at = at.parent) {
    for (const option of at.options) {
      const name = option.attributeName();
      if (at.getOptionValueSource(name) === 'cli') typed[name] ??= at.getOptionValue(name);
    }
  }
  return typed;
}

/** As they would be typed. */
export function wordsOfFlags(flags: GlobalFlags): string[] {
  const given: Readonly<Record<string, unknown>> = { ...flags };
  return table.flatMap(([text]) => {
    const option = new Option(text);
    const value = given[option.attributeName()];
    if (value === undefined) return [];
    return option.isBoolean() ? [option.long!] : [option.long!, String(value)];
  });
}

/** Undefined when not given. Throws InvalidParams. */
export function timeoutOf({ timeout }: GlobalFlags): number | undefined {
  if (timeout === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(timeout)) return Number(timeout);
  throw failure('InvalidParams', `Expected --timeout to be milliseconds, got "${timeout}".`, 'Try `--timeout 5000`.');
}
