/** What the checks look with; what several of them need is looked at once. */
import { readFileSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { RpcError } from '#protocol';
import type { Paths } from '#protocol/paths';
import type { Lock } from '../db/lock.js';
import type { Rows } from '../db/look.js';
import { lookAtServer, type ServerFacts } from '../tmux/look.js';
import { holderIn } from './proc.js';
import { type DatabaseFacts, lookAtDatabase } from './stored.js';

/** Longer than this nothing outside is waited for. */
export const PATIENCE_MS = 2000;

export interface Space {
  readonly type: number;
  readonly bsize: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
}

export interface Setting {
  readonly paths: Paths;
  /** As it was given to us. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** As sessions get it. */
  readonly clean: Readonly<Record<string, string>>;
  /** For `tmux -L`. */
  readonly socketName: string;
  /** Of whoever called. */
  readonly umask: number;
  readonly uid: number;
  readonly user: string;
  readonly userHome: string;
  readonly now: number;
  readonly signal: AbortSignal;
  /** What the configuration holds that means nothing. Throws InvalidParams for one that cannot be. */
  readonly strangeInConfig: () => readonly string[];
  /** Of the kernel and of systemd; elsewhere in tests. */
  readonly proc: string;
  readonly linger: string;
  readonly space: (path: string) => Promise<Space>;
}

export type LockState =
  | { readonly held: true; readonly pid: number | undefined }
  | { readonly held: false }
  | { readonly held: undefined; readonly reason: string };

export interface Context extends Setting {
  lock(): Promise<LockState>;
  database(): Promise<DatabaseFacts>;
  rows(): Promise<Rows>;
  /** Undefined when none runs. Rejects with Unavailable when it does not answer. */
  server(): Promise<ServerFacts | undefined>;
  /** As it is now, not as it was looked at. */
  afresh(): Context;
  /** Runs a task while no daemon can start; undefined when one runs. */
  withoutDaemon<T>(task: () => T): Promise<T | undefined>;
}

export function createContext(setting: Setting): Context {
  const { paths, clean, socketName } = setting;
  const lock = once(() => lookAtLock(setting));
  const database = once(async () => lookAtDatabase(paths.database, (await lock()).held === true));
  return {
    ...setting,
    lock,
    database,
    async rows() {
      const facts = await database();
      if (facts.rows) return facts.rows;
      throw new RpcError('Unavailable', facts.problem ?? 'There is no database yet.', { code: 'TOLD_ELSEWHERE' });
    },
    server: once(() => lookAtServer(socketName, { environment: clean, timeoutMs: PATIENCE_MS })),
    afresh: () => createContext(setting),
    async withoutDaemon(task) {
      const { takeLock } = await import('../db/lock.js');
      const taken: Lock | undefined = await takeLock(paths.lock);
      if (!taken) return undefined;
      try {
        return task();
      } finally {
        taken.release();
      }
    },
  };
}

export const realSpace = (path: string): Promise<Space> => statfs(path);

function once<T>(look: () => Promise<T>): () => Promise<T> {
  let looked: Promise<T> | undefined;
  return () => (looked ??= look());
}

async function lookAtLock({ paths, proc }: Setting): Promise<LockState> {
  try {
    const { isLocked } = await import('../db/look.js');
    return isLocked(paths.lock) ? { held: true, pid: holderOf(paths.lock, proc) } : { held: false };
  } catch (error) {
    return { held: undefined, reason: String(error) };
  }
}

/** The kernel knows; where it does not say, nobody does. */
function holderOf(path: string, proc: string): number | undefined {
  const text = readIfThere(`${proc}/locks`);
  return text === undefined ? undefined : holderIn(text, statSync(path).ino);
}

export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return undefined;
  }
}
