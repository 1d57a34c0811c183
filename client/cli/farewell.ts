/** What is said when an attached session is left: how it ended, and what may not have arrived. */
import type { Session } from '#protocol';
import { RpcError } from '#protocol/errors';
import type { FollowedEvent } from '../follow.js';
import type { Context } from './context.js';
import { clean } from './text.js';

export type End =
  | Extract<FollowedEvent, { readonly type: 'exit' | 'closed' }>
  | { readonly type: 'detached' }
  /** It ended while the daemon was away; undefined when nothing is known of it any more. */
  | { readonly type: 'missed'; readonly status: Session['status'] | undefined };

/** One line without its brackets. */
export function farewell(end: End, { name: given, backend }: Pick<Session, 'name' | 'backend'>): string {
  const name = clean(given);
  // One that has no tmux to live in ends with its daemon, and may have lost only us.
  const fate = backend === 'tmux' ? '; the session lives on' : '';
  if (end.type === 'detached') return `detached from ${name}`;
  if (end.type === 'exit') return end.code === null ? `${name} ended` : `${name} exited with code ${end.code}`;
  if (end.type === 'missed') return `${name} ${end.status ? `was ${end.status}` : 'ended'} while the daemon was away`;
  const reasons = {
    suspended: `${name} was suspended`,
    closed: `${name} was closed`,
    gone: `the terminal of ${name} is gone`,
    stopping: `lost the daemon: it is stopping${fate || ', and the session ends with it'}`,
    slow: 'lost the daemon: this terminal was too slow',
    lost: `lost the daemon: the connection ended${fate}`,
  };
  return reasons[end.reason];
}

/** To be added to the farewell; empty when everything typed has arrived. */
export function missingKeys(bytes: number): string {
  if (bytes === 0) return '';
  return `; ${bytes} ${bytes === 1 ? 'byte' : 'bytes'} typed while the daemon was away may not have arrived`;
}

/** A session that could not be opened again: it is asked for once more, to tell what became of it. Throws every other failure. */
export async function endWhileAway({ call }: Context, { id }: Session, error: unknown): Promise<End> {
  if (!(error instanceof RpcError) || !['NotFound', 'Conflict', 'Gone'].includes(error.kind)) throw error;
  const session = await call('session/get', { id }).catch(() => undefined);
  return { type: 'missed', status: session?.status === 'active' ? undefined : session?.status };
}
