/** How the states of agents followed one another: the newest of each session, kept over restarts. */
import type { AgentTransition } from '#protocol';
import type { Db } from '../db/open.js';

export interface History {
  add(transition: AgentTransition): void;
  /** Newest first. */
  list(sessionId: string, limit: number): AgentTransition[];
  /** At most so many from before then, whosever they are. How many they were. */
  removeBefore(time: number, atMost: number): number;
}

/** Of each session. */
const KEPT = 1000;
/** The oldest are removed once in so many. */
const TRIM_EACH = 50;

export function createHistory(db: Db): History {
  const insert = db.prepare('INSERT INTO agent_transition (session_id, at, transition) VALUES (?, ?, ?)');
  const select = db.prepare<[string, number], { transition: string }>(
    'SELECT transition FROM agent_transition WHERE session_id = ? ORDER BY seq DESC LIMIT ?',
  );
  const trim = db.prepare(
    `DELETE FROM agent_transition WHERE session_id = @id AND seq <= (
       SELECT seq FROM agent_transition WHERE session_id = @id ORDER BY seq DESC LIMIT 1 OFFSET @kept)`,
  );
  const removeOld = db.prepare<[number, number]>(
    'DELETE FROM agent_transition WHERE seq IN (SELECT seq FROM agent_transition WHERE at < ? ORDER BY at LIMIT ?)',
  );
  return {
    removeBefore: (time, atMost) => removeOld.run(time, atMost).changes,
    add(transition) {
      const { sessionId, at } = transition;
      const { lastInsertRowid } = insert.run(sessionId, at, JSON.stringify(transition));
      if (Number(lastInsertRowid) % TRIM_EACH === 0) trim.run({ id: sessionId, kept: KEPT });
    },
    list: (sessionId, limit) =>
      select.all(sessionId, limit).map(({ transition }) => JSON.parse(transition) as AgentTransition),
  };
}
