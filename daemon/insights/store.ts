/** Where insights are kept: rows in SQLite, read as they are asked for. */
import type { Insight, InsightCounts, InsightType, Severity } from '#protocol';
import type { Db } from '../db/open.js';

export interface Kept {
  readonly userId: string;
  readonly episode: string;
  readonly insight: Insight;
}

/** Null for whatever it may be. */
export interface Filter {
  readonly orchestratorId: string;
  readonly sessionId: string | null;
  readonly type: InsightType | null;
  readonly severity: Severity | null;
  readonly resolved: boolean | null;
}

export interface InsightStore {
  find(id: string): Kept | undefined;
  ofEpisode(orchestratorId: string, episode: string): Kept | undefined;
  /** Those about a session that are not resolved. */
  unresolved(user: string, sessionId: string): Kept[];
  /** Whosever they are, of all sessions. */
  allUnresolved(): Kept[];
  /** Newest first. */
  list(filter: Filter, limit: number): Insight[];
  counts(orchestratorId: string): InsightCounts;
  add(kept: Kept): void;
  save(kept: Kept): void;
  /** Another one may begin under the episode's name. */
  remove(id: string): void;
  /** Deletes what was resolved by then, at most so many; of a user, or of everybody for null. */
  dropResolved(user: string | null, before: number, limit: number): number;
}

interface Row {
  id: string;
  user_id: string;
  orchestrator_id: string;
  session_id: string | null;
  episode: string;
  type: string;
  severity: string;
  insight: string;
  created_at: number;
  resolved_at: number | null;
}

type FilterRow = Omit<Filter, 'resolved'> & { resolved: number | null; limit: number };

export function createInsightStore(db: Db): InsightStore {
  const selectOne = db.prepare<[string], Row>('SELECT * FROM insight WHERE id = ?');
  const selectEpisode = db.prepare<[string, string], Row>(
    'SELECT * FROM insight WHERE orchestrator_id = ? AND episode = ?',
  );
  const selectOpen = db.prepare<[string, string], Row>(
    'SELECT * FROM insight WHERE user_id = ? AND session_id = ? AND resolved_at IS NULL ORDER BY created_at',
  );
  const selectAllOpen = db.prepare<[], Row>('SELECT * FROM insight WHERE resolved_at IS NULL /* at boot */');
  const selectLike = db.prepare<[FilterRow], Row>(
    `SELECT * FROM insight WHERE orchestrator_id = @orchestratorId
       AND (@sessionId IS NULL OR session_id = @sessionId) AND (@type IS NULL OR type = @type)
       AND (@severity IS NULL OR severity = @severity)
       AND (@resolved IS NULL OR (resolved_at IS NOT NULL) = @resolved)
     ORDER BY created_at DESC, rowid DESC LIMIT @limit`,
  );
  const count = db.prepare<[string], { severity: Severity; open: number; count: number }>(
    `SELECT severity, resolved_at IS NULL AS open, count(*) AS count FROM insight WHERE orchestrator_id = ?
     GROUP BY severity, open`,
  );
  const insert = db.prepare<[Row]>(
    `INSERT INTO insight (id, user_id, orchestrator_id, session_id, episode, type, severity, insight, created_at, resolved_at)
     VALUES (@id, @user_id, @orchestrator_id, @session_id, @episode, @type, @severity, @insight, @created_at, @resolved_at)`,
  );
  const update = db.prepare<[Row]>(
    `UPDATE insight SET episode = @episode, severity = @severity, insight = @insight, resolved_at = @resolved_at
     WHERE id = @id`,
  );
  const remove = db.prepare<[string]>('DELETE FROM insight WHERE id = ?');
  const drop = db.prepare<[{ user: string | null; before: number; limit: number }]>(
    `DELETE FROM insight WHERE id IN (SELECT id FROM insight
       WHERE resolved_at IS NOT NULL AND resolved_at <= @before AND (@user IS NULL OR user_id = @user)
       ORDER BY resolved_at LIMIT @limit)`,
  );

  const one = (row: Row | undefined) => row && fromRow(row);
  return {
    find: (id) => one(selectOne.get(id)),
    ofEpisode: (orchestratorId, episode) => one(selectEpisode.get(orchestratorId, episode)),
    unresolved: (user, sessionId) => selectOpen.all(user, sessionId).map(fromRow),
    allUnresolved: () => selectAllOpen.all().map(fromRow),
    list({ resolved, ...filter }, limit) {
      const rows = selectLike.all({ ...filter, resolved: resolved === null ? null : Number(resolved), limit });
      return rows.map((row) => fromRow(row).insight);
    },
    counts: (orchestratorId) => countsOf(count.all(orchestratorId)),
    add: (kept) => void insert.run(toRow(kept)),
    save: (kept) => void update.run(toRow(kept)),
    remove: (id) => void remove.run(id),
    dropResolved: (user, before, limit) => drop.run({ user, before, limit }).changes,
  };
}

function countsOf(rows: readonly { severity: Severity; open: number; count: number }[]): InsightCounts {
  const counts = { total: 0, unresolved: 0, bySeverity: { info: 0, warning: 0, error: 0, critical: 0 } };
  for (const { severity, open, count } of rows) {
    counts.total += count;
    if (open === 0) continue;
    counts.unresolved += count;
    counts.bySeverity[severity] += count;
  }
  return counts;
}

function fromRow({ user_id: userId, episode, insight }: Row): Kept {
  return { userId, episode, insight: JSON.parse(insight) as Insight };
}

function toRow({ userId, episode, insight }: Kept): Row {
  const { id, orchestratorId, sessionId, type, severity, createdAt, resolvedAt } = insight;
  return {
    ...{ id, user_id: userId, orchestrator_id: orchestratorId, session_id: sessionId, episode, type, severity },
    ...{ insight: JSON.stringify(insight), created_at: createdAt, resolved_at: resolvedAt },
  };
}
