/** Keeps the audit below a size: the oldest rows go, and the chain says where it begins now. */
import { setImmediate } from 'node:timers/promises';
import { inPieces } from '../db/pieces.js';
import type { Audit } from './audit.js';
import { TRIM } from './chain.js';
import type { Covered } from './covered.js';
import type { AuditStore } from './store.js';

export interface TrimDeps {
  readonly store: AuditStore;
  readonly audit: Pick<Audit, 'last' | 'note'>;
  readonly maxBytes: () => number;
  readonly covered: Covered;
}

/** Rows looked at at a time. */
const PIECE = 500;
/** Trimmed to so much of the limit, so that it is not done for a handful of rows each time. */
const KEPT = 0.9;

/**
 * Drops the oldest rows when there are more than `maxBytes` of them; returns how many. First the chain is told to begin
 * later, then the rows go: after a crash in between the rest goes the next time, and the chain holds throughout.
 */
export async function trim(deps: TrimDeps, signal: AbortSignal): Promise<number> {
  const { store, audit, maxBytes, covered } = deps;
  const limit = maxBytes();
  if ((await placeWhere(deps, limit)) > store.start().seq) {
    const seq = await placeWhere(deps, limit * KEPT);
    const place = store.find(seq);
    if (place) audit.note(TRIM, String(seq), 'done', (row) => store.beginAfter(place, row));
  }
  const dropped = await inPieces((atMost) => store.dropUpTo(store.start().seq, atMost), signal);
  await inPieces((atMost) => covered.dropUpTo(store.start().seq, atMost), signal);
  return dropped;
}

/** The newest place before which everything must go for the rest to have at most so many bytes. The last row stays. */
async function placeWhere({ store, audit }: TrimDeps, most: number): Promise<number> {
  const start = store.start().seq;
  let upTo = audit.last.seq;
  for (let bytes = 0; upTo > start; upTo -= PIECE) {
    const piece = { after: Math.max(upTo - PIECE, start), upTo };
    bytes += store.bytes(piece);
    if (bytes > most) return Math.min(upTo, audit.last.seq - 1);
    await setImmediate();
  }
  return start;
}
