/** The methods that read the audit, and its trimming. */
import { setImmediate } from 'node:timers/promises';
import type { auditMethods, Parsed } from '#protocol';
import type { Db } from '../db/open.js';
import type { Handlers } from '../rpc/handlers.js';
import type { Lock } from '../rpc/locks.js';
import type { Log } from '../rpc/serve.js';
import { type Audit, openAudit, type WriteFailure } from './audit.js';
import type { Row } from './chain.js';
import type { Covered } from './covered.js';
import { openHead } from './head.js';
import { type AuditStore, createAuditStore } from './store.js';
import { trim } from './trim.js';
import { verify } from './verify.js';

export interface AuditSettings {
  readonly db: Db;
  /** The file that knows the end of the chain. */
  readonly path: string;
  /** The oldest rows go when all of them take more. */
  readonly maxBytes: () => number;
  readonly now: () => number;
  readonly lock: Lock;
  readonly log: Log;
  /** What is kept elsewhere under the protection of the chain. */
  readonly covered: Covered;
  /** Told how each write went. */
  readonly wrote: (failure: WriteFailure | undefined) => void;
}

/** Of the lock that is held while rows are walked or trimmed. */
const KEY = 'audit';

export function createAudit({ path, maxBytes, covered, ...rest }: AuditSettings) {
  const { db, lock } = rest;
  const store = createAuditStore(db);
  const head = openHead(path);
  const audit = openAudit({ ...rest, store, head });
  const handlers: Handlers<typeof auditMethods> = {
    'audit/list': (asked, { signal }) => list({ store, audit }, asked, signal),
    'audit/verify': (_params, { signal }) => lock(KEY, () => verify({ store, head, audit, covered }, signal), signal),
  };
  return {
    ...{ auditor: audit, cover: audit.cover, handlers, close: audit.close },
    /** Rows that are kept. */
    count: () => audit.last.seq - store.start().seq,
    trim: (signal: AbortSignal) => lock(KEY, () => trim({ store, audit, maxBytes, covered }, signal), signal),
  };
}

/** Places looked through at a time, some milliseconds. */
const PIECE = 2000;

async function list(
  { store, audit }: { store: AuditStore; audit: Audit },
  { before, limit, ...filter }: Parsed<'audit/list'>,
  signal: AbortSignal,
) {
  const start = store.start().seq;
  const { user = null, tokenId = null, method = null, target = null, since = null, until = null } = filter;
  const found: Row[] = [];
  let upTo = Math.min(audit.last.seq, (before ?? Number.POSITIVE_INFINITY) - 1);
  while (upTo > start && found.length <= limit) {
    const after = Math.max(upTo - PIECE, start);
    found.push(...store.search({ user, tokenId, method, target, since, until, after, upTo }));
    upTo = after;
    await setImmediate();
    signal.throwIfAborted();
  }
  return { entries: found.slice(0, limit), more: found.length > limit };
}
