/** Who is calling: for whom, and with which token the daemon is asked. */
import { createHash } from 'node:crypto';

export interface Caller {
  /** `service`: the front end for the user it names. `bearer`: a program with a token of its own. `access`: a person whom Cloudflare Access let in. */
  readonly kind: 'service' | 'bearer' | 'access';
  /** The same for everybody who shares a connection. Tells nothing secret. */
  readonly key: string;
  /** What the daemon is shown; asked again when it was replaced. */
  readonly token: () => string;
  /** For whom a service token acts; empty for nobody yet. */
  readonly user?: string;
  /** When his word ends (Unix ms), where the daemon does not see to it. */
  readonly until?: number;
}

/** A program with a token of its own, or the front end with the one it was given. */
export function callerWith(kind: 'service' | 'bearer', token: string, user?: string): Caller {
  return { kind, key: keyOf(kind, token, user), token: () => token, ...(user !== undefined && { user }) };
}

export function keyOf(kind: Caller['kind'], token: string, user = ''): string {
  const hash = createHash('sha256').update(token).digest('base64url');
  return JSON.stringify([kind, hash, user]);
}

/** Timers take no more. */
const LONGEST_MS = 2 ** 31 - 1;

/** Calls once when the caller's word ends, should it. Returns the way out. */
export function whenOver({ until }: Pick<Caller, 'until'>, end: () => void): () => void {
  if (until === undefined) return () => {};
  const timer = setTimeout(end, Math.min(until - Date.now(), LONGEST_MS)).unref();
  return () => clearTimeout(timer);
}
