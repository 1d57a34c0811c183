/** Terminals: live byte streams of a session's screen, with exact places, credit and snapshots. */
import * as z from 'zod';
import { method, notification } from './define.js';
import { cols, rows } from './session.js';

/** What both ends of a stream must agree on. */
export const stream = {
  /** A viewer with more unacknowledged bytes than this gets no more until it acknowledges. */
  highWaterBytes: 100_000,
  /** Clients acknowledge at least each time this many bytes were taken in. */
  ackEveryBytes: 5_000,
  /** A viewer further behind than this is moved forward by a gap and a snapshot. */
  lagBytes: 1024 * 1024,
  /** Bytes kept per pane for resuming. */
  ringBytes: 2 * 1024 * 1024,
  /** Largest piece of output in one notification, before base64. */
  batchBytes: 64 * 1024,
  /** Largest input of one call, before base64. */
  inputBytes: 1024 * 1024,
} as const;

const streamId = z.string().max(64).describe('From `terminal/open`; valid on its own connection only.');
const offset = z.int().min(0).describe("Place in the pane's own bytes, counted from the start of the epoch.");
const epoch = z.string().max(64).describe('Names one unbroken count of offsets.');
const sessionId = z.uuid();
const base64 = z.base64();
const success = z.object({ success: z.literal(true) });

/** The size as a viewer sees it. */
const View = {
  cols: z.int().describe("The session's size now."),
  rows: z.int(),
  owner: z.boolean().describe("Whether the size is this viewer's: the latest to open with a size, focus or type."),
};

/** Enough to rebuild the screen in an empty terminal. */
export const Snapshot = z.object({
  data: base64.describe('Bytes that, written to a fresh terminal of this size, draw the screen and set its modes.'),
  cols: z.int(),
  rows: z.int(),
});
export type Snapshot = z.infer<typeof Snapshot>;

export const terminalMethods = {
  'terminal/open': method({
    summary: "Opens a stream of a session's output on this connection, beginning with a snapshot of the screen.",
    effect: 'write',
    scope: 'terminal:read',
    concerns: { session: ['sessionId'] },
    audit: 'after',
    params: z.object({
      sessionId,
      mode: z.enum(['rw', 'ro']).default('rw').describe('`ro` may neither type nor resize.'),
      cols: cols.optional().describe("This viewer's own size, with rows; without it, it never has a say in the size."),
      rows: rows.optional(),
      focus: z
        .boolean()
        .optional()
        .describe('Whether the session takes this size now, from whoever owns it; true unless resuming.'),
      scrollback: z.int().min(0).max(100_000).default(1000).describe('History lines in the snapshot.'),
      flow: z
        .boolean()
        .default(true)
        .describe('Whether this viewer acknowledges; without it only the connection itself holds output back.'),
      resume: z
        .object({ epoch, offset })
        .optional()
        .describe('Where the viewer stopped; output goes on there while the daemon still has it.'),
    }),
    result: z.object({
      streamId,
      epoch,
      offset: offset.describe('Place of the first byte that follows.'),
      resumed: z.boolean().describe('True when output goes on at the place asked for; there is no snapshot then.'),
      ...View,
      snapshot: Snapshot.optional(),
    }),
    errors: ['NotFound', 'Conflict', 'Gone'],
  }),

  'terminal/input': method({
    summary: 'Types bytes into the session of a stream.',
    effect: 'write',
    scope: 'terminal:write',
    concerns: {},
    params: z.object({
      streamId,
      data: base64.max(Math.ceil(stream.inputBytes / 3) * 4).describe('At most 1 MiB before base64.'),
    }),
    result: success,
    errors: ['NotFound', 'Forbidden', 'Gone'],
  }),

  'terminal/resize': method({
    summary: "Says a viewer's size; the session takes it when this viewer owns the size, or nobody does.",
    effect: 'write',
    scope: 'terminal:write',
    concerns: {},
    params: z.object({ streamId, cols, rows }),
    result: z.object(View),
    errors: ['NotFound', 'Forbidden', 'Gone'],
  }),

  'terminal/focus': method({
    summary: "Makes a viewer the owner of its session's size, as typing does; the other viewers are told.",
    effect: 'write',
    scope: 'terminal:write',
    concerns: {},
    params: z.object({ streamId }),
    result: z.object(View),
    errors: ['NotFound', 'Forbidden', 'Gone'],
  }),

  'terminal/ack': method({
    summary: 'Tells that a viewer has taken in all output before a place.',
    effect: 'read',
    scope: 'terminal:read',
    concerns: {},
    params: z.object({ streamId, offset }),
    result: success,
    errors: ['NotFound', 'InvalidParams'],
  }),

  'terminal/close': method({
    summary: 'Ends a stream; the session goes on.',
    effect: 'read',
    scope: 'terminal:read',
    concerns: {},
    params: z.object({ streamId }),
    result: success,
    errors: ['NotFound'],
  }),
};

export const terminalNotifications = {
  'terminal/output': notification({
    summary: 'Bytes the program printed, in order and without holes.',
    from: 'daemon',
    delivery: 'connection',
    params: z.object({ streamId, offset: offset.describe('Place of the first byte.'), data: base64 }),
  }),
  'terminal/gap': notification({
    summary: 'Bytes this viewer will not get; a snapshot follows at once.',
    from: 'daemon',
    delivery: 'connection',
    params: z.object({ streamId, from: offset, to: offset, epoch }),
  }),
  'terminal/snapshot': notification({
    summary: 'The screen as it stood at a place; output goes on there.',
    from: 'daemon',
    delivery: 'connection',
    params: z.object({ streamId, epoch, offset, ...Snapshot.shape }),
  }),
  'terminal/resized': notification({
    summary: 'The session has another size, or its size another owner.',
    from: 'daemon',
    delivery: 'connection',
    params: z.object({ streamId, ...View }),
  }),
  'terminal/exit': notification({
    summary: 'The program ended; the last screen was sent as a snapshot before, since tmux may drop the last bytes.',
    from: 'daemon',
    delivery: 'connection',
    params: z.object({ streamId, code: z.int().nullable() }),
  }),
  'terminal/closed': notification({
    summary: 'The daemon ended the stream.',
    from: 'daemon',
    delivery: 'connection',
    params: z.object({ streamId, reason: z.enum(['suspended', 'closed', 'gone', 'stopping', 'slow']) }),
  }),
};
