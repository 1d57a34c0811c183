/** What a person's words stand for in a method's parameters: names and shortened ids for ids, relative paths for paths. */
import type { Method, MethodName } from '#protocol';
import { fields } from '#protocol/fields';
import { startDirectory } from './directory.js';
import { findFolder } from './folders.js';
import type { Caller } from './hot.js';
import { findInteraction, pickOption } from './interactions.js';
import { findNotice } from './notifications.js';
import { findInsight, findOrchestrator } from './orchestrators.js';
import { FULL_ID } from './pick.js';
import { findReceipt } from './receipts.js';
import { findSession } from './resolve.js';
import { findToken } from './tokens.js';
import { findTrashItem } from './trash.js';
import { findWorktree } from './worktrees.js';

type Params = Readonly<Record<string, unknown>>;
type Found = Promise<{ readonly id: string; readonly name: string }>;

/** By noun, how one is found. */
const finders: Readonly<Record<string, (call: Caller['call'], given: string) => Found>> = {
  session: findSession,
  folder: findFolder,
  trash: findTrashItem,
  token: findToken,
  notification: findNotice,
  orchestrator: findOrchestrator,
  interaction: findInteraction,
  insight: findInsight,
  injection: findReceipt,
};

/** The nouns of parameters that are not called after theirs. */
const nouns: Readonly<Record<string, string>> = {
  parentId: 'folder',
  after: 'session',
  to: 'session',
  from: 'session',
};

/** The parameters as the daemon wants them. */
export async function resolveWords(
  call: Caller['call'],
  name: MethodName,
  method: Method,
  params: Params,
): Promise<Params> {
  if (name === 'interaction/respond') return answerOf(call, params);
  const resolved: Record<string, unknown> = { ...params };
  for (const field of fields(method)) {
    const given = params[field.name] ?? (isHere(field.name, params) ? '.' : undefined);
    if (field.type === 'path' && typeof given === 'string')
      resolved[field.name] = await pathOf(call, name, field.name, given);
    const find = finders[nounOf(name, field.name) ?? ''];
    if (find && typeof given === 'string') resolved[field.name] = await idOf(call, find, given);
    if (find && Array.isArray(given))
      resolved[field.name] = await Promise.all(given.map((each) => idOf(call, find, each)));
  }
  return resolved;
}

/** An answer is meant by its number or its label too: which they are, only the dialog tells. */
async function answerOf(call: Caller['call'], params: Params): Promise<Params> {
  const interaction = await findInteraction(call, String(params.interactionId));
  return { interactionId: interaction.id, optionId: pickOption(interaction, String(params.optionId)) };
}

/** A repository that is not named in any way is the one the person is in. */
function isHere(field: string, { projectPath, repositoryId }: Params): boolean {
  return field === 'repoPath' && projectPath === undefined && repositoryId === undefined;
}

/** An existing worktree may be named by its branch. */
function pathOf(call: Caller['call'], method: MethodName, field: string, given: string): string | Promise<string> {
  return field === 'worktreePath' && method !== 'worktree/create'
    ? findWorktree({ call }, given)
    : startDirectory(given);
}

async function idOf(call: Caller['call'], find: (typeof finders)[string], given: string): Promise<string> {
  return FULL_ID.test(given) ? given : (await find(call, given)).id;
}

/** What a destroying call is about, in words for a question; undefined when it names nothing that has a name. */
export async function targetOf(call: Caller['call'], name: MethodName, params: Params): Promise<string | undefined> {
  for (const [field, given] of Object.entries(params)) {
    if (field === 'name' && typeof given === 'string') return given;
    const find = finders[nounOf(name, field) ?? ''];
    if (find && typeof given === 'string') return (await find(call, given)).name;
  }
  return undefined;
}

/** `id` and `ids` are of the method's own noun; `activeFolderId` is of a folder. */
function nounOf(method: MethodName, field: string): string | undefined {
  if (field === 'id' || field === 'ids') return method.split('/')[0];
  if (nouns[field]) return nouns[field];
  return /^(?:\w*?)([A-Za-z][a-z]*)Ids?$/.exec(field)?.[1]?.toLowerCase();
}
