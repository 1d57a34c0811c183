/** The tools that read a terminal: its screen, what is new on it, and what in it matches. */
import * as z from 'zod';
import type { Result } from '#protocol';
import { tameLines } from '../clean.js';
import { defineTool, looks } from './define.js';
import { sessionIdOf } from './find.js';
import { cut, fitting, tailOf } from './fitting.js';
import { session } from './session-tools.js';

const TEXT_BYTES = 3400;

export const terminalRead = defineTool({
  name: 'terminal_read',
  description: 'Reads a terminal; the tail, when cut. With the last cursor an unchanged screen costs nothing.',
  input: z.object({
    session,
    mode: z.enum(['screen', 'new', 'history']).default('screen').describe('new: printed since the cursor.'),
    cursor: z.string().max(120).optional(),
    maxLines: z.int().min(1).max(10_000).default(200),
    maxBytes: z.int().min(256).max(200_000).default(TEXT_BYTES),
  }),
  output: z.object({
    text: z.string().optional(),
    unchanged: z.boolean().optional(),
    omittedLines: z.int().optional(),
    lost: z.boolean().optional(),
    fullScreen: z.boolean().optional(),
    cursor: z.string(),
  }),
  hints: looks,
  async run({ session: given, mode, cursor, maxLines, maxBytes }, calling) {
    const sessionId = await sessionIdOf(calling, given);
    const params = { sessionId, mode, maxLines, maxBytes, ...(cursor !== undefined && { cursor }) };
    const read = await calling.link.call('terminal/read', params, { signal: calling.signal });
    return answerOf(read, maxBytes, cursor);
  },
});

function answerOf(read: Result<'terminal/read'>, maxBytes: number, before: string | undefined) {
  const { cursor, unchanged, complete, screen } = read;
  if (unchanged) {
    const text = cursor === before ? 'Unchanged.' : `Unchanged. cursor: ${cursor}`;
    return { structured: { unchanged, cursor }, text };
  }
  const { text, omitted } = tailOf(tameLines(read.content), maxBytes);
  const omittedLines = read.omittedLines + omitted;
  const shown = text.trim() === '' ? '[nothing on it]' : text;
  const notes = [
    omittedLines > 0
      ? `[${omittedLines} earlier lines left out: more with maxLines and maxBytes, or terminal_search]`
      : undefined,
    complete ? undefined : '[what was new is no longer held: this is the history]',
  ];
  const structured = {
    text,
    ...(omittedLines > 0 && { omittedLines }),
    ...(!complete && { lost: true }),
    ...(screen?.alternate && { fullScreen: true }),
    cursor,
  };
  return {
    structured,
    text: [...notes.filter((note) => note !== undefined), shown, `[cursor ${cursor}]`].join('\n'),
  };
}

const LINE_CHARACTERS = 240;

export const terminalSearch = defineTool({
  name: 'terminal_search',
  description: 'Finds lines of the scrollback and screen by an RE2 expression; the newest are kept.',
  input: z.object({
    session,
    pattern: z.string().min(1).max(1000),
    ignoreCase: z.boolean().default(false),
    maxMatches: z.int().min(1).max(200).default(20),
  }),
  output: z.object({
    matches: z.array(z.object({ line: z.int().describe('Lines above the last one.'), text: z.string() })),
    more: z.boolean().optional(),
  }),
  hints: looks,
  async run({ session: given, pattern, ignoreCase, maxMatches }, calling) {
    const sessionId = await sessionIdOf(calling, given);
    const params = { sessionId, pattern, ignoreCase, maxMatches };
    const { matches, searchedLines, complete } = await calling.link.call('terminal/search', params, {
      signal: calling.signal,
    });
    const lines = matches.map(({ line, text, start, end }) => {
      const row = { line, text: tameLines(around(text, start, end)) };
      return { row, text: `-${line}: ${row.text}` };
    });
    // The newest are the last.
    const shown = [...fitting([...lines].reverse())].reverse();
    const more = !complete || shown.length < lines.length;
    const head = shown.length === 0 ? `No match in ${searchedLines} lines.` : undefined;
    const rest = more ? '[earlier matches left out: a narrower pattern, or more maxMatches]' : undefined;
    return {
      structured: { matches: shown.map(({ row }) => row), ...(more && { more }) },
      text: [head, rest, ...shown.map(({ text }) => text)].filter((line) => line !== undefined).join('\n'),
    };
  },
});

/** A long line is shown where it matched. */
function around(text: string, start: number, end: number): string {
  if (text.length <= LINE_CHARACTERS) return text;
  const from = Math.max(0, Math.min(start - 40, text.length - LINE_CHARACTERS));
  const piece = text.slice(from, Math.max(from + LINE_CHARACTERS, Math.min(end, from + 2 * LINE_CHARACTERS)));
  return `${from > 0 ? '…' : ''}${cut(piece, LINE_CHARACTERS)}`;
}
