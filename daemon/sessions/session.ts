/** What a session may do next. Pure: no clock, no tmux, no database. */
import { RpcError, type Session, type SessionStatus } from '#protocol';

/** From each state, the states a session may go to. */
const transitions: Readonly<Record<SessionStatus, readonly SessionStatus[]>> = {
  active: ['suspended', 'closed', 'trashed'],
  suspended: ['active', 'closed', 'trashed'],
  closed: ['trashed'],
  trashed: ['closed'],
};

/** The session in another state. Throws Conflict with `INVALID_STATE_TRANSITION`, also for the state it is in. */
export function turn(session: Session, status: SessionStatus, now: number): Session {
  if (transitions[session.status].includes(status)) return { ...session, status, updatedAt: now };
  throw new RpcError('Conflict', `Session ${session.id} is ${session.status} and cannot become ${status}.`, {
    code: 'INVALID_STATE_TRANSITION',
  });
}

export function rename(session: Session, name: string, now: number): Session {
  return { ...session, name, updatedAt: now };
}

export function exited(session: Session, code: number | null, signal: number | null, now: number): Session {
  return { ...session, exit: { code, signal, at: now }, updatedAt: now };
}

/** Whether the session's window should be there. */
export function isLive({ status }: Pick<Session, 'status'>): boolean {
  return status === 'active' || status === 'suspended';
}

/** What is listed when nobody says otherwise. */
export const listedByDefault: readonly SessionStatus[] = ['active', 'suspended'];
