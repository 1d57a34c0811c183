/** What a half-typed command line asks for: a command, an option, or the value of something. */
import type { Meaning } from './meaning.js';
import type { CommandNode, OptionNode, Tree } from './tree.js';

export interface Question {
  /** What of the word stays as it is: `--status=`. */
  readonly head: string;
  /** What of it is to be completed. */
  readonly typed: string;
  readonly commands: readonly CommandNode[];
  readonly options: readonly OptionNode[];
  /** Of the value that stands here. */
  readonly meaning: Meaning;
  /** The values before it. */
  readonly operands: readonly string[];
  /** What the options before it were given, by each of their flags. */
  readonly given: Readonly<Record<string, string>>;
}

interface Walk {
  readonly command: CommandNode;
  readonly operands: readonly string[];
  readonly given: Readonly<Record<string, string>>;
  /** The option whose value comes next. */
  readonly waiting: OptionNode | undefined;
  /** Behind `--`, or behind the name of a program. */
  readonly ended: boolean;
}

/** `before` are the whole words behind `rdv`, `word` is the one that is being typed. */
export function questionIn({ root, everywhere }: Tree, before: readonly string[], word: string): Question {
  const start: Walk = { command: root, operands: [], given: {}, waiting: undefined, ended: false };
  const walk = before.reduce((at, each) => step(at, each, everywhere), start);
  const { command, operands, given, waiting, ended } = walk;
  const nothing = { head: '', typed: word, commands: [], options: [], meaning: {}, operands, given };
  if (waiting && !(waiting.optional && word.startsWith('-'))) return { ...nothing, meaning: waiting.value ?? {} };
  if (!ended && word.startsWith('-')) {
    const known = [...command.options, ...everywhere];
    const [, head = '', typed = ''] = /^(--[^=]+=)(.*)$/s.exec(word) ?? [];
    if (head) return { ...nothing, head, typed, meaning: optionOf(known, head.slice(0, -1))?.value ?? {} };
    return { ...nothing, options: known.filter(({ flags, again }) => again || !flags.some((flag) => flag in given)) };
  }
  const last = command.operands.at(-1);
  const meaning = command.operands[operands.length] ?? (last?.many ? last : {});
  return { ...nothing, commands: operands.length === 0 && !ended ? command.commands : [], meaning };
}

function step(walk: Walk, word: string, everywhere: readonly OptionNode[]): Walk {
  const { command, operands, given, waiting, ended } = walk;
  if (waiting && !(waiting.optional && word.startsWith('-')))
    return { ...walk, waiting: undefined, given: { ...given, ...giving(waiting, word) } };
  if (!ended && word === '--') return { ...walk, waiting: undefined, ended: true };
  if (!ended && /^-./s.test(word)) return stepOption({ ...walk, waiting: undefined }, word, everywhere);
  const child = operands.length === 0 && !ended && command.commands.find(({ name }) => name === word);
  if (child) return { ...walk, waiting: undefined, command: child };
  return { ...walk, waiting: undefined, operands: [...operands, word], ended: ended || command.passes === true };
}

function stepOption(walk: Walk, word: string, everywhere: readonly OptionNode[]): Walk {
  const [, flag = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
  const option = optionOf([...walk.command.options, ...everywhere], flag);
  if (!option) return walk;
  const waiting = option.value && value === undefined ? option : undefined;
  return { ...walk, waiting, given: { ...walk.given, ...giving(option, value ?? '') } };
}

const optionOf = (options: readonly OptionNode[], flag: string) => options.find(({ flags }) => flags.includes(flag));

const giving = ({ flags }: OptionNode, value: string) => Object.fromEntries(flags.map((flag) => [flag, value]));
