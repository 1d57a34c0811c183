/** Expressions of callers held against lines of a terminal, without holding anybody up. */
import { setImmediate as turn } from 'node:timers/promises';
import { RE2JS, RE2JSSyntaxException } from 're2js';
import { RpcError } from '#protocol';

/** Size of a compiled pattern, and of a line it is held against: one line must not take long, whatever both are. */
const PROGRAM = 1000;
const LINE_CHARS = 10_000;
/** Others get their turn after so long. */
const SLICE_MS = 10;

export interface Match {
  /** Place of the line in what was given. */
  readonly index: number;
  /** The line, as far as it was looked at. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export type Pattern = RE2JS;

/** RE2, because a caller's backtracking expression could hold the whole daemon. Throws InvalidParams. */
export function compilePattern(pattern: string, ignoreCase = false): Pattern {
  try {
    const expression = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    if (expression.programSize() <= PROGRAM) return expression;
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    throw new RpcError('InvalidParams', `Expected \`pattern\` to be an RE2 expression: ${error.message}.`);
  }
  throw new RpcError('InvalidParams', 'Expected a simpler `pattern`: this one repeats too much.');
}

/** Lines that match, newest first, one at a time. Lets others run now and then, and ends early once `over`. */
export async function* matchesIn(
  lines: readonly string[],
  pattern: Pattern,
  over: () => boolean,
): AsyncGenerator<Match> {
  let since = performance.now();
  for (let index = lines.length - 1; index >= 0; index--) {
    const text = lines[index]!.slice(0, LINE_CHARS);
    const matcher = pattern.matcher(text);
    if (matcher.find()) yield { index, text, start: matcher.start(), end: matcher.end() };
    if (performance.now() - since < SLICE_MS) continue;
    await turn();
    if (over()) return;
    since = performance.now();
  }
}
