/** Expressions of rules, as RE2: what an agent prints, or a user writes into a rule, can then not hold the daemon up. */
import { RE2JS, RE2JSSyntaxException } from 're2js';
import { literalIn } from './literal.js';

export interface Expression {
  /** The first match in a text. */
  find(text: string): Matched | undefined;
}

export interface Matched {
  readonly start: number;
  readonly end: number;
  /** As many as the expression has; undefined where one took no part. */
  readonly groups: readonly (string | undefined)[];
}

/** Compiled when it is first needed: a text without the words it asks for is never matched. Its source must be known to be right. */
export function createExpression(source: string): Expression {
  const literal = literalIn(source);
  let compiled: RE2JS | undefined;
  return {
    find(text) {
      if (literal !== undefined && !flat(text).includes(literal)) return undefined;
      compiled ??= compile(source);
      const matcher = compiled.matcher(text);
      if (!matcher.find()) return undefined;
      const groups = Array.from({ length: matcher.groupCount() }, (_, at) => matcher.group(at + 1) ?? undefined);
      return { start: matcher.start(), end: matcher.end(), groups };
    },
  };
}

/** Size of a compiled expression: one screen must not take long. */
const PROGRAM = 2000;

/** Throws an Error that says what is wrong with an expression of a user. */
export function checkExpression(source: string): void {
  try {
    if (compile(source).programSize() <= PROGRAM) return;
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    throw new Error(`${JSON.stringify(source)} is no RE2 expression: ${error.message}`);
  }
  throw new Error(`${JSON.stringify(source)} repeats too much`);
}

const compile = (source: string) => RE2JS.compile(spaced(source), RE2JS.CASE_INSENSITIVE | RE2JS.MULTILINE);

/** A blank stands for any white space: on a narrow screen words are on lines of their own. Not within brackets, nor one that is repeated. */
function spaced(source: string): string {
  let bracket = false;
  let spacedOut = '';
  for (let at = 0; at < source.length; at++) {
    const character = source[at]!;
    if (character === '\\') {
      spacedOut += character + (source[++at] ?? '');
      continue;
    }
    if (character === '[') bracket = true;
    if (character === ']') bracket = false;
    const repeated = /[?*+{]/.test(source[at + 1] ?? '');
    spacedOut += character === ' ' && !bracket && !repeated ? '\\s+' : character;
  }
  return spacedOut;
}

/** Many rules look at the same few texts, one after another. */
const RECENT = 32;
const recent = new Map<string, string>();

/** In small letters, with single blanks. */
function flat(text: string): string {
  const known = recent.get(text);
  if (known !== undefined) return known;
  if (recent.size >= RECENT) recent.clear();
  const made = text.replace(/\s+/g, ' ').toLowerCase();
  recent.set(text, made);
  return made;
}
