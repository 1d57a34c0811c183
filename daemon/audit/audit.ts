/** The audit while the daemon runs: each row is on the disk before whoever asked for it goes on. */
import { createHash } from 'node:crypto';
import { RpcError } from '#protocol';
import { act, afterwards, ifUndone } from '../db/act.js';
import { failureOf } from '../db/failures.js';
import type { Db } from '../db/open.js';
import type { Act, Auditor } from '../rpc/auditor.js';
import type { Log } from '../rpc/serve.js';
import {
  type Digest,
  encode,
  HEAD_DIFFERS,
  HEAD_MISSING,
  HEAD_UNREADABLE,
  OPEN,
  type Place,
  TAIL_CUT,
  type Unhashed,
  wholeText,
} from './chain.js';
import type { Head } from './head.js';
import type { AuditStore } from './store.js';

export interface WriteFailure {
  /** Cause and cure. */
  readonly reason: string;
  readonly error: unknown;
}

export interface AuditDeps {
  readonly db: Db;
  readonly store: AuditStore;
  readonly head: Head;
  readonly now: () => number;
  readonly log: Log;
  /** Told how each write went. */
  readonly wrote: (failure: WriteFailure | undefined) => void;
}

export interface Audit extends Auditor {
  /** The newest row. */
  readonly last: Place;
  /** Writes a row of the audit about itself, with what must be committed together with it. */
  note(method: string, target: string, outcome: string, commit?: AuditStore['add']): void;
  /**
   * Writes a row that holds the digest of a text; `keep` is given its place and keeps the text there, in the same commit.
   * Within an act both are part of that. Throws Unavailable when it cannot be written.
   */
  cover(row: Covering, text: string, keep: (seq: number) => void): void;
  close(): void;
}

export interface Covering {
  readonly user: string;
  readonly method: string;
  readonly target: string;
}

export const digest: Digest = (text) => createHash('sha256').update(text).digest('hex');

const nobody = { user: null, tokenId: null, connection: null };

/** Looks at the end of the chain; what is wrong with it is written down as its next row, and never forgotten. */
export function openAudit(deps: AuditDeps): Audit {
  const { store, head, log } = deps;
  let last = store.last() ?? store.start();
  let broken = breakOf(deps, last);

  /** Throws Unavailable when it cannot be written; then nothing has changed. */
  function write(row: Omit<Unhashed, 'seq' | 'at'>, commit: AuditStore['add'] = store.add): number {
    if (broken) {
      const { outcome, target } = broken;
      broken = undefined;
      try {
        write({ ...nobody, method: OPEN, target, outcome, begunSeq: null });
      } catch (error) {
        broken = { outcome, target };
        throw error;
      }
    }
    const unhashed = { ...row, seq: last.seq + 1, at: deps.now() };
    const hash = digest(encode(last.hash, unhashed));
    attempt(deps, () =>
      act(deps.db, () => {
        const before = last;
        commit({ ...unhashed, hash });
        last = { seq: unhashed.seq, hash };
        ifUndone(deps.db, () => {
          last = before;
        });
        // Never ahead of what is on the disk.
        afterwards(deps.db, () => deps.wrote(writeHead(head, last)));
      }),
    );
    return unhashed.seq;
  }

  if (broken) {
    const { outcome, target } = broken;
    log({ level: 'error', message: 'the end of the audit is not as it was left', outcome, target });
  }
  const audit: Audit = {
    get last() {
      return last;
    },
    begin: (act) => write({ ...rowOf(act), outcome: 'begun', begunSeq: null }),
    end: (act, outcome, begun) => void write({ ...rowOf(act), outcome, begunSeq: begun ?? null }),
    note: (method, target, outcome, commit) =>
      void write({ ...nobody, method, target, outcome, begunSeq: null }, commit),
    cover({ user, method, target }, text, keep) {
      const row = { ...nobody, user: wholeText(user), method, target: wholeText(target), outcome: digest(text) };
      write({ ...row, begunSeq: null }, (whole) => {
        store.add(whole);
        keep(whole.seq);
      });
    },
    close: head.close,
  };
  return audit;
}

function rowOf({ user, tokenId, connection, method, target }: Act) {
  const whole = (text: string | null) => (text ? wholeText(text) : null);
  return { user: whole(user), tokenId: whole(tokenId), connection, method, target: whole(target) };
}

/** What the file that knows the end says against the rows. It may lag behind them, never the other way. */
function breakOf({ store, head }: AuditDeps, last: Place): { outcome: string; target: string } | undefined {
  const known = head.read();
  if (known === undefined || known === 'unreadable') {
    if (last.seq === 0 && known === undefined) return undefined;
    return { outcome: known ? HEAD_UNREADABLE : HEAD_MISSING, target: String(last.seq) };
  }
  const target = String(known.seq);
  if (known.seq > last.seq) return { outcome: TAIL_CUT, target };
  const there = known.seq === last.seq ? last : store.find(known.seq);
  return there && there.hash !== known.hash ? { outcome: HEAD_DIFFERS, target } : undefined;
}

function attempt({ db, wrote }: AuditDeps, commit: () => void): void {
  try {
    commit();
  } catch (error) {
    const failure = failureOf(error, db.name);
    if (!failure) throw error;
    const reason = `The audit cannot be written, because ${failure.why}. ${failure.cure}`;
    wrote({ reason, error });
    const said = `Nothing was done: what cannot be undone is written to the audit first, and it cannot be written, because ${failure.why}. ${failure.cure}`;
    throw new RpcError('Unavailable', said, { code: 'AUDIT_UNAVAILABLE', details: { cause: failure.cause } });
  }
}

/** The row is written all the same. Why the file could not be. */
function writeHead(head: Head, last: Place): WriteFailure | undefined {
  try {
    head.write(last);
    return undefined;
  } catch (error) {
    const why = (error as Error).message;
    const reason = `The end of the audit cannot be kept outside the table: ${why}. See whether the disk has room and is well.`;
    return { reason, error };
  }
}
