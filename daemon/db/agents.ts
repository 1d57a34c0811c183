/** The step of the schema that came with agents: what they do, what is typed for them, who watches them, what they say. */
export const agents = `
  ALTER TABLE session ADD COLUMN agent_state TEXT NOT NULL DEFAULT 'unknown';
  ALTER TABLE session ADD COLUMN health TEXT NOT NULL DEFAULT 'unknown';

  -- How the states of agents followed one another; what each rests on as JSON.
  CREATE TABLE agent_transition (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    transition TEXT NOT NULL
  ) STRICT;
  CREATE INDEX agent_transition_by_session ON agent_transition (session_id, seq);
  CREATE INDEX agent_transition_by_time ON agent_transition (at);

  -- Episodes without progress, open while \`ended_at\` is null.
  CREATE TABLE stall (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    stall TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX stall_open ON stall (session_id) WHERE ended_at IS NULL;
  CREATE INDEX stall_by_session ON stall (session_id, started_at);
  CREATE INDEX stall_ended ON stall (ended_at) WHERE ended_at IS NOT NULL;

  CREATE TABLE injection (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    receipt TEXT NOT NULL,
    -- What still has to be typed; null once it was, or never will be.
    waiting TEXT,
    idempotency_key TEXT,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX injection_once ON injection (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
  CREATE INDEX injection_by_user ON injection (user_id, created_at);
  CREATE INDEX injection_by_session ON injection (session_id, created_at);
  CREATE INDEX injection_by_state ON injection (state);
  CREATE INDEX injection_by_time ON injection (created_at);

  CREATE TABLE orchestrator (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    session_id TEXT REFERENCES session (id) ON DELETE SET NULL,
    type TEXT NOT NULL CHECK (type IN ('master', 'sub_orchestrator')),
    status TEXT NOT NULL CHECK (status IN ('pending_bootstrap', 'idle', 'analyzing', 'acting', 'paused')),
    folder_id TEXT REFERENCES folder (id) ON DELETE CASCADE,
    custom_instructions TEXT,
    monitoring_interval INTEGER NOT NULL,
    stall_threshold INTEGER NOT NULL,
    auto_intervention INTEGER NOT NULL DEFAULT 0,
    -- Whether it is to watch, now and after a restart.
    monitoring INTEGER NOT NULL DEFAULT 1,
    last_activity_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK ((type = 'master') = (folder_id IS NULL))
  ) STRICT;
  CREATE UNIQUE INDEX orchestrator_master ON orchestrator (user_id) WHERE type = 'master';
  CREATE UNIQUE INDEX orchestrator_of_folder ON orchestrator (user_id, folder_id) WHERE type = 'sub_orchestrator';
  CREATE INDEX orchestrator_by_folder ON orchestrator (folder_id) WHERE folder_id IS NOT NULL;
  CREATE INDEX orchestrator_by_session ON orchestrator (session_id) WHERE session_id IS NOT NULL;

  CREATE TABLE insight (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    orchestrator_id TEXT NOT NULL REFERENCES orchestrator (id) ON DELETE CASCADE,
    session_id TEXT,
    -- What makes two insights one: of an episode there is one.
    episode TEXT NOT NULL,
    type TEXT NOT NULL,
    severity TEXT NOT NULL,
    insight TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    resolved_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX insight_once ON insight (orchestrator_id, episode);
  CREATE INDEX insight_by_orchestrator ON insight (orchestrator_id, created_at);
  CREATE INDEX insight_by_session ON insight (user_id, session_id) WHERE session_id IS NOT NULL;
  CREATE INDEX insight_by_resolution ON insight (resolved_at) WHERE resolved_at IS NOT NULL;

  -- What orchestrators did; \`seq\` is the place of the row of the audit that holds its digest, so that a change is found.
  CREATE TABLE orchestrator_log (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    orchestrator_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    action TEXT NOT NULL,
    session_id TEXT,
    details TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX orchestrator_log_by_orchestrator ON orchestrator_log (orchestrator_id, seq);
  CREATE INDEX orchestrator_log_by_session ON orchestrator_log (session_id, created_at) WHERE session_id IS NOT NULL;

  CREATE TABLE message (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    -- Place among the messages of its receiver.
    cursor INTEGER NOT NULL,
    session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'acknowledged', 'expired')),
    message TEXT NOT NULL,
    -- 1 while it is still to be typed. Each attempt is an injection with a key of its own.
    typing INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    idempotency_key TEXT,
    expires_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX message_by_cursor ON message (session_id, cursor);
  CREATE UNIQUE INDEX message_once ON message (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
  CREATE INDEX message_waiting ON message (session_id, cursor) WHERE state = 'waiting';
  CREATE INDEX message_typing ON message (session_id, cursor) WHERE typing = 1;
  CREATE INDEX message_expiring ON message (expires_at) WHERE state = 'waiting';
  CREATE INDEX message_settled ON message (changed_at) WHERE state <> 'waiting';
  CREATE TABLE message_cursor (
    session_id TEXT PRIMARY KEY REFERENCES session (id) ON DELETE CASCADE,
    acknowledged INTEGER NOT NULL,
    newest INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE notice (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    session_id TEXT REFERENCES session (id) ON DELETE CASCADE,
    -- Of what is told once: until it is over, all that is told of it is told by one row.
    episode TEXT NOT NULL,
    severity TEXT NOT NULL,
    notice TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    read_at INTEGER,
    ended_at INTEGER,
    -- How often it was news, and 1 while the webhook is still to be told of the last time.
    told INTEGER NOT NULL,
    posting INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX notice_by_user ON notice (user_id, updated_at);
  CREATE INDEX notice_by_episode ON notice (user_id, episode);
  CREATE UNIQUE INDEX notice_open ON notice (user_id, episode) WHERE ended_at IS NULL;
  CREATE INDEX notice_unread ON notice (user_id) WHERE read_at IS NULL;
  CREATE INDEX notice_read ON notice (read_at) WHERE read_at IS NOT NULL;
  CREATE INDEX notice_by_session ON notice (session_id) WHERE session_id IS NOT NULL;
  CREATE INDEX notice_posting ON notice (updated_at) WHERE posting = 1;
  `;
