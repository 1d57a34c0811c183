/** Whether the daemon can do its work: the board, and what can be seen at once, put together within two seconds. */
import { type Result, RpcError } from '#protocol';
import type { Backend } from '../backend/index.js';
import type { Db } from '../db/open.js';
import type { Log } from '../rpc/serve.js';
import { type Board, type ComponentName, componentNames } from './board.js';
import { createClockWatch } from './clock.js';
import {
  lookAtDatabase,
  lookAtDescriptors,
  lookAtDisk,
  lookAtLog,
  lookAtLoop,
  lookAtTerminals,
  Unwell,
} from './looks.js';
import type { LoopDelay } from './loop.js';

export interface HealthDeps {
  readonly board: Board;
  readonly db: Db;
  readonly backend: Pick<Backend, 'ping' | 'version' | 'degraded'>;
  /** The data folder, and the log in it. */
  readonly paths: { readonly home: string; readonly log: string };
  readonly auditRows: () => number;
  readonly loopDelay: () => LoopDelay;
  readonly now: () => number;
  readonly log: Log;
  /** For tests. */
  readonly limits?: { readonly freeBytes?: number; readonly lookMs?: number; readonly descriptors?: number };
}

export type Health = Result<'daemon/health'>;
type Component = Health['components'][number];

/** Below so much free space it is a matter of time. */
const LEAST_FREE_BYTES = 64 * 1024 * 1024;
/** Who asks is told within two seconds, whatever hangs. */
const LOOK_MS = 1500;

/** Never rejects. Questions at the same time share one look. */
export function createHealth(deps: HealthDeps): () => Promise<Health> {
  const { board, db, backend, paths, auditRows, loopDelay, now, log, limits = {} } = deps;
  const { freeBytes = LEAST_FREE_BYTES, lookMs = LOOK_MS, descriptors } = limits;
  const lookAtClock = createClockWatch({ board, now });
  const looks: Readonly<Record<ComponentName, () => string | Promise<string>>> = {
    database: () => lookAtDatabase(db, board),
    disk: () => lookAtDisk(paths.home, freeBytes),
    tmux: () => lookAtTerminals(backend),
    git: () => 'no trouble was seen',
    audit: () => `${auditRows()} rows, the last was written`,
    clock: () => {
      lookAtClock();
      return 'runs evenly';
    },
    'event loop': () => lookAtLoop(loopDelay()),
    log: () => lookAtLog(paths.log),
    descriptors: () => lookAtDescriptors(descriptors === undefined ? undefined : Promise.resolve(descriptors)),
    webhook: () => 'no trouble was seen',
  };

  async function look(name: ComponentName): Promise<Component> {
    let seen: Component;
    try {
      seen = { name, ok: true, detail: await within(lookMs, name, looks[name]) };
    } catch (error) {
      seen = { name, ok: false, detail: reasonOf(error, name, log) };
    }
    const noted = board.find(name);
    if (!seen.ok || !noted) return seen;
    const since = new Date(noted.since).toISOString();
    const often = noted.times > 1 ? `${noted.times} times since ${since}` : `at ${since}`;
    return { name, ok: false, detail: `${noted.reason} Seen ${often}.` };
  }

  let looking: Promise<Health> | undefined;
  const lookAtAll = async (): Promise<Health> => {
    const components = await Promise.all(componentNames.map(look));
    looking = undefined;
    return { status: components.every(({ ok }) => ok) ? 'healthy' : 'degraded', components };
  };
  return () => (looking ??= lookAtAll());
}

/** What hangs is left behind; the answer must not. */
async function within(ms: number, name: string, look: () => string | Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Unwell(`It did not answer within ${ms} ms. See whether ${name} hangs, or the disk it uses.`)),
      ms,
    );
  });
  try {
    return await Promise.race([Promise.resolve().then(look), late]);
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown, component: ComponentName, log: Log): string {
  if (error instanceof Unwell || error instanceof RpcError) return error.message;
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code) return `It cannot be looked at: ${message}.`;
  log({ level: 'error', message: 'A look at a component failed by a bug.', component, stack });
  return 'It cannot be looked at by a bug; see the daemon log.';
}
