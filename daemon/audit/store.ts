/** Rows of the audit in SQLite. They are read by their place only: an index would cost each write more than it saves. */
import type { Db } from '../db/open.js';
import { GENESIS, type Place, type Row } from './chain.js';

/** Null for whatever it may be. */
export interface Filter {
  readonly user: string | null;
  readonly tokenId: string | null;
  readonly method: string | null;
  readonly target: string | null;
  readonly since: number | null;
  readonly until: number | null;
}

/** Places from (exclusive) and to (inclusive). */
export interface Range {
  readonly after: number;
  readonly upTo: number;
}

export interface AuditStore {
  /** One durable commit. */
  add(row: Row): void;
  last(): Place | undefined;
  find(seq: number): Row | undefined;
  /** Where the chain begins: the last place that was trimmed away. */
  start(): Place;
  /** Oldest first. */
  rows(range: Range): Row[];
  /** Newest first. */
  search(range: Range & Filter): Row[];
  /** About what the rows take of the file. */
  bytes(range: Range): number;
  /** One commit: from now on the chain begins after this place, and the row that says so stands at its end. */
  beginAfter(place: Place, row: Row): void;
  /** Deletes rows that are no longer part of the chain, at most so many. */
  dropUpTo(seq: number, limit: number): number;
}

const columns = `seq, at, user_id AS user, token_id AS tokenId, connection, method, target, outcome, begun_seq AS begunSeq, hash`;

/** Numbers, and what SQLite needs to find a row and its columns. */
const ROW_BYTES = 40;

export function createAuditStore(db: Db): AuditStore {
  const insert = db.prepare<[Row]>(
    `INSERT INTO audit (seq, at, user_id, token_id, connection, method, target, outcome, begun_seq, hash)
     VALUES (@seq, @at, @user, @tokenId, @connection, @method, @target, @outcome, @begunSeq, @hash)`,
  );
  const selectLast = db.prepare<[], Place>('SELECT seq, hash FROM audit WHERE seq > 0 ORDER BY seq DESC LIMIT 1');
  const selectOne = db.prepare<[number], Row>(`SELECT ${columns} FROM audit WHERE seq = ?`);
  const selectStart = db.prepare<[], Place>('SELECT seq, hash FROM audit_start WHERE id = 1');
  const selectRows = db.prepare<[Range], Row>(
    `SELECT ${columns} FROM audit WHERE seq > @after AND seq <= @upTo ORDER BY seq`,
  );
  const selectLike = db.prepare<[Range & Filter], Row>(
    `SELECT ${columns} FROM audit WHERE seq > @after AND seq <= @upTo
       AND (@user IS NULL OR user_id = @user) AND (@tokenId IS NULL OR token_id = @tokenId)
       AND (@method IS NULL OR method = @method) AND (@target IS NULL OR target = @target)
       AND (@since IS NULL OR at >= @since) AND (@until IS NULL OR at < @until)
     ORDER BY seq DESC`,
  );
  const sum = db.prepare<[Range], { bytes: number | null }>(
    `SELECT sum(${ROW_BYTES} + length(hash) + length(method) + length(outcome) + ifnull(length(user_id), 0)
       + ifnull(length(token_id), 0) + ifnull(length(connection), 0) + ifnull(length(target), 0)) AS bytes
     FROM audit WHERE seq > @after AND seq <= @upTo`,
  );
  const setStart = db.prepare<[Place]>(
    `INSERT INTO audit_start (id, seq, hash) VALUES (1, @seq, @hash)
     ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash`,
  );
  const drop = db.prepare<[{ seq: number; limit: number }]>(
    'DELETE FROM audit WHERE seq IN (SELECT seq FROM audit WHERE seq <= @seq ORDER BY seq LIMIT @limit)',
  );

  return {
    add: (row) => void insert.run(row),
    last: () => selectLast.get(),
    find: (seq) => selectOne.get(seq),
    start: () => selectStart.get() ?? GENESIS,
    rows: (range) => selectRows.all(range),
    search: (asked) => selectLike.all(asked),
    bytes: (range) => sum.get(range)?.bytes ?? 0,
    beginAfter: db.transaction((place: Place, row: Row) => {
      insert.run(row);
      setStart.run(place);
    }),
    dropUpTo: (seq, limit) => drop.run({ seq, limit }).changes,
  };
}
