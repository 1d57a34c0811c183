/** What happened, in order: written down first, then told to those who listen. */
import type { Event, EventName, Told } from '#protocol';
import type { Db } from '../db/open.js';
import type { Hub } from '../rpc/hub.js';

/** An event's params without what the journal itself adds. */
export type Happening<N extends EventName> = Omit<Told<N>, 'seq' | 'at'>;

export interface Journal {
  tell<N extends EventName>(user: string, name: N, what: Happening<N>): void;
  /** At most `limit` events of a user after a place, oldest first. */
  list(user: string, since: number, limit: number, names?: readonly string[]): Event[];
  /** Place of the newest event of anybody. */
  readonly newest: number;
  /** Whether everything after this place is still kept. A place not reached yet is one of another journal. */
  covers(since: number): boolean;
}

/** Events kept; the oldest go first. */
const KEPT = 10_000;
/** Old events are removed once in so many. */
const TRIM_EACH = 500;

interface Row {
  seq: number;
  at: number;
  name: string;
  params: string;
}

export function createJournal(db: Db, hub: Pick<Hub, 'tell'>, now: () => number): Journal {
  const insert = db.prepare('INSERT INTO event (at, user_id, name, params) VALUES (?, ?, ?, ?)');
  const select = db.prepare<[string, number, string | null, string | null, number], Row>(
    `SELECT seq, at, name, params FROM event
     WHERE user_id = ? AND seq > ? AND (? IS NULL OR name IN (SELECT value FROM json_each(?)))
     ORDER BY seq LIMIT ?`,
  );
  const bounds = db.prepare<[], { oldest: number | null; newest: number | null }>(
    "SELECT (SELECT MIN(seq) FROM event) AS oldest, (SELECT seq FROM sqlite_sequence WHERE name = 'event') AS newest",
  );
  const trim = db.prepare('DELETE FROM event WHERE seq <= ?');
  let newest = bounds.get()?.newest ?? 0;

  return {
    tell(user, name, what) {
      const at = now();
      newest = Number(insert.run(at, user, name, JSON.stringify(what)).lastInsertRowid);
      if (newest % TRIM_EACH === 0) trim.run(newest - KEPT);
      hub.tell(user, name, { ...what, seq: newest, at } as unknown as Told<typeof name>);
    },
    list(user, since, limit, names) {
      const wanted = names ? JSON.stringify(names) : null;
      return select.all(user, since, wanted, wanted, limit).map(({ seq, at, name, params }) => ({
        seq,
        at,
        name,
        params: { ...(JSON.parse(params) as Record<string, unknown>), seq, at },
      }));
    },
    get newest() {
      return newest;
    },
    covers: (since) => since === newest || (since < newest && since >= (bounds.get()?.oldest ?? newest + 1) - 1),
  };
}
