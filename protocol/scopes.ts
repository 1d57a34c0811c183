/** What a token may do, and what each method asks of the token it is called with. */
import * as z from 'zod';
import type { Method } from './define.js';

/**
 * `service` is the bridge's alone: it may act before it knows for whom. `admin` concerns the daemon and everybody on it:
 * stopping it, its configuration, the audit, its own tokens.
 */
export const Scope = z.enum(['read', 'write', 'destroy', 'terminal:read', 'terminal:write', 'admin', 'service']);
export type Scope = z.infer<typeof Scope>;

/** Scopes a token can be made with. */
export const GrantableScope = Scope.exclude(['service']);

const implied: Readonly<Record<Scope, readonly Scope[]>> = {
  read: [],
  write: ['read'],
  destroy: ['write'],
  'terminal:read': [],
  'terminal:write': ['terminal:read'],
  admin: ['destroy', 'terminal:write'],
  service: [],
};

/** With everything they stand for: who may write may read. */
export function expandScopes(given: readonly Scope[]): ReadonlySet<Scope> {
  const all = new Set<Scope>();
  const add = (scope: Scope) => {
    if (all.has(scope)) return;
    all.add(scope);
    for (const other of implied[scope]) add(other);
  };
  for (const scope of given) add(scope);
  return all;
}

/** The scope a call needs, whatever its parameters; some ask for more, and then the handler says so. */
export function scopeOf({ scope, effect }: Pick<Method, 'scope' | 'effect'>): Scope {
  return scope ?? effect;
}

/** What calls are counted by against a token's rates. */
export const categories = ['auth', 'read', 'write', 'terminal', 'inject'] as const;
export type Category = (typeof categories)[number];

export function categoryOf(method: Pick<Method, 'scope' | 'effect' | 'category'>): Category {
  if (method.category) return method.category;
  const scope = scopeOf(method);
  if (scope.startsWith('terminal:')) return 'terminal';
  return method.effect === 'read' ? 'read' : 'write';
}

/** When a call is written to the audit: acts that cannot be undone before they begin, and again when they are over. */
export function auditOf(method: Pick<Method, 'scope' | 'effect' | 'audit'>): 'before' | 'after' | undefined {
  if (method.audit) return method.audit;
  if (method.effect === 'destroy') return 'before';
  return scopeOf(method) === 'admin' && method.effect !== 'read' ? 'before' : undefined;
}
