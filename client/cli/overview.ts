/** The help of `rdv` itself: what to begin with, and the names of everything else, on one screen. */
import type { Command, Help } from 'commander';
import { isEverywhere } from './flags.js';
import { fit, wrapped } from './text.js';

/** The help group of the commands a newcomer needs; the others show their names only. */
export const BEGIN = 'Begin with:';

const LABEL = 10;
const COLUMNS = 80;

export function formatOverview(program: Command, help: Help): string {
  const width = Math.min(help.helpWidth ?? COLUMNS, 100);
  const commands = help.visibleCommands(program);
  const first = commands.filter((command) => command.helpGroup() === BEGIN);
  const others = commands.filter((command) => command.helpGroup() !== BEGIN);
  const named = (label: string, names: readonly string[]) => {
    const lines = wrapped(names.join(', '), width - LABEL, lengthOf);
    return lines.map((line, i) => `${(i === 0 ? label : '').padEnd(LABEL)}${line}`);
  };
  const isNoun = (command: Command) => command.commands.length > 0;
  const namesOf = (list: readonly Command[]) => list.map((command) => command.name()).sort();
  const about = (command: Command) => fit(clause(command.description(), width - LABEL), width - LABEL, lengthOf);
  const lines = [
    `Usage: ${help.commandUsage(program)}`,
    ...wrapped(program.description(), width, lengthOf),
    '',
    BEGIN,
    ...first.map((command) => `  ${command.name().padEnd(LABEL - 2)}${about(command)}`),
    '',
    ...named('More', namesOf(others.filter((command) => !isNoun(command)))),
    ...named('By noun', namesOf(others.filter(isNoun))),
    ...named(
      'Options',
      help
        .visibleOptions(program)
        .filter(isEverywhere)
        .map(({ long }) => long!),
    ),
    ...wrapped('`rdv help new` tells what it takes, with an example; so for every command.', width, lengthOf),
  ];
  return `${lines.join('\n')}\n`;
}

const lengthOf = (text: string) => text.length;

/** The first clause, or what of it fits. */
function clause(text: string, room: number): string {
  const first = text.split(/[;:] |\.(?: |$)/)[0]!;
  return first.length > room ? first.slice(0, first.lastIndexOf(', ', room)) : first;
}
