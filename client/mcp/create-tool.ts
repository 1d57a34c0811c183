/** `session_create`: a shell, a command in it, or an agent, in a directory or a worktree of its own. */
import * as z from 'zod';
import { AgentProvider } from '#protocol';
import { failure } from '../failure.js';
import { changes, defineTool } from './define.js';
import { directoryOf } from './directory.js';
import { folderIdOf, ownFolder, pathsOf } from './find.js';
import { callOnce } from './link.js';
import { lineOf, Row, rowOf } from './rows.js';

const Made = Row.pick({ id: true, name: true, directory: true, branch: true });

export const sessionCreate = defineTool({
  name: 'session_create',
  description: 'Starts a shell in a new session that lives on; in it a command, or an agent, when given.',
  input: z.object({
    name: z.string().trim().min(1).max(200).optional(),
    directory: z.string().min(1).max(4096).optional(),
    command: z.string().min(1).max(65_536).optional().describe('Line typed into its shell.'),
    agent: AgentProvider.exclude(['none']).optional(),
    folder: z.string().min(1).optional().describe('Id or name.'),
    branch: z.string().min(1).max(250).optional().describe('Work in a git worktree of this branch, new or not.'),
    baseBranch: z.string().min(1).max(250).optional().describe('What a new branch starts from.'),
  }),
  output: Made,
  hints: changes,
  async run({ name, directory, command, agent, folder, branch, baseBranch }, calling) {
    const { link, signal } = calling;
    if (baseBranch !== undefined && branch === undefined)
      throw failure('InvalidParams', '`baseBranch` is what a new branch starts from.', 'Name that as `branch`.');
    const folderId = folder === undefined ? await ownFolder(calling) : await folderIdOf(calling, folder);
    const place = directory === undefined && folder !== undefined ? undefined : directoryOf(calling, directory);
    const wanted = {
      name: name ?? agent ?? titleOf(command),
      ...(place !== undefined && { projectPath: place }),
      ...(command !== undefined && { startupCommand: command }),
      ...(agent !== undefined && { agentProvider: agent, autoLaunchAgent: true }),
      ...(folderId !== undefined && { folderId }),
      ...(branch !== undefined && { createWorktree: true, worktreeBranch: branch }),
      ...(baseBranch !== undefined && { baseBranch }),
    };
    const made = await callOnce(link, 'session/create', wanted, { signal });
    const { folders } = await link.call('folder/list', {}, { signal });
    const row = rowOf(made, { now: Date.now(), folder: pathsOf(folders) });
    const next = agent === undefined ? '' : '\nterminal_wait with until "prompt", then terminal_send.';
    const { id, directory: at, branch: on } = row;
    const structured = {
      id,
      name: row.name,
      directory: at,
      ...(on !== undefined && { branch: on }),
    };
    return { structured, text: `Started ${lineOf(row)}${next}` };
  },
});

function titleOf(command = ''): string {
  return command.trim().split('\n')[0]!.slice(0, 60).trim() || 'Terminal';
}
