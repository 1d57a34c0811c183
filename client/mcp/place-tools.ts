/** The tools that look at where sessions are: folders and worktrees. */
import * as z from 'zod';
import { tame } from '../clean.js';
import { failure } from '../failure.js';
import { defineTool, looks } from './define.js';
import { directoryOf } from './directory.js';
import { pathsOf, short } from './find.js';
import { cut, fitting } from './fitting.js';

export const folderList = defineTool({
  name: 'folder_list',
  description: 'Lists the folders sessions are filed in.',
  input: z.object({ after: z.int().min(0).default(0).describe('From `next`.') }),
  output: z.object({
    folders: z.array(
      z.object({ id: z.string(), name: z.string(), directory: z.string().optional(), sessions: z.int() }),
    ),
    next: z.int().optional(),
  }),
  hints: looks,
  async run({ after }, { link, signal }) {
    const { folders, sessionFolders } = await link.call('folder/list', {}, { signal });
    const names = pathsOf(folders);
    const filed = Object.values(sessionFolders);
    const lines = folders.slice(after).map(({ id, path }) => {
      const row = {
        id: short(id),
        name: cut(tame(names(id)), 100),
        ...(path !== null && { directory: cut(tame(path), 200, 'end') }),
        sessions: filed.filter((each) => each === id).length,
      };
      return { row, text: `${row.id} ${row.name} | ${row.directory ?? 'no directory'} | ${row.sessions} sessions` };
    });
    const shown = fitting(lines);
    const next = shown.length < lines.length ? after + shown.length : undefined;
    const rest = next === undefined ? [] : [`More: folder_list with after ${next}.`];
    return {
      structured: { folders: shown.map(({ row }) => row), ...(next !== undefined && { next }) },
      text: shown.length === 0 ? 'No folders.' : [...shown.map(({ text }) => text), ...rest].join('\n'),
    };
  },
});

export const worktreeList = defineTool({
  name: 'worktree_list',
  description: 'Lists the git worktrees of a repository.',
  input: z.object({
    directory: z.string().min(1).max(4096).optional().describe('In the repository.'),
    after: z.int().min(0).default(0).describe('From `next`.'),
  }),
  output: z.object({
    worktrees: z.array(
      z.object({
        path: z.string(),
        branch: z.string().optional(),
        main: z.boolean().optional(),
        locked: z.boolean().optional(),
        missing: z.boolean().optional(),
      }),
    ),
    next: z.int().optional(),
  }),
  hints: looks,
  async run({ directory, after }, calling) {
    const repoPath = directoryOf(calling, directory);
    if (repoPath === undefined)
      throw failure('InvalidParams', '`directory` is missing.', 'Give one in the repository.');
    const { worktrees } = await calling.link.call('worktree/list', { repoPath }, { signal: calling.signal });
    const lines = worktrees.slice(after).map(({ path, branch, isMain, locked, missing }) => {
      const row = {
        path: cut(tame(path), 300, 'end'),
        ...(branch !== null && { branch: cut(tame(branch), 200) }),
        ...(isMain && { main: true }),
        ...(locked && { locked }),
        ...(missing && { missing }),
      };
      const marks = [isMain && 'main', locked && 'locked', missing && 'missing'].filter(Boolean);
      return { row, text: `${row.path} | ${row.branch ?? 'detached'}${marks.map((mark) => ` | ${mark}`).join('')}` };
    });
    const shown = fitting(lines);
    const next = shown.length < lines.length ? after + shown.length : undefined;
    const rest = next === undefined ? [] : [`More: worktree_list with after ${next}.`];
    return {
      structured: { worktrees: shown.map(({ row }) => row), ...(next !== undefined && { next }) },
      text: [...shown.map(({ text }) => text), ...rest].join('\n'),
    };
  },
});
