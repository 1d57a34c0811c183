/** Commands of a noun that are more than a call, written by hand. */
import type { Command } from 'commander';
import { type Answer, answering } from './answer.js';
import type { Context, WithContext } from './context.js';

/** A function that adds a command to the group; what it returns takes options, which its action is given. */
export function adderTo(group: Command, withContext: WithContext) {
  return <F extends object>(
    name: string,
    answer: Answer['of'],
    summary: string,
    action: (context: Context, flags: F) => Promise<void>,
  ): Command =>
    answering(group.command(name), answer)
      .description(summary)
      .action((flags: F, command: Command) => withContext(command, (context) => action(context, flags)));
}
