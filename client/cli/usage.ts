/** How a mistyped command line is told: what is wrong with it, and what was probably meant. */
import type { Command } from 'commander';
import { nearest } from '#protocol/nearest';
import { pathOf } from './examples.js';
import type { Told } from './output.js';
import { clean } from './text.js';

/** One line of cause, one of cure. `text` is what the library says of it. */
export function usageError(text: string, command: Command): Told {
  const said = text.trim().replace(/^error: /, '');
  const meant = /^unknown command/.test(said) ? meantCommand(command) : meantWord(said, command);
  const hint = meant ? `Did you mean \`${clean(meant)}\`? ` : '';
  return { cause: clean(said), cure: `${hint}See \`${pathOf(command).join(' ')} --help\`.`, code: 'USAGE' };
}

function meantWord(said: string, command: Command): string | undefined {
  const [, option] = /^unknown option '--([^=]+)(?:=.*)?'$/s.exec(said) ?? [];
  if (option) return meantOption(option, command);
  const [, given = '', choices = ''] = CHOICE.exec(said) ?? [];
  return nearest(choices.split(', '), given);
}

function meantOption(given: string, command: Command): string | undefined {
  const names = command.options.flatMap(({ long }) => long?.slice(2) ?? []);
  const meant = nearest([...names, 'help'], given);
  return meant && `--${meant}`;
}

const CHOICE = /argument (?:value )?'([^']*)' is invalid(?: for argument '[^']*')?\. Allowed choices are (.+)\.$/s;

/** The nearest name; else the same words with the noun in the singular, or before the verb; else another verb for the same. */
function meantCommand(command: Command): string | undefined {
  const [first = '', second = ''] = command.args.flatMap((word) => word.split(/[/.]/)).map(kebab);
  const path = pathOf(command);
  const whole = (...names: string[]) => [...path, ...names].join(' ');
  if (!command.parent) {
    const pair = pairIn(command, first, second) ?? pairIn(command, second, first);
    if (pair) return whole(...pair);
  }
  const same = sameAs(first).find((verb) => command.commands.some((child) => child.name() === verb));
  if (same) return whole(same);
  const near = nearest(
    command
      .createHelp()
      .visibleCommands(command)
      .map((child) => child.name()),
    first,
  );
  if (near) return whole(...(pairIn(command, near, second) ?? [near]));
  const nouns = command.commands.filter((noun) => noun.commands.some((verb) => verb.name() === first));
  const noun = nouns.find((each) => each.name() === 'session') ?? nouns[0];
  return noun && whole(noun.name(), first);
}

/** The noun, and the verb if it has that or one that says the same. */
function pairIn(program: Command, noun: string, verb: string): string[] | undefined {
  const group = program.commands.find((each) => each.commands.length > 0 && isOneOf(noun, each.name()));
  if (!group) return undefined;
  const names = group.commands.map((each) => each.name());
  const known = [verb, ...sameAs(verb)].find((name) => names.includes(name)) ?? nearest(names, verb);
  return [group.name(), ...(known ? [known] : [])];
}

const isOneOf = (plural: string, noun: string) => [noun, `${noun}s`, noun.replace(/y$/, 'ies')].includes(plural);

/** Verbs that people take for each other; the first that there is counts. */
const synonyms = [
  ['list', 'ls', 'all'],
  ['get', 'show', 'info', 'inspect', 'status'],
  ['create', 'new', 'add', 'make'],
  ['close', 'kill', 'end', 'stop', 'terminate', 'delete', 'remove', 'rm', 'revoke'],
  ['delete', 'remove', 'rm', 'revoke', 'close'],
  ['update', 'set', 'edit', 'change'],
  ['attach', 'open', 'enter', 'connect'],
];

const sameAs = (verb: string) => synonyms.filter((words) => words.includes(verb)).flat();

const kebab = (word: string) => word.replace(/(?<=[a-z])[A-Z]/g, (c) => `-${c.toLowerCase()}`).toLowerCase();
