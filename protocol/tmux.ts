/** Our own tmux server as it is, with what no session stands for any more. */
import * as z from 'zod';
import { method } from './define.js';

export const TmuxSession = z.object({
  name: z.string().describe('`rdv-` and the id of its session.'),
  windowCount: z.int(),
  created: z.int().describe('Unix ms, to a second.'),
  attached: z.boolean().describe('Somebody looks at it.'),
  isOrphaned: z.boolean().describe('No open session stands for it: it is left alone until it is killed here.'),
  dbSessionId: z.uuid().nullable().describe('The session it is of.'),
  folderName: z.string().nullable().describe('The folder that is filed in.'),
});
export type TmuxSession = z.infer<typeof TmuxSession>;

export const tmuxMethods = {
  'tmux/list': method({
    summary: 'Lists your sessions in the tmux server of the daemon, and those that belong to nobody, these first.',
    effect: 'read',
    concerns: {},
    params: z.object({}),
    result: z.object({
      sessions: z.array(TmuxSession).describe('None where the daemon runs without tmux.'),
      totalCount: z.int(),
      orphanedCount: z.int(),
      trackedCount: z.int(),
    }),
    errors: ['Unavailable'],
    http: 'GET /api/tmux/sessions',
    doors: ['cli'],
    example: 'rdv tmux list',
  }),

  'tmux/kill': method({
    summary: 'Ends one session of the tmux server; an open session is closed by that as by session/close.',
    effect: 'destroy',
    params: z.object({ name: z.string().min(1).max(200).describe('As listed; only names that begin with `rdv-`.') }),
    result: z.object({ success: z.literal(true) }),
    errors: ['InvalidParams', 'NotFound', 'Unavailable'],
    args: ['name'],
    http: 'DELETE /api/tmux/sessions',
    doors: ['cli'],
    example: 'rdv tmux kill rdv-1f0c9f0e-5a0e-4f43-9c06-2e0f5a1b7c3d',
  }),

  'tmux/killOrphaned': method({
    summary: 'Ends every session of the tmux server that no session stands for.',
    effect: 'destroy',
    params: z.object({}),
    result: z.object({ success: z.literal(true), killed: z.array(z.string()).describe('Their names.') }),
    errors: ['Unavailable'],
    http: 'DELETE /api/tmux/sessions/orphaned',
    doors: ['cli'],
    example: 'rdv tmux kill-orphaned --yes',
  }),
};
