/** Driving a session from outside: typing into it, reading its text, waiting for what it does. */
import * as z from 'zod';
import { AgentState } from './agents.js';
import { method } from './define.js';

const id = z.uuid().describe('Session id.');

export const drivingMethods = {
  'session/exec': method({
    summary: 'Types a command line into a session, with Enter unless told otherwise.',
    effect: 'write',
    scope: 'terminal:write',
    concerns: { session: ['id'] },
    audit: 'after',
    params: z.object({
      id,
      command: z.string().min(1).max(65536).describe('The line to type.'),
      pressEnter: z.boolean().default(true).describe('Press Enter behind it.'),
    }),
    result: z.object({
      success: z.literal(true),
      sessionId: z.string(),
      command: z.string(),
      message: z.string(),
    }),
    errors: ['NotFound', 'Conflict', 'Gone'],
    lock: 'id',
    args: ['id', 'command'],
    http: { routes: 'POST /api/sessions/:id/exec', codes: { command: 'COMMAND_REQUIRED' } },
    doors: ['cli', 'mcp'],
    example: 'rdv session exec 3f2a "npm test"',
  }),

  'session/send': method({
    summary: 'Types text and named keys into a session, as a keyboard would.',
    effect: 'write',
    scope: 'terminal:write',
    concerns: { session: ['id'] },
    audit: 'after',
    params: z.object({
      id,
      text: z.string().max(262_144).default('').describe('Typed as it stands, before the keys.'),
      keys: z
        .array(z.string().max(20))
        .max(100)
        .default([])
        .describe('Keys by tmux name after the text: Enter, Escape, Up, C-c, F5.'),
      enter: z.boolean().default(false).describe('Press Enter at the end.'),
    }),
    result: z.object({ success: z.literal(true), bytes: z.int().describe('Bytes of text that were taken.') }),
    errors: ['NotFound', 'Conflict', 'Gone'],
    lock: 'id',
    args: ['id', 'text'],
    doors: ['cli', 'mcp'],
    example: 'rdv session send 3f2a "hello" --enter',
  }),

  'session/scrollback': method({
    summary: 'Returns the text of a session: the last lines of its history and the screen.',
    effect: 'read',
    scope: 'terminal:read',
    concerns: { session: ['id'], watched: true },
    params: z.object({
      id,
      lines: z
        .int()
        .min(0)
        .max(100_000)
        .default(100)
        .describe('History lines above the screen; 0 for the screen alone.'),
    }),
    result: z.object({
      content: z
        .string()
        .describe('Plain text without control characters, wrapped lines joined, trailing blank lines cut.'),
    }),
    errors: ['NotFound', 'Gone'],
    args: ['id'],
    http: 'GET /api/sessions/:id/scrollback',
    doors: ['cli', 'mcp'],
    example: 'rdv session scrollback build --lines 200',
  }),

  'session/wait': method({
    summary: 'Waits until a session prints a pattern, falls silent, comes into a state, or its program ends.',
    effect: 'read',
    scope: 'terminal:read',
    concerns: { session: ['id'] },
    params: z.object({
      id,
      until: z
        .enum(['pattern', 'idle', 'state', 'exit'])
        .describe('What to wait for; `idle` is silence, whatever runs.'),
      pattern: z
        .string()
        .min(1)
        .max(1000)
        .optional()
        .describe('RE2 expression for one line; text already on the screen counts. Needed for `pattern`.'),
      states: z
        .array(AgentState)
        .min(1)
        .optional()
        .describe('States of its agent, of which one ends the wait. Needed for `state`.'),
      idleMs: z.int().min(50).max(600_000).default(2000).describe('Silence that counts as idle.'),
      timeoutMs: z.int().min(0).max(3_600_000).default(30_000).describe('How long to wait at most.'),
      progressToken: z.union([z.string(), z.int()]).optional().describe('Asks for `$/progress` each second.'),
    }),
    result: z.object({
      reason: z
        .enum(['matched', 'idle', 'state', 'exited'])
        .describe('Also `exited` when the program ends before the rest comes true.'),
      line: z.string().optional().describe('The line that matched.'),
      state: AgentState.optional().describe('The state its agent is in, of those waited for.'),
      exitCode: z.int().nullable().optional(),
      elapsedMs: z.int(),
    }),
    errors: ['NotFound', 'Gone', 'Timeout'],
    args: ['id'],
    doors: ['cli', 'mcp'],
    example:
      "rdv session wait 3f2a --until state --states idle,blocked\n  rdv session wait 3f2a --until pattern --pattern 'Listening on \\d+'",
  }),
};
