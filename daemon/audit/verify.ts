/** Walks the whole chain, a piece at a time, so that nobody waits for it. */
import { setImmediate } from 'node:timers/promises';
import type { Result } from '#protocol';
import { type Audit, digest } from './audit.js';
import { createCheck, type Place, type Problem } from './chain.js';
import { type Covered, checkCovered } from './covered.js';
import type { Head } from './head.js';
import type { AuditStore } from './store.js';

export interface VerifyDeps {
  readonly store: AuditStore;
  readonly head: Head;
  readonly audit: Pick<Audit, 'last'>;
  readonly covered: Covered;
}

/** Rows read and hashed at a time, about half a millisecond. */
const PIECE = 50;
/** Problems that are told. */
const TOLD = 100;

/** What is written meanwhile is left for the next time; nothing may be trimmed. Rejects as the signal says. */
export async function verify(deps: VerifyDeps, signal: AbortSignal): Promise<Result<'audit/verify'>> {
  const { store, head, audit, covered } = deps;
  const end = audit.last;
  const start = store.start();
  const outside = head.read();
  const known = typeof outside === 'object' ? outside : undefined;
  const check = createCheck({ start, digest, heads: known ? [end, known] : [end] });
  const elsewhere: Problem[] = [];
  for (let after = start.seq; after < end.seq; after += PIECE) {
    const range = { after, upTo: Math.min(after + PIECE, end.seq) };
    const rows = store.rows(range);
    for (const row of rows) check.take(row);
    if (elsewhere.length < TOLD) elsewhere.push(...checkCovered(covered, rows, range));
    await setImmediate();
    signal.throwIfAborted();
  }
  const { problems, ...found } = check.end();
  const beyond = checkCovered(covered, [], { after: audit.last.seq, upTo: Number.MAX_SAFE_INTEGER });
  const all = [...problems, ...elsewhere, ...beyond, ...atTheEnd(store.last(), audit.last, end.seq > 0 && !known)];
  return { ok: all.length === 0, ...found, problems: all.slice(0, TOLD) };
}

function atTheEnd(there: Place | undefined, written: Place, blind: boolean) {
  const foreign = there && there.seq > written.seq;
  return [
    ...(foreign ? [{ seq: written.seq + 1, what: 'It was not written by the daemon that runs.' }] : []),
    ...(blind ? [{ seq: written.seq, what: 'The file audit.head, which knows the end, is missing or damaged.' }] : []),
  ];
}
