/** The daemon itself: is it well, what is it, stop. */
import * as z from 'zod';
import { method, notification } from './define.js';

const Component = z.object({
  name: z.string().describe('database, tmux, ...'),
  ok: z.boolean(),
  detail: z.string().describe('What was seen; the reason when not ok.'),
});

export const daemonMethods = {
  'daemon/ping': method({
    summary: 'Answers at once.',
    effect: 'read',
    params: z.object({}),
    concerns: {},
    result: z.object({ at: z.int().describe("The daemon's clock, Unix ms.") }),
    doors: ['cli'],
    example: 'rdv daemon ping',
  }),

  'daemon/health': method({
    summary: 'Tells, component by component, whether the daemon can do its work.',
    effect: 'read',
    nobody: true,
    concerns: {},
    params: z.object({}),
    result: z.object({ status: z.enum(['healthy', 'degraded']), components: z.array(Component) }),
    doors: ['cli'],
    example: 'rdv daemon health',
  }),

  'daemon/status': method({
    summary: 'Tells what runs: version, process, paths and counts.',
    effect: 'read',
    nobody: true,
    concerns: {},
    params: z.object({}),
    result: z.object({
      version: z.string(),
      protocolVersion: z.int(),
      pid: z.int(),
      startedAt: z.int().describe('Unix ms.'),
      uptimeMs: z.int(),
      home: z.string().describe('The data folder.'),
      socket: z.string(),
      backend: z.object({
        kind: z
          .enum(['tmux', 'pty'])
          .describe('What runs the programs; `pty` where there is no tmux: they end with the daemon.'),
        version: z.string(),
        socketName: z.string().nullable().describe("The tmux server's name, for `tmux -L`."),
      }),
      connections: z.int(),
      sessions: z.int().describe('Active and suspended ones, of every user.'),
      viewers: z.int().describe('Open terminal streams.'),
    }),
  }),

  'daemon/stop': method({
    summary: 'Stops the daemon after its running requests; programs live on in tmux, and end where there is none.',
    effect: 'write',
    scope: 'admin',
    params: z.object({
      restarting: z.boolean().default(false).describe('Another daemon takes over at once; clients are told so.'),
    }),
    result: z.object({
      success: z.literal(true),
      sessions: z.enum(['live on', 'end']).describe('What becomes of the programs: in tmux they live on.'),
    }),
  }),
};

export const daemonNotifications = {
  'server/stopping': notification({
    summary: 'The daemon stops; connections end when their running requests are answered.',
    from: 'daemon',
    delivery: 'connection',
    params: z.object({
      reason: z.string(),
      restarting: z.boolean().describe('True when another daemon takes over at once: connect again.'),
    }),
  }),
};
