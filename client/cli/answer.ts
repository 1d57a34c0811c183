/** What a command prints with --json. */
import type { Command } from 'commander';
import type { MethodName } from '#protocol';
import type { commandShapes } from '#protocol/commands';

export interface Answer {
  /** The method whose result it is, the name of a shape, or nothing: the terminal is what it is for, or stdin and stdout. */
  readonly of: MethodName | keyof typeof commandShapes | 'nothing';
  /** Any number of them, a line each. */
  readonly stream: boolean;
}

const answers = new WeakMap<Command, Answer>();

/** Every command says so, once, where it is made. */
export function answering(command: Command, of: Answer['of'], stream = false): Command {
  answers.set(command, { of, stream });
  return command;
}

export const answerOf = (command: Command): Answer | undefined => answers.get(command);
