/** The chain: what is hashed of a row, and what is found when rows are walked from the oldest to the newest. Pure. */
import type { AuditEntry } from '#protocol';

export type Row = AuditEntry;
export type Unhashed = Omit<Row, 'hash'>;

/** A place in the chain: a row, and the hash it has. */
export interface Place {
  readonly seq: number;
  readonly hash: string;
}

export interface Problem {
  readonly seq: number;
  readonly what: string;
}

/** SHA-256 of a text in UTF-8, hex. */
export type Digest = (text: string) => string;

/** Before the first row. */
export const GENESIS: Place = { seq: 0, hash: '0'.repeat(64) };

/** Rows the audit writes about itself. */
export const TRIM = 'audit/trim';
export const OPEN = 'audit/open';

/** What a start can find wrong with the end of the chain: outcomes of `audit/open`, with the row it is about as target. */
export const HEAD_MISSING = 'HEAD_MISSING';
export const HEAD_UNREADABLE = 'HEAD_UNREADABLE';
export const HEAD_DIFFERS = 'HEAD_DIFFERS';
export const TAIL_CUT = 'TAIL_CUT';

/** A list, as JSON keeps apart what stands side by side, and null from an empty text. */
export function encode(before: string, row: Unhashed): string {
  const { seq, at, user, tokenId, connection, method, target, outcome, begunSeq } = row;
  return JSON.stringify([before, seq, at, user, tokenId, connection, method, target, outcome, begunSeq]);
}

/** As the database gives it back: half a character would be another one there, and the hash another too. */
export function wholeText(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

export interface Findings {
  readonly rows: number;
  readonly first: number | null;
  readonly last: number | null;
  readonly problems: readonly Problem[];
}

export interface Check {
  /** Rows in order of `seq`. */
  take(row: Row): void;
  /** When there are no more. */
  end(): Findings;
}

/** Problems that are told; there is no end to them when a disk is damaged. */
const TOLD = 100;

export interface CheckOptions {
  readonly start: Place;
  /** What is known of the end from elsewhere; the rows may go further, but not end before it. */
  readonly heads: readonly Place[];
  readonly digest: Digest;
}

export function createCheck({ start, heads, digest }: CheckOptions): Check {
  const problems: Problem[] = [];
  let rows = 0;
  let first: number | null = null;
  let last = start;
  let trimmed = 0;

  const tell = (seq: number, what: string) => void (problems.length < TOLD && problems.push({ seq, what }));

  return {
    take(row) {
      rows++;
      first ??= row.seq;
      if (row.seq !== last.seq + 1) tell(last.seq + 1, `${named(last.seq + 1, row.seq - 1)} missing.`);
      else if (digest(encode(last.hash, row)) !== row.hash) tell(row.seq, 'It was changed, or is not in its place.');
      for (const head of heads)
        if (head.seq === row.seq && head.hash !== row.hash)
          tell(row.seq, 'It has another hash than the one that is kept outside the table.');
      if (row.method === TRIM) trimmed = Number(row.target);
      if (row.method === OPEN) tell(row.seq, toldAtStart(row));
      last = row;
    },
    end() {
      const end = Math.max(...heads.map(({ seq }) => seq), 0);
      if (end > last.seq) tell(last.seq + 1, `${named(last.seq + 1, end)} cut off the end.`);
      if (trimmed !== start.seq)
        tell(start.seq + 1, `The chain begins here, but the last trimming that it tells of ended at ${trimmed}.`);
      return { rows, first, last: rows > 0 ? last.seq : null, problems };
    },
  };
}

function named(from: number, to: number): string {
  return from === to ? `Row ${from} is` : `Rows ${from} to ${to} are`;
}

/** A start goes on with a chain that it found broken, so the row in which it says so is all that tells of it. */
function toldAtStart({ outcome, target, seq }: Row): string {
  const found = `When the daemon started here, `;
  if (outcome === TAIL_CUT) return `${found}the rows up to ${target} had been cut off: the last one was ${seq - 1}.`;
  if (outcome === HEAD_DIFFERS)
    return `${found}row ${target} had another hash than the one that is kept outside the table.`;
  const file = outcome === HEAD_MISSING ? 'was missing' : 'could not be read';
  return `${found}the file audit.head ${file}, so nobody knows whether rows were cut off the end.`;
}
