/** Rows of another table, of each of which the chain holds a digest: a row of the chain at the same place. */
import { digest } from './audit.js';
import type { Problem, Row } from './chain.js';
import type { Range } from './store.js';

export interface CoveredRow {
  /** The place in the chain. */
  readonly seq: number;
  /** All of the row that matters, as it was hashed. */
  readonly text: string;
}

export interface Covered {
  /** Of the rows of the chain that stand for one. */
  readonly method: string;
  rows(range: Range): CoveredRow[];
  /** Deletes rows up to a place, at most so many. They go with the part of the chain that covers them. */
  dropUpTo(seq: number, limit: number): number;
}

/** What is wrong with the rows in a range, of which these are the rows of the chain. */
export function checkCovered(covered: Covered, chain: readonly Row[], range: Range): Problem[] {
  const there = new Map(covered.rows(range).map(({ seq, text }) => [seq, text]));
  const wrong = chain
    .filter(({ method }) => method === covered.method)
    .flatMap(({ seq, outcome }) => {
      const text = there.get(seq);
      there.delete(seq);
      if (text === undefined) return [{ seq, what: `What was written down as ${covered.method} here is missing.` }];
      if (digest(text) === outcome) return [];
      return [{ seq, what: `What was written down as ${covered.method} here was changed, or is not in its place.` }];
    });
  const strange = [...there.keys()].map((seq) => ({
    seq,
    what: `The daemon wrote nothing down as ${covered.method} here, but there is something.`,
  }));
  return [...wrong, ...strange];
}
