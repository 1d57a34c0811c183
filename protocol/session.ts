/** What a session is. */
import * as z from 'zod';
import { AgentProvider, AgentState, SessionHealth } from './agents.js';

export const SessionStatus = z.enum(['active', 'suspended', 'closed', 'trashed']);
export type SessionStatus = z.infer<typeof SessionStatus>;

/** Bounds of a terminal. Smaller than 10x3 no program draws sensibly; larger than 1000 is a typing error. */
export const cols = z.int().min(10).max(1000);
export const rows = z.int().min(3).max(1000);

export const Session = z.object({
  id: z.uuid(),
  userId: z.string(),
  name: z.string(),
  status: SessionStatus,
  backend: z
    .enum(['tmux', 'pty'])
    .describe('What runs its program: tmux, which outlives the daemon, or the daemon itself where there is no tmux.'),
  tmuxSessionName: z.string().describe('`rdv-<id>` on our own tmux server, if `backend` is tmux.'),
  projectPath: z.string().describe('The directory the program was started in.'),
  folderId: z.uuid().nullable().describe('The folder it is filed in.'),
  githubRepoId: z.string().nullable(),
  worktreeBranch: z.string().nullable().describe('The branch it was made for.'),
  worktreePath: z.string().nullable().describe('The git worktree that was made for it; `projectPath` is in it.'),
  profileId: z.string().nullable().describe('The profile it was made with, as its front end knows it.'),
  agentProvider: AgentProvider.nullable().describe('The agent it is for; null when nobody said.'),
  agentState: AgentState.describe('What its agent is doing.'),
  health: SessionHealth.describe('Whether its agent gets anywhere.'),
  isOrchestratorSession: z.boolean().describe('It watches other sessions, and is itself not watched.'),
  splitGroupId: z.string().nullable().describe('The sessions shown side by side with it share it.'),
  splitOrder: z.int().describe('Its place among those.'),
  splitSize: z.number().describe('Its part of their width, 0 to 1.'),
  command: z.array(z.string()).nullable().describe('Program and arguments; null for the login shell.'),
  cols: z.int().describe('The size now.'),
  rows: z.int(),
  home: z
    .object({ cols: z.int(), rows: z.int() })
    .nullable()
    .describe('The size it returns to when no viewer owns it; null until the first viewer that says one.'),
  exit: z
    .object({
      code: z.int().nullable().describe('Exit code; null when a signal ended it or nothing is known.'),
      signal: z.int().nullable().describe('The signal that ended it, where the backend tells.'),
      at: z.int().describe('When the end was seen, Unix ms.'),
    })
    .nullable()
    .describe('How the program ended; null while it runs. The last screen stays readable until the session is closed.'),
  startup: z
    .object({
      command: z.string(),
      state: z
        .enum(['waiting', 'typed', 'skipped'])
        .describe('Not yet typed; typed, at most once; or never, since the shell did not fall quiet.'),
    })
    .nullable()
    .describe('The startup command, with its agent behind it, that is typed into its shell once that is quiet.'),
  tabOrder: z.int(),
  lastActivityAt: z.int().describe('Last output seen, Unix ms, to about 5 s.'),
  createdAt: z.int(),
  updatedAt: z.int(),
});
export type Session = z.infer<typeof Session>;

/** A repository as a session's details show it. */
export const SessionRepository = z.object({
  id: z.string(),
  name: z.string(),
  fullName: z.string().describe('`owner/name` as its remote says; the name where it has none.'),
  cloneUrl: z.string().nullable().describe('Without credentials; null without a remote.'),
});
export type SessionRepository = z.infer<typeof SessionRepository>;
