/** Identities for tests that are not about them. */
import { expandScopes, type Scope } from '#protocol';
import type { Identity } from '../../daemon/rpc/identity.js';

/** One that may do everything, unless told what. */
export function identityOf(user: string, scopes: readonly Scope[] = ['admin'], more: Partial<Identity> = {}): Identity {
  return { user, tokenId: `token of ${user}`, kind: 'cli', scopes: expandScopes(scopes), ...more };
}
