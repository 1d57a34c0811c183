/** Expressions of rules: in JavaScript's own for ours, in RE2 for those of users, which must not be able to hang the daemon. */
import { RE2JS, RE2JSSyntaxException } from 're2js';

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

/** Ours are known to be harmless: a test runs each of them over long lines, and compiles it as RE2 too. */
export function compileOwn(source: string): Expression {
  const expression = new RegExp(spaced(source), 'imu');
  return {
    find(text) {
      const match = expression.exec(text);
      if (!match) return undefined;
      return { start: match.index, end: match.index + match[0].length, groups: match.slice(1) };
    },
  };
}

/** Size of a compiled expression: one screen must not take long. */
const PROGRAM = 2000;

/** Throws an Error that says what is wrong. */
export function compileUsers(source: string): Expression {
  let expression: RE2JS;
  try {
    expression = RE2JS.compile(spaced(source), RE2JS.CASE_INSENSITIVE | RE2JS.MULTILINE);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    throw new Error(`${JSON.stringify(source)} is no RE2 expression: ${error.message}`);
  }
  if (expression.programSize() > PROGRAM) throw new Error(`${JSON.stringify(source)} repeats too much`);
  return {
    find(text) {
      const matcher = expression.matcher(text);
      if (!matcher.find()) return undefined;
      const groups = Array.from({ length: matcher.groupCount() }, (_, at) => matcher.group(at + 1) ?? undefined);
      return { start: matcher.start(), end: matcher.end(), groups };
    },
  };
}

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
