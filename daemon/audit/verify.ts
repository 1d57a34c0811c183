/** Walks the whole chain, a piece at a time, so that nobody waits for it. */
import { setImmediate } from 'node:timers/promises';
import type { Result } from '#protocol';
import { type Audit, digest } from './audit.js';
import { createCheck, type Place } from './chain.js';
import type { Head } from './head.js';
import type { AuditStore } from './store.js';

export interface VerifyDeps {
  readonly store: AuditStore;
  readonly head: Head;
  readonly audit: Pick<Audit, 'last'>;
}

/** Rows read and hashed at a time, about half a millisecond. */
const PIECE = 50;

/** What is written meanwhile is left for the next time; nothing may be trimmed. Rejects as the signal says. */
export async function verify({ store, head, audit }: VerifyDeps, signal: AbortSignal): Promise<Result<'audit/verify'>> {
  const end = audit.last;
  const start = store.start();
  const outside = head.read();
  const known = typeof outside === 'object' ? outside : undefined;
  const check = createCheck({ start, digest, heads: known ? [end, known] : [end] });
  for (let after = start.seq; after < end.seq; after += PIECE) {
    for (const row of store.rows({ after, upTo: Math.min(after + PIECE, end.seq) })) check.take(row);
    await setImmediate();
    signal.throwIfAborted();
  }
  const { problems, ...found } = check.end();
  const all = [...problems, ...atTheEnd(store.last(), audit.last, end.seq > 0 && !known)];
  return { ok: all.length === 0, ...found, problems: all.slice(0, 100) };
}

function atTheEnd(there: Place | undefined, written: Place, blind: boolean) {
  const foreign = there && there.seq > written.seq;
  return [
    ...(foreign ? [{ seq: written.seq + 1, what: 'It was not written by the daemon that runs.' }] : []),
    ...(blind ? [{ seq: written.seq, what: 'The file audit.head, which knows the end, is missing or damaged.' }] : []),
  ];
}
