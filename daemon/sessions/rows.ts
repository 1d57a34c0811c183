/** Sessions as rows: the statements, and what a row says. */
import type { AgentProvider, Session, SessionStatus } from '#protocol';
import type { BackendKind } from '../backend/index.js';
import type { Db } from '../db/open.js';
import type { WorktreePlan } from '../worktrees/create.js';

/** A session that is about to be made, and the worktree that is made for it. */
export interface Intent {
  readonly session: Session;
  readonly plan: WorktreePlan | undefined;
}

export interface Row {
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
  profile_id: string | null;
  agent_provider: string | null;
  agent_state: string;
  health: string;
  is_orchestrator: number;
  split_group_id: string | null;
  split_order: number;
  split_size: number;
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
  worktree_plan: string | null;
}

/** What only intents have. */
type Extra = 'idempotency_key' | 'worktree_plan';

const COLUMNS =
  'id, user_id, name, status, backend, project_path, folder_id, github_repo_id, worktree_branch, worktree_path, startup, profile_id, agent_provider, agent_state, health, is_orchestrator, split_group_id, split_order, split_size, command, cols, rows, home_cols, home_rows, exit_code, exit_signal, exited_at, tab_order, last_activity_at, created_at, updated_at';
const PLACEHOLDERS = COLUMNS.split(', ').map((column) => `@${column}`);

export function prepareStatements(db: Db) {
  const select = db.prepare<[], Row>(`SELECT ${COLUMNS} FROM session WHERE status <> 'creating' /* at boot */`);
  const intents = `SELECT ${COLUMNS}, worktree_plan FROM session WHERE status = 'creating'`;
  const selectIntents = db.prepare<[], Row>(intents);
  const selectKey = db.prepare<[string, string], { id: string }>(
    "SELECT id FROM session WHERE user_id = ? AND idempotency_key = ? AND status <> 'creating'",
  );
  const selectIntent = db.prepare<[string, string], Row>(`${intents} AND user_id = ? AND idempotency_key = ?`);
  const insert = db.prepare(
    `INSERT INTO session (${COLUMNS}, idempotency_key, worktree_plan)
     VALUES (${PLACEHOLDERS}, @idempotency_key, @worktree_plan)`,
  );
  const update = db.prepare(
    `UPDATE session SET ${COLUMNS.split(', ')
      .map((column) => `${column} = @${column}`)
      .join(', ')}, worktree_plan = NULL WHERE id = @id`,
  );
  const remove = db.prepare('DELETE FROM session WHERE id = ?');
  const updateActivity = db.prepare('UPDATE session SET last_activity_at = ? WHERE id = ?');
  const lastTab = db.prepare<[string], { last: number | null }>(
    'SELECT MAX(tab_order) AS last FROM session WHERE user_id = ?',
  );
  return { select, selectIntents, selectKey, selectIntent, insert, update, remove, updateActivity, lastTab };
}

export function intentFrom(row: Row): Intent {
  const plan = row.worktree_plan === null ? undefined : (JSON.parse(row.worktree_plan) as WorktreePlan);
  return { session: fromRow({ ...row, status: 'active' }), plan };
}

export function fromRow(row: Omit<Row, Extra>): Session {
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
    profileId: row.profile_id,
    agentProvider: row.agent_provider as AgentProvider | null,
    agentState: row.agent_state as Session['agentState'],
    health: row.health as Session['health'],
    isOrchestratorSession: row.is_orchestrator === 1,
    splitGroupId: row.split_group_id,
    splitOrder: row.split_order,
    splitSize: row.split_size,
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

export function toRow(session: Session): Omit<Row, Extra> {
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
    profile_id: session.profileId,
    agent_provider: session.agentProvider,
    agent_state: session.agentState,
    health: session.health,
    is_orchestrator: Number(session.isOrchestratorSession),
    split_group_id: session.splitGroupId,
    split_order: session.splitOrder,
    split_size: session.splitSize,
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
