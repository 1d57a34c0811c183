/** What a session may do next. Pure: no clock, no tmux, no database. */
import { RpcError, type Session, type SessionStatus } from '#protocol';
import type { BackendKind } from '../backend/index.js';

/** From each state, the states a session may go to. Out of the trash it comes with its item only: `restored`. */
const transitions: Readonly<Record<SessionStatus, readonly SessionStatus[]>> = {
  active: ['suspended', 'closed', 'trashed'],
  suspended: ['active', 'closed', 'trashed'],
  closed: ['trashed'],
  trashed: [],
};

/** The session in another state. Throws Conflict with `INVALID_STATE_TRANSITION`, also for the state it is in. */
export function turn(session: Session, status: SessionStatus, now: number): Session {
  if (transitions[session.status].includes(status)) return { ...session, status, updatedAt: now };
  const { id, status: from } = session;
  const said =
    from === 'trashed'
      ? `Session ${id} is in the trash. Bring it back with trash/restore first.`
      : `Session ${id} is ${from} and cannot become ${status}.`;
  throw new RpcError('Conflict', said, { code: 'INVALID_STATE_TRANSITION' });
}

/** A session whose item has come back from the trash. */
export function restored(session: Session, now: number): Session {
  return { ...session, status: 'closed', updatedAt: now };
}

/** What may be changed without anything being done. */
export type Changes = Partial<Pick<Session, 'name' | 'tabOrder' | 'projectPath' | 'folderId'>>;

export function changed(session: Session, changes: Changes, now: number): Session {
  return { ...session, ...changes, updatedAt: now };
}

/** The sessions in the given order, at the places they have between them; only those that move. */
export function reordered(sessions: readonly Session[], now: number): Session[] {
  const places = sessions.map(({ tabOrder }) => tabOrder).sort((a, b) => a - b);
  // Two at one place would stay as they are however they are ordered.
  for (let at = 1; at < places.length; at++) places[at] = Math.max(places[at]!, places[at - 1]! + 1);
  return sessions.flatMap((session, at) =>
    session.tabOrder === places[at] ? [] : [changed(session, { tabOrder: places[at]! }, now)],
  );
}

export function exited(session: Session, code: number | null, signal: number | null, now: number): Session {
  return { ...session, exit: { code, signal, at: now }, updatedAt: now };
}

/** Whether the session's window should be there. */
export function isLive({ status }: Pick<Session, 'status'>): boolean {
  return status === 'active' || status === 'suspended';
}

/** Whether the session lives where this daemon can neither see nor reach it: in tmux, while it runs without. */
export function isElsewhere({ backend }: Pick<Session, 'backend'>, here: BackendKind): boolean {
  // One that lived in a daemon's own terminal ended with that daemon: it is nowhere.
  return backend === 'tmux' && here === 'pty';
}

/** Throws Unavailable with `TMUX_MISSING` for a session that is elsewhere. */
export function mustBeHere(session: Pick<Session, 'id' | 'backend'> | undefined, here: BackendKind): void {
  if (!session || !isElsewhere(session, here)) return;
  const said = `Session ${session.id} lives in tmux, which this daemon runs without.`;
  throw new RpcError('Unavailable', `${said} Install tmux 3.2 or newer and restart the daemon.`, {
    code: 'TMUX_MISSING',
  });
}

/** What is listed when nobody says otherwise. */
export const listedByDefault: readonly SessionStatus[] = ['active', 'suspended'];

/** Left to right. */
export function inTabOrder(a: Session, b: Session): number {
  return a.tabOrder - b.tabOrder || a.createdAt - b.createdAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
