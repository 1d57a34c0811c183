/** Events: what happened, in order, kept for clients that come back. */
import * as z from 'zod';
import { method } from './define.js';

const names = z.array(z.string().max(100)).max(100).optional();

export const Event = z.object({
  seq: z.int().describe('Place in the journal; grows by at least one.'),
  at: z.int().describe('Unix ms.'),
  name: z.string().describe('The notification it was told by.'),
  params: z.record(z.string(), z.unknown()).describe('As in the notification.'),
});
export type Event = z.infer<typeof Event>;

export const eventMethods = {
  'event/subscribe': method({
    summary: 'Sends events to this connection as notifications, from now on or from a place in the journal.',
    effect: 'read',
    concerns: {},
    params: z.object({
      names: names.describe('Only these notifications; all when absent. Replaces an earlier subscription.'),
      since: z.int().min(0).optional().describe('First send what was journalled after this place.'),
    }),
    result: z.object({
      seq: z.int().describe('The newest place; events after it arrive as notifications.'),
      complete: z.boolean().describe('False when events after `since` are no longer kept: read the lists again.'),
    }),
    errors: ['InvalidParams'],
  }),

  'event/unsubscribe': method({
    summary: 'Ends the subscription of this connection.',
    effect: 'read',
    concerns: {},
    params: z.object({}),
    result: z.object({ success: z.literal(true) }),
  }),

  'event/list': method({
    summary: 'Lists journalled events, oldest first.',
    effect: 'read',
    concerns: {},
    params: z.object({
      since: z.int().min(0).default(0).describe('Only events after this place.'),
      names: names.describe('Only these notifications.'),
      limit: z.int().min(1).max(1000).default(100).describe('How many at most.'),
    }),
    result: z.object({
      events: z.array(Event),
      seq: z.int().describe('The newest place in the journal.'),
      complete: z.boolean(),
    }),
    doors: ['cli', 'mcp'],
    example: 'rdv event list --limit 20',
  }),
};
