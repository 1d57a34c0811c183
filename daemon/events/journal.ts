/** What happened, in order: written down first, then told to those who listen. */
import type { Event, EventName, Told } from '#protocol';
import { act, afterwards, ifUndone } from '../db/act.js';
import type { Db } from '../db/open.js';
import type { Hub } from '../rpc/hub.js';

/** An event's params without what the journal itself adds. */
export type Happening<N extends EventName> = Omit<Told<N>, 'seq' | 'at'>;

export interface Journal {
  tell<N extends EventName>(user: string, name: N, what: Happening<N>): void;
  /** Rows and what is told of them in one commit: `work` must not wait. Nobody hears of it before, or if it fails. */
  act<T>(work: () => T): T;
  /** Once the act is written; at once outside of one. */
  afterwards(effect: () => void): void;
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
  /** Whoever hears of one may tell another before the rest of an act is sent: they go out in their order all the same. */
  const unsent: (() => void)[] = [];
  const sendAll = () => {
    for (let send = unsent.shift(); send; send = unsent.shift()) send();
  };

  return {
    tell(user, name, what) {
      const at = now();
      const before = newest;
      ifUndone(db, () => {
        newest = before;
      });
      newest = Number(insert.run(at, user, name, JSON.stringify(what)).lastInsertRowid);
      if (newest % TRIM_EACH === 0) trim.run(newest - KEPT);
      const told = { ...what, seq: newest, at } as unknown as Told<typeof name>;
      const send = () => hub.tell(user, name, told);
      unsent.push(send);
      ifUndone(db, () => void unsent.splice(unsent.indexOf(send)));
      afterwards(db, sendAll);
    },
    act: (work) => act(db, work),
    afterwards: (effect) => afterwards(db, effect),
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
