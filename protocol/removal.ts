/** Removing worktrees: what would be lost, what is needed to do it all the same, and what is kept. */
import * as z from 'zod';
import { absolutePath } from './absolute.js';
import { method, notification } from './define.js';

/** Why a worktree is not removed just like that. */
export const Stake = z.enum([
  'HAS_UNCOMMITTED_CHANGES',
  'HAS_UNPUSHED_COMMITS',
  'OPERATION_IN_PROGRESS',
  'WORKTREE_LOCKED',
  'IN_USE',
  'UNKNOWN',
]);
export type Stake = z.infer<typeof Stake>;

export const WorktreeState = z.object({
  path: z.string(),
  repoPath: z.string().describe('The main working tree.'),
  branch: z.string().nullable(),
  commit: z.string().nullable(),
  staged: z.int().describe('Files with staged changes.'),
  modified: z.int().describe('Files changed or deleted but not staged.'),
  conflicted: z.int(),
  untracked: z.int().describe('Files and directories git does not know.'),
  ignored: z.int().describe('Files and directories git was told to ignore.'),
  unpushed: z.int().describe('Commits on no remote; without remotes, commits on no branch or tag.'),
  unpushedCommits: z.array(z.object({ commit: z.string(), subject: z.string() })).describe('The newest 20.'),
  stashes: z.int().describe('Of the whole repository; they stay.'),
  submodules: z.int(),
  operation: z.enum(['merge', 'rebase', 'cherry-pick', 'revert', 'bisect', 'am']).nullable(),
  locked: z.boolean(),
  lockReason: z.string().nullable(),
  processes: z
    .array(z.object({ pid: z.int(), command: z.string() }))
    .nullable()
    .describe('Processes whose working directory is inside; null when that cannot be told.'),
  sessionIds: z.array(z.string()).describe('Open sessions in it.'),
  unknown: z.array(z.string()).describe('What could not be found out, and why.'),
  stakes: z.array(Stake).describe('Why it is not removed without `force`; empty when nothing is at stake.'),
  confirmation: z
    .string()
    .describe('For `worktree/remove` with `force`; fits as long as nothing at stake changes and nobody new is in it.'),
});
export type WorktreeState = z.infer<typeof WorktreeState>;

const repoPath = absolutePath.describe('The repository, or a directory in it.');
const worktreePath = absolutePath.describe('The worktree.');

export const removalMethods = {
  'worktree/inspect': method({
    summary: 'Returns everything that would be lost or disturbed if a worktree were removed.',
    effect: 'read',
    params: z.object({ worktreePath }),
    result: WorktreeState,
    errors: ['InvalidParams', 'NotFound', 'Timeout'],
    args: ['worktreePath'],
    doors: ['cli', 'mcp'],
    example: 'rdv worktree inspect feature/login',
  }),

  'worktree/remove': method({
    summary:
      'Moves a worktree to the trash; its branch stays. One with anything at stake only with force and a confirmation.',
    effect: 'destroy',
    params: z.object({
      worktreePath,
      projectPath: absolutePath.optional().describe('Its repository; found out when absent.'),
      force: z.boolean().default(false).describe('Although something is at stake; needs `confirmation`.'),
      confirmation: z.string().max(10_000).optional().describe('From `worktree/inspect`, of the state it still has.'),
    }),
    result: z.object({
      success: z.literal(true),
      alreadyRemoved: z.boolean(),
      hadUncommittedChanges: z.boolean(),
      hadUnpushedCommits: z.boolean(),
      message: z.string(),
      trashItemId: z.uuid().nullable().describe('For `trash/restore`.'),
    }),
    errors: ['InvalidParams', 'Conflict', 'Timeout', 'Unavailable'],
    args: ['worktreePath'],
    http: {
      routes: ['DELETE /api/worktrees', 'DELETE /api/github/worktrees'],
      confirm: { by: 'worktree/inspect', stakes: ['HAS_UNCOMMITTED_CHANGES', 'HAS_UNPUSHED_COMMITS'] },
    },
    doors: ['cli', 'mcp'],
    example: 'rdv worktree remove feature/login',
  }),

  'worktree/prune': method({
    summary:
      'Takes worktrees whose directory is gone off the list; commits and staged files only they had are kept for 30 days.',
    effect: 'destroy',
    params: z.object({
      repoPath,
      dryRun: z.boolean().default(false).describe('Only tell what would go.'),
    }),
    result: z.object({
      pruned: z.array(
        z.object({
          path: z.string(),
          branch: z.string().nullable(),
          recoveryRef: z
            .string()
            .nullable()
            .describe('A ref on what nothing else refers to; null when there was nothing.'),
        }),
      ),
      skipped: z.array(z.object({ path: z.string(), reason: z.string() })).describe('What cannot go without a loss.'),
    }),
    errors: ['InvalidParams', 'Timeout'],
    args: ['repoPath'],
    doors: ['cli'],
    example: 'rdv worktree prune --dry-run',
  }),
};

const seq = z.int().describe('Place in the event journal.');
const at = z.int().describe('Unix ms.');

export const removalNotifications = {
  'worktree/removed': notification({
    summary: 'A worktree went to the trash.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, path: z.string(), repoPath: z.string(), trashItemId: z.uuid() }),
  }),
};
