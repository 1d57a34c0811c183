/** How one RPC method is described. Types, checks, CLI, MCP, HTTP and documentation are all derived from this. */
import type * as z from 'zod';
import type { ErrorKind } from './errors.js';
import type { Category, Scope } from './scopes.js';

/** What a call may do. Drives token scopes, the audit, MCP hints and the CLI's confirmation. */
export type Effect = 'read' | 'write' | 'destroy';

/** Front ends that show a method. Every method is reachable over JSON-RPC; doors are the extra ways in. */
export type Door = 'cli' | 'mcp';

export type Route = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`;

/** How HTTP says a call, where that is not simply a route, the parameters and the result. */
export interface Http<P extends string = string, R extends string = string> {
  readonly routes: Route | readonly Route[];
  /** Of success; 200 when absent. */
  readonly status?: 201 | StatusOf;
  /** The field of the result that is the answer. Other fields are added to it, unless it is null. */
  readonly answer?: R;
  /** Codes of a parameter that is missing or wrong, by its name; `INVALID_PARAMS` when absent. */
  readonly codes?: Readonly<Partial<Record<P, string>>>;
  /** Parameters that are left out when they are wrong: what an old caller sends there means something else. */
  readonly lenient?: readonly P[];
  /** Parameters with fields of their own, whose names may come in either spelling too; what stands under them is left alone. */
  readonly spelled?: readonly P[];
  /**
   * For callers who say `force` and have seen no state to confirm: what the method `by` tells of it now is confirmed, when
   * nothing else than these is at stake.
   */
  readonly confirm?: { readonly by: string; readonly stakes: readonly string[] };
  /** Headers that stand for a parameter when it is not given, by its name. */
  readonly headers?: Readonly<Partial<Record<P, string>>>;
}

/** A status that depends on what came of it. */
export interface StatusOf {
  readonly may: readonly number[];
  readonly of: (result: Readonly<Record<string, unknown>>) => number;
}

export interface Method<P extends z.ZodObject = z.ZodObject, R extends z.ZodObject = z.ZodObject> {
  /** One sentence, ending in a full stop: CLI help, MCP description and reference all show it. */
  readonly summary: string;
  readonly effect: Effect;
  readonly params: P;
  readonly result: R;
  /** Errors a caller should expect beyond InvalidParams, Unauthorized, Forbidden, RateLimited and Overloaded; all else is a bug. */
  readonly errors?: readonly ErrorKind[];
  /** What the token must be allowed; the effect when absent. */
  readonly scope?: Scope;
  /** Also for the bridge before it has said for whom it acts: it tells nothing of anybody. */
  readonly nobody?: true;
  /** Which of a token's rates it counts against; by scope and effect when absent. */
  readonly category?: Category;
  /** Calls of one user a minute, over all that the category allows; no bound of its own when absent. */
  readonly perMinute?: number;
  /** When a call is written to the audit; always before a `destroy`, and before `admin` changes anything. */
  readonly audit?: 'before' | 'after';
  /**
   * What it has to do with, for tokens that reach a part of the tree only. Such a token calls no method without this; an
   * empty one concerns nothing but the caller, or leaves out of its answer what the token does not reach.
   */
  readonly concerns?: Concerns<keyof z.infer<P> & string>;
  /** Calls with the same value of this parameter run one after another, over all connections. */
  readonly lock?: string & keyof z.infer<P>;
  /** Whoever holds the lock and takes his time ends early for it. */
  readonly urgent?: true;
  /** Parameters that are positional on the command line, in order; a trailing array takes the rest. */
  readonly args?: readonly (string & keyof z.infer<P>)[];
  /** The HTTP route or routes, e.g. `POST /api/sessions/:id/suspend`; absent means no route. */
  readonly http?: Route | readonly Route[] | Http<keyof z.infer<P> & string, keyof z.infer<R> & string>;
  readonly doors?: readonly Door[];
  /** One command line, shown by `--help` and in the reference. */
  readonly example?: string;
}

export interface Concerns<F extends string = string> {
  /** Parameters that name sessions. */
  readonly session?: readonly F[];
  /** Sessions count too that are watched by the orchestrator in whose session the token is: it looks at them, no more. */
  readonly watched?: true;
  /** Parameters that name orchestrators. */
  readonly orchestrator?: readonly F[];
  /** Parameters that name folders; null is the root, which lies outside. */
  readonly folder?: readonly F[];
  /** The parameter that says where something new goes; when it is absent too, that is the root. */
  readonly place?: F;
}

export function method<P extends z.ZodObject, R extends z.ZodObject>(m: Method<P, R>): Method<P, R> {
  return m;
}

/** What one side tells the other, unasked. */
export interface Notification<P extends z.ZodObject = z.ZodObject> {
  readonly summary: string;
  /** Who sends it. */
  readonly from: 'daemon' | 'client';
  /** `connection`: only to the connection concerned. `event`: journalled and sent to every subscriber of its name. */
  readonly delivery: 'connection' | 'event';
  readonly params: P;
}

export function notification<P extends z.ZodObject, const D extends Notification['delivery']>(
  n: Notification<P> & { readonly delivery: D },
): Notification<P> & { readonly delivery: D } {
  return n;
}

/** How HTTP says a method, however it was declared. */
export function httpOf({
  http = [],
}: {
  readonly http?: Method['http'];
}): Http & { readonly routes: readonly Route[] } {
  const declared = typeof http === 'string' || !('routes' in http) ? { routes: http } : http;
  const { routes } = declared;
  return { ...declared, routes: typeof routes === 'string' ? [routes] : routes };
}
