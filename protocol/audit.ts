/** The audit: who did what, in a chain in which no row can be changed, removed or moved unseen. */
import * as z from 'zod';
import { method } from './define.js';

export const AuditEntry = z.object({
  seq: z.int().describe('Place in the chain, from 1.'),
  at: z.int().describe('Unix ms.'),
  user: z.string().nullable().describe('For whom; null when that was not known.'),
  tokenId: z.string().nullable(),
  connection: z.string().nullable(),
  method: z.string().describe('What was called; `initialize` for a login.'),
  target: z.string().nullable().describe('What it was done to: an id or a path.'),
  outcome: z.string().describe('`begun`, `done`, or the code of the error.'),
  begunSeq: z.int().nullable().describe('The row in which the act that is over here was begun.'),
  hash: z.string().describe('SHA-256 over this row and the hash before it, hex.'),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export const auditMethods = {
  'audit/list': method({
    summary: 'Lists what was done, by whom and with which token, newest first.',
    effect: 'read',
    scope: 'admin',
    params: z.object({
      user: z.string().max(200).optional().describe('Only acts for this user.'),
      tokenId: z.string().max(64).optional().describe('Only acts with this token.'),
      method: z.string().max(100).optional().describe('Only this method; `initialize` for logins.'),
      target: z.string().max(4096).optional().describe('Only acts on this id or path.'),
      since: z.int().min(0).optional().describe('Only acts from this time on, Unix ms.'),
      until: z.int().min(0).optional().describe('Only acts before this time, Unix ms.'),
      before: z.int().min(1).optional().describe('Only rows before this place: what `more` promised.'),
      limit: z.int().min(1).max(1000).default(100).describe('How many at most.'),
    }),
    result: z.object({ entries: z.array(AuditEntry), more: z.boolean() }),
    doors: ['cli'],
    example: 'rdv audit list --method session/close --limit 20',
  }),

  'audit/verify': method({
    summary: 'Checks the whole chain: finds a row that was changed, removed, moved, or cut off the end.',
    effect: 'read',
    scope: 'admin',
    params: z.object({}),
    result: z.object({
      ok: z.boolean(),
      rows: z.int().describe('Rows looked at.'),
      first: z.int().nullable().describe('The oldest place that is kept.'),
      last: z.int().nullable(),
      problems: z
        .array(z.object({ seq: z.int(), what: z.string() }))
        .describe('The first hundred, each with the place where it shows.'),
    }),
    doors: ['cli'],
    example: 'rdv audit verify',
  }),
};
