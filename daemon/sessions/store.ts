/** Where sessions are kept: rows in SQLite, read from memory, listed at a revision. */
import { randomUUID } from 'node:crypto';
import { RpcError, type Session, type SessionStatus } from '#protocol';
import type { BackendKind } from '../backend/index.js';
import type { Db } from '../db/open.js';

export interface SessionStore {
  /** Throws NotFound, also for a session of another user. */
  get(user: string, id: string): Session;
  /** Whoever's it is; for the daemon's own loops. */
  find(id: string): Session | undefined;
  byKey(user: string, idempotencyKey: string): Session | undefined;
  /** In tab order. */
  list(user: string, statuses: readonly SessionStatus[]): Session[];
  all(): Iterable<Session>;
  /** Changes with every change of a listed session. */
  readonly revision: string;
  /** Writes down that a session is about to be made. It is in no list until it is saved. */
  intend(session: Session, idempotencyKey: string | undefined): void;
  /** Sessions that were about to be made when the daemon ended. */
  intents(): Session[];
  /** Id of the intent with this key. */
  intentOf(user: string, idempotencyKey: string): string | undefined;
  /** Forgets a session as if it had never been. */
  discard(id: string): void;
  save(session: Session): void;
  /** Sets `lastActivityAt` of sessions by id, in one commit. */
  touch(activity: ReadonlyMap<string, number>): void;
  nextTabOrder(user: string): number;
}

interface Row {
  id: string;
  user_id: string;
  name: string;
  status: string;
  backend: string;
  project_path: string;
  folder_id: string | null;
  github_repo_id: string | null;
  worktree_branch: string | null;
  worktree_path: string | null;
  startup: string | null;
  command: string | null;
  cols: number;
  rows: number;
  home_cols: number | null;
  home_rows: number | null;
  exit_code: number | null;
  exit_signal: number | null;
  exited_at: number | null;
  tab_order: number;
  last_activity_at: number;
  created_at: number;
  updated_at: number;
  idempotency_key: string | null;
}

const COLUMNS =
  'id, user_id, name, status, backend, project_path, folder_id, github_repo_id, worktree_branch, worktree_path, startup, command, cols, rows, home_cols, home_rows, exit_code, exit_signal, exited_at, tab_order, last_activity_at, created_at, updated_at';
const PLACEHOLDERS = COLUMNS.split(', ').map((column) => `@${column}`);

export function createSessionStore(db: Db): SessionStore {
  const boot = randomUUID().slice(0, 8);
  let changes = 0;
  const select = db.prepare<[], Row>(`SELECT ${COLUMNS} FROM session WHERE status <> 'creating'`);
  const selectIntents = db.prepare<[], Row>(`SELECT ${COLUMNS} FROM session WHERE status = 'creating'`);
  const selectKey = db.prepare<[string, string], { id: string }>(
    "SELECT id FROM session WHERE user_id = ? AND idempotency_key = ? AND status <> 'creating'",
  );
  const selectIntent = db.prepare<[string, string], { id: string }>(
    "SELECT id FROM session WHERE user_id = ? AND idempotency_key = ? AND status = 'creating'",
  );
  const insert = db.prepare(
    `INSERT INTO session (${COLUMNS}, idempotency_key) VALUES (${PLACEHOLDERS}, @idempotency_key)`,
  );
  const update = db.prepare(
    `UPDATE session SET ${COLUMNS.split(', ')
      .map((column) => `${column} = @${column}`)
      .join(', ')} WHERE id = @id`,
  );
  const remove = db.prepare('DELETE FROM session WHERE id = ?');
  const updateActivity = db.prepare('UPDATE session SET last_activity_at = ? WHERE id = ?');
  const lastTab = db.prepare<[string], { last: number | null }>(
    'SELECT MAX(tab_order) AS last FROM session WHERE user_id = ?',
  );

  const byId = new Map(select.all().map((row) => [row.id, fromRow(row)]));

  return {
    get(user, id) {
      const session = byId.get(id);
      if (session?.userId === user) return session;
      throw new RpcError('NotFound', `No session ${id}. List them with session/list.`, { code: 'SESSION_NOT_FOUND' });
    },
    find: (id) => byId.get(id),
    byKey: (user, key) => byId.get(selectKey.get(user, key)?.id ?? ''),
    list: (user, statuses) =>
      [...byId.values()]
        .filter((session) => session.userId === user && statuses.includes(session.status))
        .sort((a, b) => a.tabOrder - b.tabOrder || a.createdAt - b.createdAt),
    all: () => byId.values(),
    get revision() {
      return `${boot}.${changes}`;
    },
    intend: (session, key) => void insert.run({ ...toRow(session), status: 'creating', idempotency_key: key ?? null }),
    intents: () => selectIntents.all().map((row) => fromRow({ ...row, status: 'active' })),
    intentOf: (user, key) => selectIntent.get(user, key)?.id,
    discard(id) {
      remove.run(id);
      if (byId.delete(id)) changes++;
    },
    save(session) {
      update.run(toRow(session));
      byId.set(session.id, session);
      changes++;
    },
    touch(activity) {
      db.transaction(() => {
        for (const [id, at] of activity) updateActivity.run(at, id);
      })();
      for (const [id, at] of activity) {
        const session = byId.get(id);
        if (session) byId.set(id, { ...session, lastActivityAt: at });
      }
      changes++;
    },
    nextTabOrder: (user) => (lastTab.get(user)?.last ?? -1) + 1,
  };
}

function fromRow(row: Omit<Row, 'idempotency_key'>): Session {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    status: row.status as SessionStatus,
    backend: row.backend as BackendKind,
    tmuxSessionName: `rdv-${row.id}`,
    projectPath: row.project_path,
    folderId: row.folder_id,
    githubRepoId: row.github_repo_id,
    worktreeBranch: row.worktree_branch,
    worktreePath: row.worktree_path,
    startup: row.startup === null ? null : (JSON.parse(row.startup) as Session['startup']),
    command: row.command === null ? null : (JSON.parse(row.command) as string[]),
    cols: row.cols,
    rows: row.rows,
    home: row.home_cols && row.home_rows ? { cols: row.home_cols, rows: row.home_rows } : null,
    exit: row.exited_at === null ? null : { code: row.exit_code, signal: row.exit_signal, at: row.exited_at },
    tabOrder: row.tab_order,
    lastActivityAt: row.last_activity_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function toRow(session: Session): Omit<Row, 'idempotency_key'> {
  return {
    id: session.id,
    user_id: session.userId,
    name: session.name,
    status: session.status,
    backend: session.backend,
    project_path: session.projectPath,
    folder_id: session.folderId,
    github_repo_id: session.githubRepoId,
    worktree_branch: session.worktreeBranch,
    worktree_path: session.worktreePath,
    startup: session.startup === null ? null : JSON.stringify(session.startup),
    command: session.command === null ? null : JSON.stringify(session.command),
    cols: session.cols,
    rows: session.rows,
    home_cols: session.home?.cols ?? null,
    home_rows: session.home?.rows ?? null,
    exit_code: session.exit?.code ?? null,
    exit_signal: session.exit?.signal ?? null,
    exited_at: session.exit?.at ?? null,
    tab_order: session.tabOrder,
    last_activity_at: session.lastActivityAt,
    created_at: session.createdAt,
    updated_at: session.updatedAt,
  };
}
