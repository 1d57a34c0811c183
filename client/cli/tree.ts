/** The tree of commands as plain data, for completion, which has no time to build it. */
import type { Argument, Command, Option } from 'commander';
import { isEverywhere } from './flags.js';
import { type Meaning, meaningIn } from './meaning.js';

export interface CommandNode {
  readonly name: string;
  readonly about: string;
  readonly commands: readonly CommandNode[];
  readonly options: readonly OptionNode[];
  readonly operands: readonly OperandNode[];
  /** Behind the first operand nothing is an option any more. */
  readonly passes?: true;
}

export interface OptionNode {
  /** `-n` and `--name`. */
  readonly flags: readonly string[];
  readonly about: string;
  /** What it takes; a switch takes nothing. */
  readonly value?: Meaning;
  /** Its value may be left out. */
  readonly optional?: true;
  /** May be given again. */
  readonly again?: true;
}

export interface OperandNode extends Meaning {
  readonly many?: true;
}

export interface Tree {
  readonly root: CommandNode;
  /** Options that hold for every command; no command names them again. */
  readonly everywhere: readonly OptionNode[];
}

export function describeTree(program: Command): Tree {
  const everywhere = program.createHelp().visibleOptions(program).filter(isEverywhere);
  return { root: describe(program, ''), everywhere: everywhere.map((option) => describeOption(option, '')) };
}

function describe(command: Command, noun: string): CommandNode {
  const help = command.createHelp();
  const options = help.visibleOptions(command).filter((option) => !isEverywhere(option));
  return {
    name: command.name(),
    about: firstSentence(command.description()),
    commands: help.visibleCommands(command).map((child) => describe(child, noun || child.name())),
    options: options.map((option) => describeOption(option, noun)),
    operands: command.registeredArguments.map((argument) => describeOperand(argument, noun)),
    ...(passes(command) && { passes: true as const }),
  };
}

/** The library tells nobody. */
const passes = (command: Command) =>
  (command as unknown as { readonly _passThroughOptions: boolean })._passThroughOptions;

function describeOption(option: Option, noun: string): OptionNode {
  const { short, long, required, optional, description } = option;
  const value = required || optional ? meaningIn(option, noun) : undefined;
  return {
    flags: [short, long].filter((flag) => flag !== undefined),
    about: firstSentence(description),
    ...(value && { value }),
    ...(optional && { optional }),
    ...((option.variadic || value?.list || /KEY=value/.test(option.flags)) && { again: true as const }),
  };
}

const describeOperand = (argument: Argument, noun: string): OperandNode => ({
  ...meaningIn(argument, noun),
  ...(argument.variadic && { many: true as const }),
});

/** A menu has no room for more. */
const firstSentence = (text: string) => /^(.*?)(?:[.;:] | \(|\.?$)/s.exec(text)![1]!;
