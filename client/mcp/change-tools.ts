/** The tools that change a session: suspend, resume, rename, close. */
import * as z from 'zod';
import { methods, type Session } from '#protocol';
import { tame } from '../clean.js';
import { defineTool, settles } from './define.js';
import { findSession, short } from './find.js';
import { cut } from './fitting.js';
import { agreed, spareOwn } from './guard.js';
import { session } from './session-tools.js';
import type { Calling } from './tool.js';

const Changed = z.object({ id: z.string(), name: z.string(), status: z.string() });

function changed({ id, name, status }: Session, done: string) {
  const structured = { id: short(id), name: cut(tame(name), 80), status };
  return { structured, text: `${structured.id} ${structured.name}: ${done}.` };
}

export const sessionSuspend = defineTool({
  name: 'session_suspend',
  description: 'Detaches all viewers; its processes run on.',
  input: z.object({ session }),
  output: Changed,
  hints: settles,
  run: ({ session: given }, calling) => settled(calling, given, 'session/suspend', 'suspended'),
});

export const sessionResume = defineTool({
  name: 'session_resume',
  description: 'Makes a suspended session active.',
  input: z.object({ session }),
  output: Changed,
  hints: settles,
  run: ({ session: given }, calling) => settled(calling, given, 'session/resume', 'active'),
});

/** What is as wanted already is left so. */
async function settled(
  calling: Calling,
  given: string,
  method: 'session/suspend' | 'session/resume',
  wanted: 'suspended' | 'active',
) {
  const found = await findSession(calling, given);
  if (found.status === wanted) return changed(found, `${wanted} already`);
  return changed(await calling.link.call(method, { id: found.id }, { signal: calling.signal }), wanted);
}

export const sessionRename = defineTool({
  name: 'session_rename',
  description: 'Renames a session.',
  input: z.object({ session, name: z.string().trim().min(1).max(200) }),
  output: Changed,
  hints: settles,
  async run({ session: given, name }, calling) {
    const { id } = await findSession(calling, given);
    return changed(await calling.link.call('session/rename', { id, name }, { signal: calling.signal }), 'renamed');
  },
});

export const sessionClose = defineTool({
  name: 'session_close',
  description: 'Ends the processes of a session. Its files stay.',
  input: z.object({
    session,
    deleteWorktree: z.boolean().default(false).describe('Trash the one made for it, unless work would be lost.'),
  }),
  output: Changed.extend({ trashItemId: z.string().optional() }),
  hints: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  async run({ session: given, deleteWorktree }, calling) {
    const found = await findSession(calling, given);
    const { id, name, status } = found;
    if (status === 'closed') return changed(found, 'closed already');
    await spareOwn('session/close', methods['session/close'], { id }, calling);
    const more = deleteWorktree ? ', and delete its worktree' : '';
    await agreed(calling, `Close session "${name}" (${short(id)}) and end its processes${more}?`);
    const { trashItemId } = await calling.link.call(
      'session/close',
      { id, deleteWorktree },
      { signal: calling.signal },
    );
    const { structured, text } = changed({ ...found, status: 'closed' }, 'closed');
    return { structured: { ...structured, ...(trashItemId !== undefined && { trashItemId }) }, text };
  },
});
