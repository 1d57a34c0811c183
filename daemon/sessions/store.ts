/** Where sessions are kept: rows in SQLite, read from memory, listed at a revision. */
import { randomUUID } from 'node:crypto';
import { RpcError, type Session, type SessionStatus } from '#protocol';
import { ifUndone, setIn } from '../db/act.js';
import type { Db } from '../db/open.js';
import type { WorktreePlan } from '../worktrees/create.js';
import { fromRow, type Intent, intentFrom, prepareStatements, toRow } from './rows.js';
import { inTabOrder } from './session.js';

export type { Intent } from './rows.js';

export interface SessionStore {
  /** Throws NotFound, also for a session of another user. */
  get(user: string, id: string): Session;
  /** Whoever's it is; for the daemon's own loops. */
  find(id: string): Session | undefined;
  byKey(user: string, idempotencyKey: string): Session | undefined;
  /** In tab order; only those in a folder when one is given. */
  list(user: string, statuses: readonly SessionStatus[], folderId?: string): Session[];
  all(): Iterable<Session>;
  /** Changes with every change of a listed session. */
  readonly revision: string;
  /** Writes down that a session is about to be made. It is in no list until it is saved. */
  intend(session: Session, idempotencyKey?: string, plan?: WorktreePlan): void;
  /** Sessions that were about to be made when the daemon ended, or are about to be made now. */
  intents(): Intent[];
  /** The intent with this key. */
  intentOf(user: string, idempotencyKey: string): Intent | undefined;
  /** Forgets a session as if it had never been. */
  discard(id: string): void;
  /** All of it but what its agent does: whoever waited between reading and saving knows an old state of that. */
  save(session: Session): void;
  /** What the agent of a session that is there does, and how it gets on. */
  setAgent(id: string, agent: Pick<Session, 'agentState' | 'health'>): void;
  /** Keeps in memory what could not be written: for what is true all the same, such as the size of a window. */
  hold(session: Session): void;
  /** All or none. */
  saveAll(sessions: readonly Session[]): void;
  /** Sets `lastActivityAt` of sessions by id, in one commit. */
  touch(activity: ReadonlyMap<string, number>): void;
  nextTabOrder(user: string): number;
}

export function createSessionStore(db: Db): SessionStore {
  const boot = randomUUID().slice(0, 8);
  let changes = 0;
  const statements = prepareStatements(db);
  const byId = new Map(statements.select.all().map((row) => [row.id, fromRow(row)]));
  const put = (session: Session) => {
    setIn(db, byId, session.id, session);
    changes++;
    // Whoever was told of it would otherwise take it for the same list.
    ifUndone(db, () => changes++);
  };

  const withAgent = (session: Session) => keepAgent(session, byId.get(session.id));

  return {
    get(user, id) {
      const session = byId.get(id);
      if (session?.userId === user) return session;
      throw new RpcError('NotFound', `No session ${id}. List them with session/list.`, { code: 'SESSION_NOT_FOUND' });
    },
    find: (id) => byId.get(id),
    byKey: (user, key) => byId.get(statements.selectKey.get(user, key)?.id ?? ''),
    list: (user, statuses, folderId) =>
      [...byId.values()]
        .filter((session) => session.userId === user && statuses.includes(session.status))
        .filter((session) => folderId === undefined || session.folderId === folderId)
        .sort(inTabOrder),
    all: () => byId.values(),
    get revision() {
      return `${boot}.${changes}`;
    },
    intend(session, key, plan) {
      const extra = { idempotency_key: key ?? null, worktree_plan: plan ? JSON.stringify(plan) : null };
      statements.insert.run({ ...toRow(session), status: 'creating', ...extra });
    },
    intents: () => statements.selectIntents.all().map(intentFrom),
    intentOf(user, key) {
      const row = statements.selectIntent.get(user, key);
      return row && intentFrom(row);
    },
    discard(id) {
      statements.remove.run(id);
      if (!byId.has(id)) return;
      setIn(db, byId, id, undefined);
      changes++;
      ifUndone(db, () => changes++);
    },
    save(session) {
      const known = withAgent(session);
      statements.update.run(toRow(known));
      put(known);
    },
    setAgent(id, agent) {
      const changed = { ...byId.get(id)!, ...agent };
      statements.update.run(toRow(changed));
      put(changed);
    },
    hold: (session) => put(withAgent(session)),
    saveAll(sessions) {
      const known = sessions.map(withAgent);
      db.transaction(() => {
        for (const session of known) statements.update.run(toRow(session));
      })();
      for (const session of known) put(session);
    },
    touch(activity) {
      db.transaction(() => {
        for (const [id, at] of activity) statements.updateActivity.run(at, id);
      })();
      for (const [id, at] of activity) {
        const session = byId.get(id);
        if (session) byId.set(id, { ...session, lastActivityAt: at });
      }
      changes++;
    },
    nextTabOrder: (user) => (statements.lastTab.get(user)?.last ?? -1) + 1,
  };
}

/** The session, with what its agent does as it is known. */
function keepAgent(session: Session, { agentState, health }: Session = session): Session {
  if (session.agentState === agentState && session.health === health) return session;
  return { ...session, agentState, health };
}
