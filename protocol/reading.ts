/** Reading a terminal as text: its screen, what is new, its history, and what in it matches. */
import * as z from 'zod';
import { method } from './define.js';

const sessionId = z.uuid();

export const readingMethods = {
  'terminal/read': method({
    summary: "Reads a session's terminal as plain text: the screen, what was printed since a cursor, or the history.",
    effect: 'read',
    scope: 'terminal:read',
    concerns: { session: ['sessionId'], watched: true },
    params: z.object({
      sessionId,
      mode: z
        .enum(['screen', 'new', 'history'])
        .default('screen')
        .describe('`new` is what was printed after the cursor; `history` the lines above the screen, and the screen.'),
      cursor: z
        .string()
        .max(120)
        .optional()
        .describe('From an earlier read, of any mode. A screen that is as it was then is only said to be unchanged.'),
      maxLines: z.int().min(1).max(10_000).default(200).describe('Lines at most; the newest are kept.'),
      maxBytes: z
        .int()
        .min(256)
        .max(1024 * 1024)
        .default(64 * 1024)
        .describe('UTF-8 bytes at most; the newest lines are kept.'),
    }),
    result: z.object({
      content: z.string().describe('Lines without control characters, trailing blanks and trailing blank lines.'),
      cursor: z.string().describe('Stands after what was read; for the next read.'),
      unchanged: z.boolean().describe('True when there is nothing new since the cursor; `content` is then empty.'),
      omittedLines: z.int().describe('Earlier lines that are not in `content`, to keep within the limits.'),
      complete: z
        .boolean()
        .describe('False when what was printed after the cursor is no longer held: `content` is then the history.'),
      screen: z
        .object({
          cols: z.int(),
          rows: z.int(),
          cursorX: z.int().describe('Columns before the cursor.'),
          cursorY: z.int().describe('Rows above the cursor.'),
          alternate: z
            .boolean()
            .describe('A full-screen program is at work: `screen` shows it, `new` makes little sense.'),
        })
        .optional()
        .describe('Absent when unchanged, and when the screen was not looked at.'),
    }),
    errors: ['NotFound', 'Gone', 'InvalidParams'],
    args: ['sessionId'],
    doors: ['cli', 'mcp'],
    example: 'rdv terminal read 3f2a --mode history --max-lines 50',
  }),

  'terminal/search': method({
    summary: "Finds lines of a session's history and screen by an expression.",
    effect: 'read',
    scope: 'terminal:read',
    concerns: { session: ['sessionId'] },
    params: z.object({
      sessionId,
      pattern: z.string().min(1).max(1000).describe('RE2 expression for one line; wrapped lines are one.'),
      ignoreCase: z.boolean().default(false).describe('Capital and small letters are the same.'),
      maxMatches: z.int().min(1).max(1000).default(50).describe('Lines at most; the newest are kept.'),
      maxLines: z.int().min(1).max(100_000).default(10_000).describe('How many of the newest lines are looked at.'),
      timeoutMs: z.int().min(1).max(60_000).default(5000).describe('How long the search may take.'),
    }),
    result: z.object({
      matches: z
        .array(
          z.object({
            line: z.int().describe('Lines below this one, down to the last that is not blank.'),
            text: z.string().describe('The line, at most 1,000 characters of it.'),
            start: z.int().describe('Where in `text` the first match begins, in UTF-16 units.'),
            end: z.int().describe('Where it ends.'),
          }),
        )
        .describe('Oldest first.'),
      searchedLines: z.int(),
      complete: z.boolean().describe('False when more lines match, or time was up before all were looked at.'),
    }),
    errors: ['NotFound', 'Gone', 'InvalidParams'],
    args: ['sessionId', 'pattern'],
    doors: ['cli', 'mcp'],
    example: "rdv terminal search 3f2a 'error|warning' --ignore-case",
  }),
};
