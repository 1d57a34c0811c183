/** Runs: a command in a session of its own, to its end, with its exit code and exactly what it printed. */
import * as z from 'zod';
import { method } from './define.js';
import { sessionMethods } from './sessions.js';

const { projectPath, folderId, environment, cols, rows } = sessionMethods['session/create'].params.shape;

/** Bounds of what a run keeps. */
export const run = {
  /** Output kept unless told otherwise; the newest. */
  keptBytes: 256 * 1024,
  /** How long a command may take unless told otherwise. */
  timeoutMs: 600_000,
  /** Output kept at most. */
  mostBytes: 2 * 1024 * 1024,
} as const;

export const runMethods = {
  'session/run': method({
    summary: 'Runs a command to its end in a session of its own, and returns its exit code and what it printed.',
    effect: 'write',
    concerns: { folder: ['folderId'], place: 'folderId' },
    audit: 'after',
    params: z.object({
      command: z
        .array(z.string().max(65536))
        .min(1)
        .max(1000)
        .describe('Program and arguments, run without a shell in between.'),
      name: z.string().trim().min(1).max(200).optional().describe('What people see; the command when absent.'),
      projectPath,
      folderId,
      environment,
      cols,
      rows,
      timeoutMs: z
        .int()
        .min(1)
        .max(86_400_000)
        .default(run.timeoutMs)
        .describe('After so long the command is ended, with what it had printed as the answer.'),
      maxBytes: z.int().min(0).max(run.mostBytes).default(run.keptBytes).describe('Output kept; of more, the newest.'),
      encoding: z
        .enum(['utf8', 'base64'])
        .default('utf8')
        .describe('How `output` is written: as text, or its bytes exactly.'),
      keep: z.boolean().default(false).describe('Leave the session, with its last screen, when the command has ended.'),
      progressToken: z
        .union([z.string(), z.int()])
        .optional()
        .describe(
          'Asks for the output as it comes: `$/progress` with `{offset, data}`, the bytes in base64; `sessionId` comes first.',
        ),
    }),
    result: z.object({
      sessionId: z.string(),
      reason: z
        .enum(['exited', 'timeout', 'gone'])
        .describe('Why it is over; `gone` when somebody closed the session, or tmux ended.'),
      exitCode: z
        .int()
        .nullable()
        .describe('As a shell tells it: 128 and the number of the signal that ended it. Null unless it exited.'),
      output: z.string().describe('What the program wrote, without the carriage returns a terminal adds to line ends.'),
      bytes: z.int().describe('Bytes written in all.'),
      omittedBytes: z.int().describe('Of these, how many at the beginning are not in `output`.'),
      complete: z.boolean().describe('False when bytes were missed because tmux was lost; `output` then has a hole.'),
      elapsedMs: z.int(),
    }),
    errors: ['InvalidParams', 'NotFound', 'Conflict', 'Unavailable'],
    doors: ['mcp'],
  }),
};
