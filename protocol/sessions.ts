/** Sessions: one program in one window, kept while clients come and go. */
import * as z from 'zod';
import { method, notification } from './define.js';
import { cols, rows, Session, SessionStatus } from './session.js';

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
