/** Messages: what the agents of a user say to each other, kept until it is read. */
import * as z from 'zod';
import { method, notification } from './define.js';

export const Message = z.object({
  id: z.uuid(),
  cursor: z.int().describe("Place among its receiver's messages; grows."),
  from: z.uuid().nullable().describe('The session that sent it; null for a person or a program outside.'),
  fromName: z.string(),
  to: z.uuid().describe('The session it is for.'),
  subject: z.string().nullable(),
  text: z.string(),
  replyTo: z.uuid().nullable(),
  deliver: z.enum(['type', 'inbox']).describe('How it reaches its receiver; `inbox` also once it will not be typed.'),
  state: z
    .enum(['waiting', 'delivered', 'acknowledged', 'expired'])
    .describe('`delivered`: it was typed, and seen to be taken.'),
  reason: z
    .string()
    .nullable()
    .describe('Why it was not typed, or that nobody can say whether it was; null while all is well.'),
  receiptId: z.uuid().nullable().describe('For `injection/get`: what types it, or did.'),
  createdAt: z.int(),
  deliveredAt: z.int().nullable(),
  acknowledgedAt: z.int().nullable(),
  expiresAt: z.int(),
});
export type Message = z.infer<typeof Message>;

const sessionId = z
  .uuid()
  .optional()
  .describe("The session they are for; of a session's own token that session, when absent.");

export const messageMethods = {
  'message/send': method({
    summary: 'Sends a message to the agent of another session: it is kept, and typed there when that is idle.',
    effect: 'write',
    category: 'inject',
    concerns: { session: ['to', 'from'] },
    audit: 'after',
    params: z.object({
      to: z.uuid().describe('The session it is for.'),
      text: z.string().trim().min(1).max(65_536),
      from: z.uuid().optional().describe("The session that sends it; a session's own token can name no other."),
      subject: z.string().trim().min(1).max(200).optional().describe('What it is about, in a few words.'),
      replyTo: z.uuid().optional().describe('The message this answers.'),
      deliver: z
        .enum(['type', 'inbox'])
        .default('type')
        .describe('`type` it as a prompt when the agent is idle, or leave it in the `inbox` until it is read.'),
      ttlMs: z.int().min(1000).max(2_592_000_000).default(86_400_000).describe('How long it waits; a day when absent.'),
      idempotencyKey: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe('The same key of the same sender again returns the message sent before.'),
    }),
    result: Message,
    errors: ['NotFound', 'Conflict'],
    args: ['to', 'text'],
    doors: ['cli', 'mcp'],
    example: 'rdv message send api "the schema changed, pull main"',
  }),

  'message/list': method({
    summary: 'Lists the messages for a session, oldest first, from a cursor on.',
    effect: 'read',
    concerns: { session: ['sessionId'] },
    params: z.object({
      sessionId,
      after: z.int().min(0).optional().describe('Only behind this cursor; behind what was acknowledged when absent.'),
      limit: z.int().min(1).max(500).default(50).describe('How many at most.'),
    }),
    result: z.object({
      messages: z.array(Message),
      acknowledged: z.int().describe('The cursor up to which all was acknowledged.'),
      more: z.boolean(),
    }),
    errors: ['NotFound'],
    args: ['sessionId'],
    doors: ['cli', 'mcp'],
    example: 'rdv message list api --limit 10',
  }),

  'message/ack': method({
    summary: 'Acknowledges the messages for a session up to a cursor; it never goes back.',
    effect: 'write',
    concerns: { session: ['sessionId'] },
    params: z.object({ sessionId, cursor: z.int().min(0).describe('Of the last message that was read.') }),
    result: z.object({ acknowledged: z.int(), count: z.int().describe('Messages that were not acknowledged before.') }),
    errors: ['NotFound', 'InvalidParams'],
    args: ['cursor', 'sessionId'],
    doors: ['cli', 'mcp'],
    example: 'rdv message ack 42 api',
  }),
};

const seq = z.int().describe('Place in the event journal.');
const at = z.int().describe('Unix ms.');

export const messageNotifications = {
  'message/changed': notification({
    summary: 'A message was sent, delivered, acknowledged, or has expired.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, sessionId: z.uuid().describe('Its receiver.'), message: Message }),
  }),
};
