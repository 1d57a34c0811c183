/** Git worktrees: working copies of one repository side by side, one for each branch. */
import * as z from 'zod';
import { absolutePath } from './absolute.js';
import { method, notification } from './define.js';

export const Worktree = z.object({
  path: z.string(),
  branch: z.string().nullable().describe('Null when detached or bare.'),
  commit: z.string().nullable().describe('Null before the first commit.'),
  isBare: z.boolean(),
  isMain: z.boolean().describe('The repository itself, which cannot be removed here.'),
  locked: z.boolean(),
  lockReason: z.string().nullable(),
  missing: z.boolean().describe('Its directory is gone; `worktree/prune` takes it off the list.'),
});
export type Worktree = z.infer<typeof Worktree>;

export const Branch = z.object({
  name: z.string().describe('Without `refs/heads/` or the name of the remote.'),
  local: z.boolean(),
  remote: z.string().nullable().describe('The remote that has it.'),
  upstream: z.string().nullable(),
  ahead: z.int().nullable().describe('Commits its upstream lacks; null without one.'),
  behind: z.int().nullable(),
  worktreePath: z.string().nullable().describe('Where it is checked out.'),
  commit: z.string(),
  committedAt: z.int(),
  subject: z.string(),
});
export type Branch = z.infer<typeof Branch>;

const repository = {
  projectPath: absolutePath.optional().describe('The repository, or a directory in it.'),
  repoPath: absolutePath.optional().describe('The same by another name.'),
  repositoryId: z.string().max(200).optional().describe('The same, by the id a folder has in its preferences.'),
};
const repoPath = absolutePath.describe('The repository, or a directory in it.');
const worktreePath = absolutePath.describe('The worktree.');
const refName = z.string().min(1).max(250);

export const worktreeMethods = {
  'worktree/list': method({
    summary: 'Lists the worktrees of a repository, its main working tree first.',
    effect: 'read',
    params: z.object({ repoPath }),
    result: z.object({ worktrees: z.array(Worktree) }),
    errors: ['InvalidParams', 'Timeout'],
    args: ['repoPath'],
    http: 'GET /api/worktrees',
    doors: ['cli', 'mcp'],
    example: 'rdv worktree list ~/src/app',
  }),

  'worktree/create': method({
    summary: 'Makes a worktree for a branch that is new, exists, or exists on the remote only; or for a commit.',
    effect: 'write',
    params: z.object({
      branch: refName.describe('The branch; with `detach` any commit.'),
      ...repository,
      createNewBranch: z
        .boolean()
        .optional()
        .describe('True: the branch must be new; false: it must exist; absent: whichever it is.'),
      baseBranch: refName.optional().describe('What a new branch starts from; the default branch when absent.'),
      worktreePath: absolutePath
        .optional()
        .describe('Where; `<repository>-<branch>` beside the repository when absent.'),
      detach: z.boolean().default(false).describe('Check out a commit without a branch.'),
      fetch: z.boolean().default(true).describe('First ask the remote for what is new, for a bounded time.'),
    }),
    result: z.object({
      success: z.literal(true),
      worktreePath: z.string(),
      path: z.string().describe('The same.'),
      branch: z.string().nullable(),
      createdBranch: z.boolean(),
      reused: z.boolean().describe('It was there already.'),
      base: z.string().nullable().describe('What a new branch started from.'),
      copied: z
        .array(z.string())
        .describe('Files git does not track that came along, as `.worktreeinclude` or `.env*` say.'),
      warnings: z.array(z.string()).describe('What did not work but need not stop anything, such as a fetch.'),
    }),
    errors: ['InvalidParams', 'Conflict', 'Timeout', 'Unavailable'],
    args: ['branch'],
    http: { routes: ['POST /api/worktrees', 'POST /api/github/worktrees'], status: 201 },
    doors: ['cli', 'mcp'],
    example: 'rdv worktree create feature/login --repo-path ~/src/app',
  }),

  'worktree/status': method({
    summary: 'Counts what is changed in a worktree.',
    effect: 'read',
    params: z.object({ worktreePath }),
    result: z.object({
      exists: z.boolean().describe('False when there is no such directory; the rest is then empty.'),
      isClean: z.boolean(),
      branch: z.string().nullable(),
      ahead: z.int().describe('Commits its upstream lacks; 0 without one.'),
      behind: z.int(),
      untracked: z.int(),
      modified: z.int(),
      staged: z.int(),
    }),
    errors: ['InvalidParams', 'Timeout'],
    args: ['worktreePath'],
    http: 'GET /api/worktrees/status',
    doors: ['cli', 'mcp'],
    example: 'rdv worktree status feature/login',
  }),

  'worktree/check': method({
    summary: 'Tells whether a worktree has changes that are not committed.',
    effect: 'read',
    params: z.object({ worktreePath }),
    result: z.object({ hasUncommittedChanges: z.boolean(), branch: z.string().nullable() }),
    errors: ['InvalidParams', 'NotFound', 'Timeout'],
    args: ['worktreePath'],
    http: ['POST /api/worktrees/check', 'POST /api/github/worktrees/check'],
    doors: ['mcp'],
  }),

  'worktree/branches': method({
    summary: 'Lists the branches of a repository, newest commit first.',
    effect: 'read',
    params: z.object({
      repoPath,
      fetch: z.boolean().default(false).describe('First ask the remote for what is new, for a bounded time.'),
    }),
    result: z.object({
      branches: z.array(Branch),
      defaultBranch: z.string().nullable(),
      warnings: z.array(z.string()),
    }),
    errors: ['InvalidParams', 'Timeout'],
    args: ['repoPath'],
    doors: ['cli', 'mcp'],
    example: 'rdv worktree branches --fetch',
  }),
};

const seq = z.int().describe('Place in the event journal.');
const at = z.int().describe('Unix ms.');

export const worktreeNotifications = {
  'worktree/created': notification({
    summary: 'A worktree was made.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, path: z.string(), repoPath: z.string(), branch: z.string().nullable() }),
  }),
};
