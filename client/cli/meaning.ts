/** What the value of an option or argument may be; completion offers it. */
import { Argument, type Option } from 'commander';
import { listings } from './listings.js';

export interface Meaning {
  /** What it names: a noun of what is listed, or `file`, `directory`, `branch`, `worktree`, `program`, `topic`. */
  readonly names?: string;
  /** The words there are, or some that are likely. */
  readonly words?: readonly string[];
  /** Several of them, with commas between. */
  readonly list?: true;
}

const told = new WeakMap<Argument | Option, Meaning>();

/** Says so for one whose placeholder does not. */
export function means<W extends Argument | Option>(word: W, meaning: Meaning): W {
  told.set(word, meaning);
  return word;
}

/** As it was told, else by its choices, else by its placeholder; `noun` is that of the command. */
export function meaningIn(word: Argument | Option, noun: string): Meaning {
  const meaning = told.get(word);
  if (meaning) return meaning;
  if (word.argChoices) return { words: word.argChoices };
  return byPlaceholder(word instanceof Argument ? word.name() : placeholderOf(word), noun);
}

export const placeholderOf = ({ flags }: Option): string => /[<[]([^>\].]+)/.exec(flags)?.[1] ?? '';

function byPlaceholder(placeholder: string, noun: string): Meaning {
  if (placeholder === 'id') return { names: Object.hasOwn(listings, noun) ? noun : 'session' };
  if (Object.hasOwn(listings, placeholder)) return { names: placeholder };
  if (Object.hasOwn(alike, placeholder)) return { names: alike[placeholder]! };
  const words = placeholder.split(/[,|]/);
  return words.length > 1 && words[0] !== 'a' ? { words, ...(placeholder.includes(',') && { list: true }) } : {};
}

/** Placeholders that say what is meant, without being listed by the daemon under that name. */
const alike: Readonly<Record<string, string>> = {
  file: 'file',
  path: 'file',
  dir: 'directory',
  directory: 'directory',
  branch: 'branch',
  worktree: 'worktree',
  command: 'program',
};
