/** The schema, step by step. A step that was released is never edited; a change is a new step. */

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
];
