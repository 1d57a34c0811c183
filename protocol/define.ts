/** How one RPC method is described. Types, checks, CLI, MCP, HTTP and documentation are all derived from this. */
import type * as z from 'zod';
import type { ErrorKind } from './errors.js';

/** What a call may do. Drives token scopes, MCP hints and the CLI's confirmation. */
export type Effect = 'read' | 'write' | 'destroy';

/** Front ends that show a method. Every method is reachable over JSON-RPC; doors are the extra ways in. */
export type Door = 'cli' | 'mcp';

export type Route = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`;

export interface Method<P extends z.ZodObject = z.ZodObject, R extends z.ZodObject = z.ZodObject> {
  /** One sentence, ending in a full stop: CLI help, MCP description and reference all show it. */
  readonly summary: string;
  readonly effect: Effect;
  readonly params: P;
  readonly result: R;
  /** Errors a caller should expect beyond InvalidParams, Unauthorized and Overloaded; anything else is a bug. */
  readonly errors?: readonly ErrorKind[];
  /** Calls with the same value of this parameter run one after another, over all connections. */
  readonly lock?: string & keyof z.infer<P>;
  /** Parameters that are positional on the command line, in order; a trailing array takes the rest. */
  readonly args?: readonly (string & keyof z.infer<P>)[];
  /** The HTTP route or routes, e.g. `POST /api/sessions/:id/suspend`; absent means no route. */
  readonly http?: Route | readonly Route[];
  readonly doors?: readonly Door[];
  /** One command line, shown by `--help` and in the reference. */
  readonly example?: string;
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

/** A method's routes, however they were declared. */
export function routesOf({ http = [] }: Pick<Method, 'http'>): readonly Route[] {
  return typeof http === 'string' ? [http] : http;
}
