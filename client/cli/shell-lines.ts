/** Command lines of `rdv shell` from a pipe, one after another; one may go on over several lines of text. */
import { StringDecoder } from 'node:string_decoder';
import { failure } from './fail.js';
import { splitLine } from './quoting.js';

export interface Given {
  /** Where it begins, counted from 1. */
  readonly number: number;
  readonly text: string;
}

/** More than this is taken as it is, whether or not it would go on. */
const LONGEST = 4 * 1024 * 1024;

/** Nothing is read ahead of what is taken, but for what came along with it. */
export async function* readCommands(input: AsyncIterable<Buffer>): AsyncGenerator<Given> {
  let text = '';
  let number = 0;
  let begun = 0;
  for await (const line of readLines(input)) {
    number++;
    text = begun ? `${text}\n${line}` : line;
    begun ||= number;
    if (goesOn(text)) continue;
    yield { number: begun, text };
    begun = 0;
  }
  if (begun) yield { number: begun, text };
}

/** Whether the next line belongs to it. */
export function goesOn(text: string): boolean {
  return 'open' in splitLine(text) && text.length < LONGEST;
}

/** Without a leading `rdv`. Throws InvalidParams when a quote is open. */
export function wordsOf(text: string): string[] {
  const split = splitLine(text.replace(/\\$/, ''));
  if ('words' in split) return split.words[0] === 'rdv' ? split.words.slice(1) : split.words;
  throw failure(
    'InvalidParams',
    'A quote is not closed.',
    'Close it, or put a backslash before a quote that is meant.',
  );
}

async function* readLines(input: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let held = '';
  for await (const chunk of input) {
    const lines = (held + decoder.write(chunk)).split('\n');
    held = lines.pop()!;
    for (const line of lines) yield line.replace(/\r$/, '');
  }
  if (held) yield held;
}
