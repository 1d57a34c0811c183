/** What the value of a method's parameter names: which kind of thing, or nothing that is listed anywhere. */
import type { Method, MethodName } from '#protocol';
import type { Field } from '#protocol/fields';
import type { Meaning } from './meaning.js';

/** The nouns of parameters that are not called after theirs. */
const nouns: Readonly<Record<string, string>> = {
  parentId: 'folder',
  after: 'session',
  to: 'session',
  from: 'session',
};

/** `id` and `ids` are of the method's own noun; `activeFolderId` is of a folder. */
export function nounOf(method: MethodName, field: string): string | undefined {
  if (field === 'id' || field === 'ids') return method.split('/')[0];
  if (nouns[field]) return nouns[field];
  return /^(?:\w*?)([A-Za-z][a-z]*)Ids?$/.exec(field)?.[1]?.toLowerCase();
}

/** What completion is to offer for a parameter. */
export function meaningOf(method: MethodName, { effect }: Method, { name, type, choices, items }: Field): Meaning {
  const words = choices ?? items;
  if (words) return { words };
  const noun = nounOf(method, name);
  if (noun) return { names: noun };
  // What is to be ended by its name has one already.
  if (name === 'name' && effect === 'destroy') return { names: method.split('/')[0]! };
  if (name === 'worktreePath' && method !== 'worktree/create') return { names: 'worktree' };
  if (/(repo|project|worktree)Path$|Directory$/i.test(name)) return { names: 'directory' };
  if (type === 'path') return { names: 'file' };
  if (/branch$/i.test(name) && type === 'string') return { names: 'branch' };
  return type === 'list' && name === 'command' ? { names: 'program' } : {};
}
