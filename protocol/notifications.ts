/** Notifications: what a person should know, once for each episode, until it is read; and where else it is told. */
import * as z from 'zod';
import { method, notification } from './define.js';
import { Severity } from './stalls.js';

export const NotificationKind = z.enum(['blocked', 'stalled', 'recovered', 'exited', 'limited', 'message', 'custom']);
export type NotificationKind = z.infer<typeof NotificationKind>;

/** Called so since a notification of the protocol is another thing. */
export const Notice = z.object({
  id: z.uuid(),
  kind: NotificationKind,
  severity: Severity,
  title: z.string(),
  body: z.string(),
  sessionId: z.uuid().nullable(),
  sessionName: z.string().nullable().describe('As it was called then.'),
  count: z.int().describe('How often it was told again within its episode.'),
  readAt: z.int().nullable().describe('Null until a person has read it, or its episode is over.'),
  resolvedAt: z.int().nullable().describe('When its episode ended by itself, such as by an answer.'),
  createdAt: z.int(),
  updatedAt: z.int().describe('When it was told last.'),
});
export type Notice = z.infer<typeof Notice>;

const NoticeCounts = z.object({
  unread: z.int(),
  bySeverity: z.object({ info: z.int(), warning: z.int(), error: z.int(), critical: z.int() }).describe('Unread.'),
});

export const notificationMethods = {
  'notification/list': method({
    summary: 'Lists notifications, what was told last first.',
    effect: 'read',
    concerns: { session: ['sessionId'] },
    params: z.object({
      unread: z.boolean().default(false).describe('Only those not read.'),
      severity: Severity.optional().describe('Only as severe, or more.'),
      sessionId: z.uuid().optional().describe('Only about this session.'),
      limit: z.int().min(1).max(500).default(50).describe('How many at most.'),
    }),
    result: z.object({ notifications: z.array(Notice), counts: NoticeCounts }),
    errors: ['NotFound'],
    doors: ['cli', 'mcp'],
    example: 'rdv notification list --unread',
  }),

  'notification/send': method({
    summary: 'Tells the user something: an agent or a script of theirs wants to be heard.',
    effect: 'write',
    category: 'inject',
    concerns: { session: ['sessionId'] },
    params: z.object({
      title: z.string().trim().min(1).max(200),
      body: z.string().max(4000).default(''),
      severity: Severity.default('info').describe('How much it matters.'),
      sessionId: z.uuid().optional().describe("The session it is about; a session's own token can name no other."),
      episode: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe('Another one with the same, not yet read, counts the first one up instead.'),
    }),
    result: Notice,
    errors: ['NotFound'],
    args: ['title', 'body'],
    doors: ['cli', 'mcp'],
    example: 'rdv notification send "deploy is done"',
  }),

  'notification/read': method({
    summary: 'Marks notifications as read: those named, or all.',
    effect: 'write',
    params: z.object({
      ids: z.array(z.uuid()).min(1).max(500).optional().describe('All when absent.'),
    }),
    result: z.object({ count: z.int().describe('That were not read before.'), counts: NoticeCounts }),
    errors: ['NotFound'],
    args: ['ids'],
    doors: ['cli', 'mcp'],
    example: 'rdv notification read 5b1e7c90',
  }),

  'notification/test': method({
    summary: 'Sends a notification through every sink, and tells how each took it.',
    effect: 'write',
    scope: 'admin',
    params: z.object({}),
    result: z.object({
      sinks: z.array(
        z.object({ sink: z.enum(['rpc', 'terminal', 'webhook']), success: z.boolean(), message: z.string() }),
      ),
    }),
    doors: ['cli'],
    example: 'rdv notification test',
  }),
};

const seq = z.int().describe('Place in the event journal.');
const at = z.int().describe('Unix ms.');
const sinks = z
  .array(z.enum(['terminal', 'webhook']))
  .describe('Where it is told besides, as the configuration says; nowhere for what is of no news.');

export const notificationNotifications = {
  'notification/created': notification({
    summary: 'There is something a person should know.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, sessionId: z.uuid().nullable(), notification: Notice, sinks }),
  }),
  'notification/changed': notification({
    summary: 'A notification was read, or its episode goes on or is over.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, sessionId: z.uuid().nullable(), notification: Notice, sinks }),
  }),
};
