/** An audit over real SQLite and a real file for the end of its chain. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { methods, type Parsed, type Result } from '#protocol';
import { createAudit } from '../../daemon/audit/handlers.js';
import { type Db, openDatabase } from '../../daemon/db/open.js';
import { createLogStore, createWriteLog } from '../../daemon/orchestrators/log.js';
import type { Act } from '../../daemon/rpc/auditor.js';
import type { Caller } from '../../daemon/rpc/handlers.js';
import { createLock } from '../../daemon/rpc/locks.js';
import { folderFor } from './whole.js';

export type Audited = ReturnType<typeof openAudited>;

export interface AuditedOptions {
  readonly folder?: string;
  readonly maxBytes?: number;
  /** One that was opened before, as after a restart; whoever opened it closes it. */
  readonly opened?: Db;
  /** By default one that is not synced, since most tests are not about power. */
  readonly durable?: boolean;
}

export function openAudited(t: TestContext, options: AuditedOptions = {}) {
  const { folder = folderFor(t), maxBytes = 1e9, durable, opened } = options;
  const db = opened ?? openDatabase(join(folder, 'rdv.db'));
  if (!durable) db.pragma('synchronous = OFF');
  const told: (string | undefined)[] = [];
  const log: Record<string, unknown>[] = [];
  let time = 1_700_000_000_000;
  const logStore = createLogStore(db);
  const now = () => time++;
  const audit = createAudit({
    db,
    covered: logStore,
    path: join(folder, 'audit.head'),
    maxBytes: () => maxBytes,
    now,
    lock: createLock(),
    log: (line) => void log.push(line),
    wrote: (failure) => void told.push(failure?.reason),
  });
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    audit.close();
    if (!opened) db.close();
  };
  t.after(close);
  const caller = (signal = new AbortController().signal) => ({ signal }) as Caller;
  return {
    ...audit,
    ...{ db, folder, told, log, close },
    /** As orchestrators do it. */
    writeLog: createWriteLog({ logStore, now, cover: audit.cover }),
    verify: async (signal?: AbortSignal): Promise<Result<'audit/verify'>> =>
      methods['audit/verify'].result.parse(await audit.handlers['audit/verify']({}, caller(signal))),
    list: async (asked: Partial<Parsed<'audit/list'>> = {}, signal?: AbortSignal) =>
      methods['audit/list'].result.parse(
        await audit.handlers['audit/list']({ limit: 100, ...asked } as Parsed<'audit/list'>, caller(signal)),
      ),
  };
}

export function actOf(method = 'session/close', target: string | null = randomUUID(), user = 'ann'): Act {
  return { user, tokenId: `token of ${user}`, connection: 'c1', method, target };
}

/** Acts, each begun and done. */
export function fill({ auditor }: Audited, acts: number): void {
  for (let i = 0; i < acts; i++) {
    const act = actOf();
    auditor.end(act, 'done', auditor.begin(act));
  }
}
