/** Episodes without progress: rows in SQLite, for one notice each also over restarts. */
import type { Stall } from '#protocol';
import type { Db } from '../db/open.js';

/** What a row holds of an episode. */
export interface Kept {
  readonly stall: Stall;
  /** What the screen said, as `contentOf` reads it: with another one there was progress while nobody looked. */
  readonly hash: number;
}

export interface StallStore {
  /** Those that are not over, whosever they are. */
  open(): { readonly userId: string; readonly kept: Kept }[];
  begin(userId: string, kept: Kept): void;
  change(kept: Kept): void;
  end(id: string, at: number): void;
  /** Of a session, over before then. */
  forget(sessionId: string, before: number): void;
  /** At most so many that were over before then, whosever they are. How many they were. */
  removeBefore(time: number, atMost: number): number;
}

export function createStallStore(db: Db): StallStore {
  const selectOpen = db.prepare<[], { userId: string; stall: string }>(
    'SELECT user_id AS userId, stall FROM stall WHERE ended_at IS NULL /* at boot */',
  );
  const insert = db.prepare('INSERT INTO stall (id, user_id, session_id, stall, started_at) VALUES (?, ?, ?, ?, ?)');
  const update = db.prepare('UPDATE stall SET stall = ? WHERE id = ?');
  const end = db.prepare('UPDATE stall SET ended_at = ? WHERE id = ?');
  const remove = db.prepare('DELETE FROM stall WHERE session_id = ? AND started_at < ? AND ended_at IS NOT NULL');
  const removeOld = db.prepare<[number, number]>(
    `DELETE FROM stall WHERE rowid IN (
       SELECT rowid FROM stall WHERE ended_at IS NOT NULL AND ended_at < ? ORDER BY ended_at LIMIT ?)`,
  );

  return {
    open: () => selectOpen.all().map(({ userId, stall }) => ({ userId, kept: JSON.parse(stall) as Kept })),
    begin(userId, kept) {
      const { id, sessionId, startedAt } = kept.stall;
      insert.run(id, userId, sessionId, JSON.stringify(kept), startedAt);
    },
    change: (kept) => void update.run(JSON.stringify(kept), kept.stall.id),
    end: (id, at) => void end.run(at, id),
    forget: (sessionId, before) => void remove.run(sessionId, before),
    removeBefore: (time, atMost) => removeOld.run(time, atMost).changes,
  };
}
