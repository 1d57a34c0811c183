/** Whether a token may make a call: what it may do, and what of the tree it reaches. Pure. */
import { type Method, RpcError, type Scope, scopeOf } from '#protocol';
import type { Identity, Reach } from './identity.js';

/** Throws Forbidden for a scope the token lacks, and for a method that a token of a part of the tree does not call. */
export function checkScope(name: string, method: Method, { scopes, user, reach }: Identity): void {
  const needed = scopeOf(method);
  if (user === '' && method.nobody && scopes.has('service')) return;
  // A service token that has not named a user has nothing of anybody's to act on.
  if (!scopes.has(needed) || (user === '' && needed !== 'service')) throw lacking(name, needed);
  if (!reach || method.concerns) return;
  const said = `${name} is not for a token that reaches only ${reach.name}. Use one that reaches everything.`;
  throw new RpcError('Forbidden', said, { code: 'OUT_OF_REACH' });
}

/** For handlers whose parameters ask for more than their method does. */
export function need(name: string, scope: Scope, { scopes }: Identity): void {
  if (!scopes.has(scope)) throw lacking(name, scope);
}

function lacking(name: string, scope: Scope): RpcError {
  const said = `${name} needs a token with the scope "${scope}", which this one has not.`;
  return new RpcError('Forbidden', said, { code: 'MISSING_SCOPE', details: { scope } });
}

/**
 * Throws NotFound for what lies outside the reach: whoever may not see it is not told that it is there. Throws Forbidden
 * for the root, which is no secret.
 */
export function checkReach(
  name: string,
  { concerns }: Method,
  params: Readonly<Record<string, unknown>>,
  reach: Reach,
) {
  const { session = [], folder = [], orchestrator = [], place, watched } = concerns ?? {};
  for (const id of idsIn(params, session))
    if (!reach.session(id) && !(watched && reach.watched(id))) throw unseen('session', id);
  for (const id of idsIn(params, orchestrator)) if (!reach.orchestrator(id)) throw unseen('orchestrator', id);
  for (const id of idsIn(params, folder)) if (!reach.folder(id)) throw unseen('folder', id);
  const rootward =
    folder.find((field) => params[field] === null) ?? (place && params[place] === undefined ? place : '');
  if (!rootward) return;
  const said = `${name}: this token reaches only ${reach.name}; name a folder of it as \`${rootward}\`.`;
  throw new RpcError('Forbidden', said, { code: 'OUT_OF_REACH' });
}

function idsIn(params: Readonly<Record<string, unknown>>, fields: readonly string[]): string[] {
  return fields.flatMap((field) => params[field] ?? []) as string[];
}

/** In the words of the stores: what lies outside and what does not exist are the same. */
function unseen(what: 'session' | 'folder' | 'orchestrator', id: string): RpcError {
  const code = `${what.toUpperCase()}_NOT_FOUND`;
  return new RpcError('NotFound', `No ${what} ${id}. List them with ${what}/list.`, { code });
}
