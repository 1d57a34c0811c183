/** The schema, step by step. A step that was released is never edited; a change is a new step. */

import { agents } from './agents.js';

/** Ids are UUID text, times integer Unix ms, lists and maps JSON text. Step n leads to `user_version` n. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE session (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    -- 'creating' is an intent: the window may or may not exist. Only boot and create ever see it.
    status TEXT NOT NULL CHECK (status IN ('creating', 'active', 'suspended', 'closed', 'trashed')),
    project_path TEXT NOT NULL,
    command TEXT,
    cols INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    exit_code INTEGER,
    exit_signal INTEGER,
    exited_at INTEGER,
    tab_order INTEGER NOT NULL,
    last_activity_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    idempotency_key TEXT
  ) STRICT;
  CREATE INDEX session_by_user ON session (user_id, tab_order);
  CREATE UNIQUE INDEX session_by_key ON session (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

  CREATE TABLE event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    params TEXT NOT NULL
  ) STRICT;
  CREATE INDEX event_by_user ON event (user_id, seq);
  `,
  `
  -- The size a session returns to when no viewer owns its size; null until one was said.
  ALTER TABLE session ADD COLUMN home_cols INTEGER;
  ALTER TABLE session ADD COLUMN home_rows INTEGER;
  ALTER TABLE session ADD COLUMN backend TEXT NOT NULL DEFAULT 'tmux' CHECK (backend IN ('tmux', 'pty'));
  `,
  `
  CREATE TABLE folder (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    parent_id TEXT REFERENCES folder (id),
    name TEXT NOT NULL,
    path TEXT,
    collapsed INTEGER NOT NULL,
    sort_order INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX folder_by_user ON folder (user_id);
  CREATE INDEX folder_by_parent ON folder (parent_id);

  -- What is set, as JSON; what is not in it is inherited.
  CREATE TABLE user_preference (
    user_id TEXT PRIMARY KEY,
    settings TEXT NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE folder_preference (
    folder_id TEXT PRIMARY KEY REFERENCES folder (id) ON DELETE CASCADE,
    settings TEXT NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;

  ALTER TABLE session ADD COLUMN folder_id TEXT REFERENCES folder (id) ON DELETE SET NULL;
  ALTER TABLE session ADD COLUMN github_repo_id TEXT;
  ALTER TABLE session ADD COLUMN worktree_branch TEXT;
  ALTER TABLE session ADD COLUMN worktree_path TEXT;
  ALTER TABLE session ADD COLUMN startup TEXT;
  -- The plan of a worktree that is about to be made for an intent, as JSON: what is needed to undo it.
  ALTER TABLE session ADD COLUMN worktree_plan TEXT;
  CREATE INDEX session_by_folder ON session (folder_id) WHERE folder_id IS NOT NULL;
  CREATE INDEX session_by_status ON session (status);

  CREATE TABLE trash_item (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('session', 'worktree')),
    -- 'moving', 'restoring' and 'deleting' are intents that boot finishes or undoes.
    state TEXT NOT NULL CHECK (state IN ('moving', 'kept', 'restoring', 'deleting')),
    name TEXT NOT NULL,
    session_id TEXT,
    worktree TEXT,
    trashed_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX trash_by_user ON trash_item (user_id, trashed_at);
  CREATE INDEX trash_by_expiry ON trash_item (expires_at);
  CREATE INDEX trash_by_state ON trash_item (state);
  CREATE INDEX trash_by_session ON trash_item (session_id) WHERE session_id IS NOT NULL;

  -- Refs that keep what only a pruned worktree had.
  CREATE TABLE recovery_ref (
    repo_path TEXT NOT NULL,
    ref TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (repo_path, ref)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX recovery_by_expiry ON recovery_ref (expires_at);

  CREATE TABLE project (
    folder_id TEXT PRIMARY KEY REFERENCES folder (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    path TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'enriching', 'enriched', 'stale', 'failed')),
    error TEXT,
    found TEXT,
    detected_at INTEGER
  ) STRICT;
  CREATE INDEX project_by_user ON project (user_id, path);
  CREATE INDEX project_by_state ON project (state, detected_at);

  CREATE TABLE knowledge (
    folder_id TEXT PRIMARY KEY REFERENCES folder (id) ON DELETE CASCADE,
    tech_stack TEXT NOT NULL,
    metadata TEXT NOT NULL,
    agent_performance TEXT NOT NULL,
    last_scanned_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE knowledge_item (
    id TEXT PRIMARY KEY,
    folder_id TEXT NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('convention', 'pattern', 'skill', 'tool')),
    -- What makes two items of a kind the same.
    likeness TEXT NOT NULL,
    confidence REAL NOT NULL,
    item TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX knowledge_item_once ON knowledge_item (folder_id, kind, likeness);
  `,
  `
  CREATE TABLE token (
    id TEXT PRIMARY KEY,
    -- A token and those that replaced it share it.
    family TEXT NOT NULL,
    -- The token it was made with; it ends with that.
    parent_id TEXT REFERENCES token (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('svc', 'cli', 'mcp', 'ses', 'tkt')),
    -- Null for a service token, which names the user it acts for.
    user_id TEXT,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    -- SHA-256, hex.
    hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    folder_id TEXT REFERENCES folder (id) ON DELETE CASCADE,
    session_id TEXT REFERENCES session (id) ON DELETE CASCADE,
    -- For tokens of the daemon itself: where it stands.
    file TEXT,
    -- For tickets: the web origin and the mode, as JSON.
    terms TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    revoked_at INTEGER,
    replaced_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX token_by_hash ON token (hash);
  CREATE INDEX token_by_user ON token (user_id, created_at);
  CREATE INDEX token_by_family ON token (family);
  CREATE INDEX token_by_parent ON token (parent_id) WHERE parent_id IS NOT NULL;
  CREATE INDEX token_by_session ON token (session_id) WHERE session_id IS NOT NULL;
  CREATE INDEX token_by_folder ON token (folder_id) WHERE folder_id IS NOT NULL;
  CREATE INDEX token_by_expiry ON token (expires_at) WHERE expires_at IS NOT NULL;

  CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    user_id TEXT,
    token_id TEXT,
    connection TEXT,
    method TEXT NOT NULL,
    target TEXT,
    outcome TEXT NOT NULL,
    begun_seq INTEGER,
    hash TEXT NOT NULL
  ) STRICT;
  -- Where the chain begins, once its oldest rows were dropped: the hash of the last of them.
  CREATE TABLE audit_start (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  `,
  `
  ALTER TABLE session ADD COLUMN profile_id TEXT;
  ALTER TABLE session ADD COLUMN agent_provider TEXT;
  ALTER TABLE session ADD COLUMN is_orchestrator INTEGER NOT NULL DEFAULT 0;
  -- Sessions that a front end shows side by side.
  ALTER TABLE session ADD COLUMN split_group_id TEXT;
  ALTER TABLE session ADD COLUMN split_order INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE session ADD COLUMN split_size REAL NOT NULL DEFAULT 0.5;
  `,
  agents,
];
