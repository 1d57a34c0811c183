/** The trash: worktrees and sessions that were removed, whole, for 30 days; and the clean-up that ends that. */
import * as z from 'zod';
import { method, notification } from './define.js';

export const TrashItem = z.object({
  id: z.uuid(),
  userId: z.string(),
  kind: z.enum(['session', 'worktree']).describe('A session, with its worktree if it had one; or a worktree alone.'),
  name: z.string().describe("The session's name, or the worktree's path."),
  sessionId: z.uuid().nullable(),
  worktree: z
    .object({
      path: z.string().describe('Where it was, and comes back to.'),
      repoPath: z.string(),
      branch: z.string().nullable().describe('Null for a detached one.'),
      commit: z.string().nullable(),
      keptAt: z.string().describe('Where it lies now.'),
    })
    .nullable(),
  trashedAt: z.int(),
  expiresAt: z.int().describe('When it is deleted for good.'),
});
export type TrashItem = z.infer<typeof TrashItem>;

const id = z.uuid().describe('Id of the item.');

export const trashMethods = {
  'trash/list': method({
    summary: 'Lists what is in the trash, newest first.',
    effect: 'read',
    params: z.object({}),
    result: z.object({ items: z.array(TrashItem) }),
    doors: ['cli', 'mcp'],
    example: 'rdv trash list',
  }),

  'trash/restore': method({
    summary: 'Puts an item back: its worktree where it was, its session among the closed ones.',
    effect: 'write',
    params: z.object({ id }),
    result: z.object({
      item: TrashItem,
      warnings: z.array(z.string()).describe('What is not as it was, such as a branch that moved on.'),
    }),
    errors: ['NotFound', 'Conflict', 'Unavailable'],
    lock: 'id',
    args: ['id'],
    doors: ['cli', 'mcp'],
    example: 'rdv trash restore build',
  }),

  'trash/delete': method({
    summary: 'Deletes an item for good.',
    effect: 'destroy',
    params: z.object({ id }),
    result: z.object({ success: z.literal(true) }),
    errors: ['NotFound', 'Conflict', 'Unavailable'],
    lock: 'id',
    args: ['id'],
    doors: ['cli'],
    example: 'rdv trash delete build',
  }),

  'trash/empty': method({
    summary: 'Deletes everything in the trash for good.',
    effect: 'destroy',
    params: z.object({}),
    result: z.object({
      deleted: z.int(),
      failed: z.array(z.object({ id: z.uuid(), reason: z.string() })),
    }),
    doors: ['cli'],
    example: 'rdv trash empty --yes',
  }),
};

export const cleanupMethods = {
  'cleanup/run': method({
    summary: 'Deletes at once what is kept longer than the configuration says, as the daemon does now and then.',
    effect: 'destroy',
    scope: 'admin',
    params: z.object({}),
    result: z.object({
      trashDeleted: z.int(),
      recoveriesDeleted: z.int().describe('Recovery refs of pruned worktrees.'),
      insightsDeleted: z.int().describe('Resolved long ago.'),
      auditDeleted: z.int().describe('Rows of the audit, the oldest, beyond its size.'),
      messagesDeleted: z.int().describe('Messages between sessions that were read, typed or expired.'),
      notificationsDeleted: z.int().describe('Notifications that were read.'),
      receiptsDeleted: z.int().describe('Receipts of texts that machines typed, once nothing more is to be typed.'),
      stallsDeleted: z.int().describe('Episodes without progress that are over.'),
      transitionsDeleted: z.int().describe('Changes of the states of agents.'),
      failed: z.array(z.object({ what: z.string(), reason: z.string() })),
      ms: z.int(),
    }),
    doors: ['cli'],
    example: 'rdv cleanup run',
  }),
};

const seq = z.int().describe('Place in the event journal.');
const at = z.int().describe('Unix ms.');

export const trashNotifications = {
  'trash/added': notification({
    summary: 'A session or worktree went to the trash.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, item: TrashItem }),
  }),
  'trash/restored': notification({
    summary: 'An item came back from the trash.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, item: TrashItem }),
  }),
  'trash/deleted': notification({
    summary: 'An item was deleted for good.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, item: TrashItem }),
  }),
};
