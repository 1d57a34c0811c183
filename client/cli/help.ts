/** `rdv help <command...>`: the help of a command, as `--help` behind it shows it. */
import type { Command } from 'commander';
import { answering } from './answer.js';
import { textBelow } from './examples.js';
import type { OutputOf } from './line.js';
import { means } from './meaning.js';

export function addHelp(program: Command, outputOf: OutputOf): void {
  const command = answering(program.command('help [command...]'), 'Help')
    .description('Shows what a command takes, with an example.')
    .addHelpText('after', '\nExamples:\n  rdv help\n  rdv help session list')
    .action((path: string[], _: object, self: Command) => {
      const asked = commandIn(program, path);
      const output = outputOf(self);
      if (output.json) output.object({ help: `${asked.helpInformation()}\n${textBelow(asked)}`.trim() });
      else asked.outputHelp();
    });
  means(command.registeredArguments[0]!, { names: 'topic' });
}

/** The command of that path. What is not there is told as when it is run. */
export function commandIn(program: Command, path: readonly string[]): Command {
  let at = program;
  for (const name of path) {
    const next = at.commands.find((command) => command.name() === name);
    if (!next) unknown(at, path.slice(path.indexOf(name)));
    at = next!;
  }
  return at;
}

function unknown(command: Command, words: readonly string[]): never {
  // The library finds what is near by these.
  command.args = [...words];
  (command as unknown as { unknownCommand(): never }).unknownCommand();
  throw new Error('An unknown command was taken for a known one.');
}
