/** Recordings: what a session shows, in time, in a file other programs can play. */
import * as z from 'zod';
import { method } from './define.js';

export const Recording = z.object({
  sessionId: z.string(),
  path: z.string().describe('An asciicast v2 file, in the data folder.'),
  active: z.boolean().describe('False once it has ended.'),
  startedAt: z.int().describe('Unix ms.'),
  bytes: z.int().describe('Written so far.'),
  ended: z
    .enum(['stopped', 'exited', 'closed', 'full', 'failed'])
    .nullable()
    .describe(
      'Why it ended: on request, with the program, with the session, at the size limit, or because of the disk.',
    ),
});
export type Recording = z.infer<typeof Recording>;

/** Bounds of a recording. */
export const recording = {
  /** A file is ended at this size. */
  fileBytes: 256 * 1024 * 1024,
} as const;

export const recordingMethods = {
  'session/record': method({
    summary: "Starts or stops the recording of a session's terminal, or tells how it stands.",
    effect: 'write',
    scope: 'terminal:read',
    concerns: { session: ['id'] },
    audit: 'after',
    params: z.object({
      id: z.uuid().describe('Session id.'),
      action: z
        .enum(['start', 'stop', 'status'])
        .default('start')
        .describe('A recording ends by itself with the program, with the session and with the daemon.'),
    }),
    result: z.object({
      recording: Recording.nullable().describe('Null when there was none since the daemon started.'),
    }),
    errors: ['NotFound', 'Conflict', 'Gone', 'Unavailable'],
    lock: 'id',
    args: ['id'],
    doors: ['mcp'],
  }),
};
