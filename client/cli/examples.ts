/** What stands below a command's help, and the examples in it. */
import type { EventEmitter } from 'node:events';
import type { Command } from 'commander';

/** All that was added by `addHelpText`. */
export function textBelow(command: Command): string {
  let text = '';
  const write = (more: string) => {
    text += more;
  };
  // As the library itself asks for it.
  (command as unknown as EventEmitter).emit('afterHelp', { error: false, write, command });
  return text.trim();
}

/** The command lines below `Example:` or `Examples:`. */
export function examplesOf(command: Command): string[] {
  const [, below = ''] = /^Examples?:\n((?: {2}.+(?:\n|$))+)/m.exec(textBelow(command)) ?? [];
  return below
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

/** A command that takes nothing is its own example. */
export function addOwnExample(command: Command): void {
  if (command.commands.length > 0 || command.registeredArguments.some(({ required }) => required)) return;
  if (command.options.some(({ mandatory }) => mandatory)) return;
  if (examplesOf(command).length === 0) command.addHelpText('after', `\nExample:\n  ${pathOf(command).join(' ')}`);
}

/** `rdv`, `session`, `list`. */
export function pathOf(command: Command): string[] {
  return [...(command.parent ? pathOf(command.parent) : []), command.name()];
}
