/** What a person's words stand for in a method's parameters: names and shortened ids for ids, relative paths for paths. */
import type { Method, MethodName } from '#protocol';
import { fields } from '#protocol/fields';
import { FULL_ID, find, type Listing } from '../pick.js';
import { pathOn } from './directory.js';
import type { Caller } from './hot.js';
import { findInteraction, pickOption } from './interactions.js';
import { listings } from './listings.js';
import { nounOf } from './nouns.js';
import { findWorktree, type Place } from './worktrees.js';

type Params = Readonly<Record<string, unknown>>;

/** The parameters as the daemon wants them, which may be that of another machine. */
export async function resolveWords(
  { call, host }: Place,
  name: MethodName,
  method: Method,
  params: Params,
): Promise<Params> {
  if (name === 'interaction/respond') return answerOf(call, params);
  const resolved: Record<string, unknown> = { ...params };
  for (const field of fields(method)) {
    const given = params[field.name] ?? (isHere(field.name, params) ? '.' : undefined);
    if (field.type === 'path' && typeof given === 'string')
      resolved[field.name] = await pathOf({ call, host }, name, field.name, given);
    const listing = listings[nounOf(name, field.name) ?? ''];
    if (listing && typeof given === 'string') resolved[field.name] = await idOf(call, listing, given);
    if (listing && Array.isArray(given))
      resolved[field.name] = await Promise.all(given.map((each) => idOf(call, listing, each)));
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
function pathOf(place: Place, method: MethodName, field: string, given: string): string | Promise<string> {
  return field === 'worktreePath' && method !== 'worktree/create'
    ? findWorktree(place, given)
    : pathOn(place.host, given);
}

async function idOf(call: Caller['call'], listing: Listing, given: string): Promise<string> {
  return FULL_ID.test(given) || listing.fixed?.includes(given) ? given : (await find(call, given, listing)).id;
}

/** What a destroying call is about, in words for a question; undefined when it names nothing that has a name. */
export async function targetOf(call: Caller['call'], name: MethodName, params: Params): Promise<string | undefined> {
  for (const [field, given] of Object.entries(params)) {
    if (field === 'name' && typeof given === 'string') return given;
    const listing = listings[nounOf(name, field) ?? ''];
    if (listing?.fixed?.includes(String(given))) return String(given);
    if (listing && typeof given === 'string') return (await find(call, given, listing)).name;
  }
  return undefined;
}
