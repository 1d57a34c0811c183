/** Sessions: one program in one window, kept while clients come and go. */
import * as z from 'zod';
import { AgentProvider } from './agents.js';
import { method, notification } from './define.js';
import { cols, rows, Session, SessionRepository, SessionStatus } from './session.js';
import { DISABLED } from './variables.js';

const id = z.uuid().describe('Session id.');
const name = z.string().trim().min(1).max(200);

const folderId = z.uuid().nullable().optional();
const success = z.object({ success: z.literal(true) });

export const sessionMethods = {
  'session/create': method({
    summary: 'Starts a program in a new session and leaves it running.',
    effect: 'write',
    concerns: { folder: ['folderId'], place: 'folderId' },
    audit: 'after',
    params: z.object({
      name: name.default('Terminal').describe('What people see; need not be unique.'),
      projectPath: z
        .string()
        .max(4096)
        .optional()
        .describe(
          "Working directory, absolute; the folder's or the user's when absent. With `createWorktree` the repository.",
        ),
      command: z
        .array(z.string().max(65536))
        .min(1)
        .max(1000)
        .optional()
        .describe('Program and arguments, run without a shell in between; a shell when absent.'),
      folderId: folderId.describe('The folder it is filed in, whose preferences hold for it.'),
      startupCommand: z
        .string()
        .max(65_536)
        .optional()
        .describe('Typed into its shell once that is quiet, instead of the one of its preferences; empty for nothing.'),
      createWorktree: z.boolean().default(false).describe('Make a git worktree and start in it.'),
      worktreeBranch: z.string().min(1).max(250).optional().describe('The branch of the worktree, new or not.'),
      featureDescription: z
        .string()
        .max(500)
        .optional()
        .describe('Without `worktreeBranch`: names the branch `feature/...`. With neither it is `wt-` and the time.'),
      baseBranch: z.string().min(1).max(250).optional().describe('What a new branch starts from.'),
      githubRepoId: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe('The repository, by the id a folder has in its preferences.'),
      environment: z
        .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(10240))
        .optional()
        .describe(
          `Variables of the program, on top of the plain environment every session starts with and those of its preferences; \`${DISABLED}\` removes one of the latter.`,
        ),
      agentProvider: AgentProvider.optional().describe('The agent it is for.'),
      autoLaunchAgent: z
        .boolean()
        .default(false)
        .describe('Start the agent: its program is typed behind the startup command, which must succeed.'),
      agentFlags: z
        .array(
          z
            .string()
            .max(1000)
            .regex(/^[^\x00-\x1f\x7f-\x9f]*$/, 'a text without control characters'),
        )
        .max(100)
        .default([])
        .describe('Arguments of the agent, each exactly as given.'),
      isOrchestratorSession: z.boolean().default(false).describe('It will watch other sessions.'),
      profileId: z.string().min(1).max(200).optional().describe('The profile it is made with, kept for its front end.'),
      cols: cols.optional().describe('Columns while no viewer says otherwise; 80 when absent.'),
      rows: rows.optional().describe('Rows while no viewer says otherwise; 24 when absent.'),
      historyLimit: z
        .int()
        .min(0)
        .max(1_000_000)
        .optional()
        .describe('Scrollback lines kept, instead of what its preferences say.'),
      idempotencyKey: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe('The same key again returns the session made before.'),
    }),
    result: Session,
    errors: ['InvalidParams', 'NotFound', 'Conflict', 'Timeout', 'Unavailable'],
    http: { routes: 'POST /api/sessions', status: 201, headers: { idempotencyKey: 'Idempotency-Key' } },
    doors: ['cli', 'mcp'],
    example: 'rdv session create --name build --project-path ~/src/app -- npm run watch',
    args: ['command'],
  }),

  'session/list': method({
    summary: 'Lists sessions in tab order.',
    effect: 'read',
    concerns: { folder: ['folderId'] },
    params: z.object({
      status: z
        .array(SessionStatus)
        .optional()
        .describe('Only sessions in one of these states; all but closed and trashed when absent.'),
      folderId: z.uuid().optional().describe('Only sessions in this folder.'),
      limit: z.int().min(1).max(5000).optional().describe('At most so many; all when absent.'),
      after: z.uuid().optional().describe('Only those behind this session in the list.'),
      revision: z.string().optional().describe('The revision the caller already has.'),
    }),
    result: z.object({
      revision: z.string().describe('Changes whenever a listed session does.'),
      unchanged: z.boolean().describe('True when the given revision is still current; `sessions` is then empty.'),
      sessions: z.array(Session),
      more: z.boolean().describe('True when `limit` cut the list; ask for what is `after` its last session.'),
    }),
    errors: ['NotFound'],
    http: 'GET /api/sessions',
    doors: ['cli', 'mcp'],
    example: 'rdv session list --status active,closed',
  }),

  'session/get': method({
    summary: 'Returns one session, with the repository it belongs to.',
    effect: 'read',
    concerns: { session: ['id'], watched: true },
    params: z.object({ id }),
    result: Session.extend({
      repository: SessionRepository.nullable().describe('Null when it has none, or no folder says where that lies.'),
    }),
    errors: ['NotFound'],
    args: ['id'],
    http: 'GET /api/sessions/:id',
    doors: ['cli', 'mcp'],
    example: 'rdv session get build --json',
  }),

  'session/rename': method({
    summary: 'Gives a session another name.',
    effect: 'write',
    concerns: { session: ['id'] },
    params: z.object({ id, name: name.describe('The new name.') }),
    result: Session,
    errors: ['NotFound'],
    lock: 'id',
    args: ['id', 'name'],
    doors: ['cli', 'mcp'],
    example: 'rdv session rename build "nightly build"',
  }),

  'session/update': method({
    summary: 'Changes what is given of a session: its name, state, place, directory on record, or folder.',
    effect: 'write',
    concerns: { session: ['id'], folder: ['folderId'] },
    audit: 'after',
    params: z.object({
      id,
      name: name.optional().describe('Another name.'),
      status: SessionStatus.optional().describe('Suspends, resumes, closes it, or moves it to the trash.'),
      tabOrder: z.int().min(0).max(1_000_000).optional(),
      projectPath: z.string().max(4096).optional().describe('The directory on record; its program stays where it is.'),
      folderId: folderId.describe('Another folder; null for none.'),
    }),
    result: Session,
    errors: ['NotFound', 'Conflict', 'Gone', 'Unavailable'],
    lock: 'id',
    args: ['id'],
    http: { routes: 'PATCH /api/sessions/:id', lenient: ['folderId'] },
    doors: ['mcp'],
  }),

  'session/move': method({
    summary: 'Files a session in a folder, or in none.',
    effect: 'write',
    concerns: { session: ['id'], folder: ['folderId'] },
    params: z.object({ id, folderId: z.uuid().nullable().describe('Folder id; null for none.') }),
    result: success,
    errors: ['NotFound'],
    lock: 'id',
    args: ['id', 'folderId'],
    http: 'PUT /api/sessions/:id/folder',
    doors: ['cli', 'mcp'],
    example: 'rdv session move build api',
  }),

  'session/reorder': method({
    summary:
      'Puts sessions in the given order at the places they have; nothing changes when one of them does not exist.',
    effect: 'write',
    concerns: { session: ['sessionIds'] },
    params: z.object({ sessionIds: z.array(z.uuid()).min(1).max(10_000).describe('Session ids, each once.') }),
    result: success,
    errors: ['InvalidParams'],
    args: ['sessionIds'],
    http: 'POST /api/sessions/reorder',
    doors: ['cli'],
    example: 'rdv session reorder build api web',
  }),

  'session/suspend': method({
    summary: 'Detaches every viewer from a session; its processes keep running.',
    effect: 'write',
    concerns: { session: ['id'] },
    params: z.object({ id }),
    result: Session,
    errors: ['NotFound', 'Conflict'],
    lock: 'id',
    urgent: true,
    args: ['id'],
    http: 'POST /api/sessions/:id/suspend',
    doors: ['cli', 'mcp'],
    example: 'rdv session suspend build',
  }),

  'session/resume': method({
    summary: 'Makes a suspended session active again.',
    effect: 'write',
    concerns: { session: ['id'] },
    params: z.object({ id }),
    result: Session,
    errors: ['NotFound', 'Conflict', 'Gone'],
    lock: 'id',
    args: ['id'],
    http: 'POST /api/sessions/:id/resume',
    doors: ['cli', 'mcp'],
    example: 'rdv session resume build',
  }),

  'session/close': method({
    summary: 'Ends the processes of a session; its directory is touched only when that is asked for.',
    effect: 'destroy',
    concerns: { session: ['id'] },
    params: z.object({
      id,
      deleteWorktree: z
        .boolean()
        .default(false)
        .describe('Also move the worktree that was made for it to the trash, unless anything is at stake in it.'),
      trash: z
        .boolean()
        .default(false)
        .describe('Move the session to the trash, with the worktree that was made for it, whatever state that is in.'),
    }),
    result: success.extend({ trashItemId: z.uuid().optional().describe('For `trash/restore`.') }),
    errors: ['NotFound', 'Conflict', 'Timeout', 'Unavailable'],
    lock: 'id',
    urgent: true,
    args: ['id'],
    http: 'DELETE /api/sessions/:id',
    doors: ['cli', 'mcp'],
    example: 'rdv session close build --trash',
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
    summary: 'A session was renamed, filed elsewhere, suspended, resumed, closed, or otherwise changed.',
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
