/** `rdv completion`: the script that makes Tab complete commands, options and what the daemon knows. */
import { basename } from 'node:path';
import { Argument, type Command } from 'commander';
import { answering } from './answer.js';
import { failure } from './fail.js';
import type { OutputOf } from './line.js';
import { isShell, type Shell, scripts, shells } from './scripts.js';

export function addCompletion(program: Command, outputOf: OutputOf): void {
  answering(program.command('completion'), 'Script')
    .description('Prints the script that makes Tab complete rdv in your shell: commands, options, sessions by name.')
    .addArgument(new Argument('[shell]', 'whose script (default: that of $SHELL)').choices(shells))
    .addHelpText('after', PLACES)
    .action((given: Shell | undefined, _: object, command: Command) => {
      const shell = given ?? shellOf(process.env);
      const output = outputOf(command);
      if (output.json) output.object({ shell, script: scripts[shell] });
      else output.data(scripts[shell]);
    });
}

const PLACES = `
Where it goes:
  bash   eval "$(rdv completion bash)"    in ~/.bashrc
  zsh    eval "$(rdv completion zsh)"     in ~/.zshrc
  fish   rdv completion fish > ~/.config/fish/completions/rdv.fish

Examples:
  rdv completion bash
  rdv completion fish > ~/.config/fish/completions/rdv.fish`;

function shellOf({ SHELL = '' }: Readonly<Record<string, string | undefined>>): Shell {
  const name = basename(SHELL);
  if (isShell(name)) return name;
  throw failure(
    'InvalidParams',
    name ? `There is no completion for ${name}.` : 'Which shell it is for cannot be told: SHELL is not set.',
    `Name one: \`rdv completion ${shells.join('|')}\`.`,
  );
}
