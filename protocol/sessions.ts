/** Sessions: one program in one window, kept while clients come and go. */
import * as z from 'zod';
import { method, notification } from './define.js';

export const SessionStatus = z.enum(['active', 'suspended', 'closed', 'trashed']);
export type SessionStatus = z.infer<typeof SessionStatus>;

/** Bounds of a terminal. Smaller than 10x3 no program draws sensibly; larger than 1000 is a typing error. */
export const cols = z.int().min(10).max(1000);
export const rows = z.int().min(3).max(1000);

export const Session = z.object({
  id: z.uuid(),
  userId: z.string(),
  name: z.string(),
  status: SessionStatus,
  backend: z
    .enum(['tmux', 'pty'])
    .describe('What runs its program: tmux, which outlives the daemon, or the daemon itself where there is no tmux.'),
  tmuxSessionName: z.string().describe('`rdv-<id>` on our own tmux server, if `backend` is tmux.'),
  projectPath: z.string().describe('The directory the program was started in.'),
  command: z.array(z.string()).nullable().describe('Program and arguments; null for the login shell.'),
  cols: z.int().describe('The size now.'),
  rows: z.int(),
  home: z
    .object({ cols: z.int(), rows: z.int() })
    .nullable()
    .describe('The size it returns to when no viewer owns it; null until the first viewer that says one.'),
  exit: z
    .object({
      code: z.int().nullable().describe('Exit code; null when a signal ended it or nothing is known.'),
      signal: z.int().nullable().describe('The signal that ended it, where the backend tells.'),
      at: z.int().describe('When the end was seen, Unix ms.'),
    })
    .nullable()
    .describe('How the program ended; null while it runs. The last screen stays readable until the session is closed.'),
  tabOrder: z.int(),
  lastActivityAt: z.int().describe('Last output seen, Unix ms, to about 5 s.'),
  createdAt: z.int(),
  updatedAt: z.int(),
});
export type Session = z.infer<typeof Session>;

const id = z.uuid().describe('Session id.');
const name = z.string().trim().min(1).max(200);

const success = z.object({ success: z.literal(true) });

export const sessionMethods = {
  'session/create': method({
    summary: 'Starts a program in a new session and leaves it running.',
    effect: 'write',
    params: z.object({
      name: name.default('Terminal').describe('What people see; need not be unique.'),
      projectPath: z
        .string()
        .max(4096)
        .optional()
        .describe('Working directory, absolute; the home directory when absent.'),
      command: z
        .array(z.string().max(65536))
        .min(1)
        .max(1000)
        .optional()
        .describe('Program and arguments, run without a shell in between; the login shell when absent.'),
      environment: z
        .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(10240))
        .optional()
        .describe('Variables of the program, on top of the plain environment every session starts with.'),
      cols: cols.optional().describe('Columns while no viewer says otherwise; 80 when absent.'),
      rows: rows.optional().describe('Rows while no viewer says otherwise; 24 when absent.'),
      historyLimit: z.int().min(0).max(1_000_000).default(10_000).describe('Scrollback lines kept.'),
      idempotencyKey: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe('The same key again returns the session made before.'),
    }),
    result: Session,
    errors: ['InvalidParams', 'Conflict', 'Unavailable'],
    http: 'POST /api/sessions',
    doors: ['cli', 'mcp'],
    example: 'rdv session create --name build --project-path ~/src/app -- npm run watch',
    args: ['command'],
  }),

  'session/list': method({
    summary: 'Lists sessions in tab order.',
    effect: 'read',
    params: z.object({
      status: z
        .array(SessionStatus)
        .optional()
        .describe('Only sessions in one of these states; all but closed and trashed when absent.'),
      revision: z.string().optional().describe('The revision the caller already has.'),
    }),
    result: z.object({
      revision: z.string().describe('Changes whenever a listed session does.'),
      unchanged: z.boolean().describe('True when the given revision is still current; `sessions` is then empty.'),
      sessions: z.array(Session),
    }),
    http: 'GET /api/sessions',
    doors: ['cli', 'mcp'],
    example: 'rdv session list --status active,closed',
  }),

  'session/get': method({
    summary: 'Returns one session.',
    effect: 'read',
    params: z.object({ id }),
    result: Session,
    errors: ['NotFound'],
    args: ['id'],
    http: 'GET /api/sessions/:id',
    doors: ['cli', 'mcp'],
  }),

  'session/rename': method({
    summary: 'Gives a session another name.',
    effect: 'write',
    params: z.object({ id, name: name.describe('The new name.') }),
    result: Session,
    errors: ['NotFound'],
    lock: 'id',
    args: ['id', 'name'],
    doors: ['cli', 'mcp'],
  }),

  'session/suspend': method({
    summary: 'Detaches every viewer from a session; its processes keep running.',
    effect: 'write',
    params: z.object({ id }),
    result: Session,
    errors: ['NotFound', 'Conflict'],
    lock: 'id',
    args: ['id'],
    http: 'POST /api/sessions/:id/suspend',
    doors: ['cli', 'mcp'],
  }),

  'session/resume': method({
    summary: 'Makes a suspended session active again.',
    effect: 'write',
    params: z.object({ id }),
    result: Session,
    errors: ['NotFound', 'Conflict', 'Gone'],
    lock: 'id',
    args: ['id'],
    http: 'POST /api/sessions/:id/resume',
    doors: ['cli', 'mcp'],
  }),

  'session/close': method({
    summary: 'Ends the processes of a session; its directory is never touched.',
    effect: 'destroy',
    params: z.object({ id }),
    result: success,
    errors: ['NotFound', 'Conflict', 'Unavailable'],
    lock: 'id',
    args: ['id'],
    http: 'DELETE /api/sessions/:id',
    doors: ['cli', 'mcp'],
  }),

  'session/exec': method({
    summary: 'Types a command line into a session, with Enter unless told otherwise.',
    effect: 'write',
    params: z.object({
      id,
      command: z.string().min(1).max(65536).describe('The line to type.'),
      pressEnter: z.boolean().default(true),
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
    http: 'POST /api/sessions/:id/exec',
    doors: ['cli', 'mcp'],
    example: 'rdv session exec 3f2a "npm test"',
  }),

  'session/send': method({
    summary: 'Types text and named keys into a session, as a keyboard would.',
    effect: 'write',
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
  }),

  'session/wait': method({
    summary: 'Waits until a session prints a pattern, falls silent, or its program ends.',
    effect: 'read',
    params: z.object({
      id,
      until: z.enum(['pattern', 'idle', 'exit']).describe('What to wait for.'),
      pattern: z
        .string()
        .min(1)
        .max(1000)
        .optional()
        .describe('RE2 expression for one line; text already on the screen counts. Needed for `pattern`.'),
      idleMs: z.int().min(50).max(600_000).default(2000).describe('Silence that counts as idle.'),
      timeoutMs: z.int().min(0).max(3_600_000).default(30_000),
      progressToken: z.union([z.string(), z.int()]).optional().describe('Asks for `$/progress` each second.'),
    }),
    result: z.object({
      reason: z
        .enum(['matched', 'idle', 'exited'])
        .describe('Also `exited` when the program ends before the rest comes true.'),
      line: z.string().optional().describe('The line that matched.'),
      exitCode: z.int().nullable().optional(),
      elapsedMs: z.int(),
    }),
    errors: ['NotFound', 'Gone', 'Timeout'],
    args: ['id'],
    doors: ['cli', 'mcp'],
    example: "rdv session wait 3f2a --until pattern --pattern 'Listening on \\d+'",
  }),
};

const seq = z.int().describe('Place in the event journal.');
const at = z.int().describe('Unix ms.');

export const sessionNotifications = {
  'session/created': notification({
    summary: 'A session was started.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, session: Session }),
  }),
  'session/changed': notification({
    summary: 'A session was renamed, suspended, resumed or closed.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, session: Session }),
  }),
  'session/exited': notification({
    summary:
      "A session's program ended: by itself, and the session stays until it is closed, or with its window, and it is closed.",
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, session: Session }),
  }),
};
