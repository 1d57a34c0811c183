/** Looks at projects in the background: one at a time, each folder once, taken up again after a restart. */
import { setImmediate as pause } from 'node:timers/promises';
import { type Folder, RpcError } from '#protocol';
import type { Journal } from '../events/journal.js';
import { detect } from './detect.js';
import { readManifest, type Said } from './ecosystems/index.js';
import type { Listing } from './ecosystems/seen.js';
import { withoutCredentials } from './ecosystems/text.js';
import { type Brought, isFresh, type Known, present } from './project.js';
import type { ProjectStore } from './store.js';
import { walk } from './walk.js';

export interface DetectionDeps {
  readonly store: ProjectStore;
  readonly folders: { find(id: string): Folder | undefined };
  /** What git says of a directory; null when it is in no repository. */
  repository(
    path: string,
    signal: AbortSignal,
  ): Promise<{ readonly remote: string | null; readonly defaultBranch: string | null } | null>;
  readonly journal: Pick<Journal, 'tell' | 'act'>;
  readonly now: () => number;
  log(line: { level: 'warn' | 'error'; message: string; [key: string]: unknown }): void;
  /** Another way to walk, for tests. */
  readonly look?: (path: string, signal: AbortSignal) => Promise<Listing>;
  /** How long a look may take in all. */
  readonly lookMs?: number;
}

export interface Detection {
  /** Has the folder's directory looked at unless something fresh is known; returns at once. */
  want(folder: Folder): void;
  /** Has it looked at anyhow; returns at once. The folder must have a path. */
  again(folder: Folder): void;
  /** The same, and waits for it. Throws Cancelled, Unavailable when the daemon stops, NotFound when the folder goes meanwhile. */
  detect(folder: Folder, signal: AbortSignal): Promise<Known>;
  /** Ends the look that goes on; what waits is taken up after the next start. */
  close(): Promise<void>;
}

const LOOK_MS = 30_000;

/** One look that waits or goes on. */
interface Turn {
  readonly folderId: string;
  /** Of the folder, as last wanted. */
  path: string;
  readonly stop: AbortController;
  readonly over: Promise<void>;
  readonly settle: () => void;
}

export function createDetection(deps: DetectionDeps): Detection {
  const { store, folders, now } = deps;
  const waiting = new Map<string, Turn>();
  let going: Turn | undefined;
  let running: Promise<void> | undefined;
  let ended = false;

  function queue({ id, userId, path }: Folder & { readonly path: string }): Turn {
    store.await({ id, userId, path });
    // Its result would be of a directory that nobody asks for any more.
    if (going?.folderId === id && going.path !== path) going.stop.abort();
    const found = waiting.get(id);
    if (found) {
      found.path = path;
      return found;
    }
    const turn = createTurn(id, path);
    waiting.set(id, turn);
    running ??= run();
    return turn;
  }

  async function run(): Promise<void> {
    // Not in the midst of what asked for it.
    await pause();
    for (const turn of waiting.values()) {
      waiting.delete(turn.folderId);
      going = turn;
      // The other folders have their turn all the same; this one is looked at after the next start.
      if (!ended) await lookAt(deps, turn).catch((error: Error) => failed(deps, turn, error));
      going = undefined;
      turn.settle();
    }
    running = undefined;
  }

  const again = (folder: Folder) => (hasPath(folder) && !ended ? queue(folder) : undefined);

  const detection: Detection = {
    want(folder) {
      if (ended) return;
      // A folder without a directory has no project.
      if (!hasPath(folder)) return store.forget(folder.id);
      const known = store.find(folder.id);
      if (known && isFresh(known, folder.path, now())) return;
      const asked = waiting.get(folder.id) ?? (going?.folderId === folder.id ? going : undefined);
      if (asked?.path !== folder.path) queue(folder);
    },
    again: (folder) => void again(folder),
    async detect(folder, signal) {
      await untilAborted(again(folder)?.over, signal, cancelled);
      if (ended) throw stopped();
      const known = store.find(folder.id);
      if (known) return known;
      throw new RpcError('NotFound', `Folder ${folder.id} was removed meanwhile.`, { code: 'FOLDER_NOT_FOUND' });
    },
    async close() {
      ended = true;
      going?.stop.abort();
      await running;
    },
  };
  for (const { folderId } of store.unfinished()) {
    const folder = folders.find(folderId);
    if (folder) detection.want(folder);
  }
  return detection;
}

const hasPath = (folder: Folder): folder is Folder & { path: string } => folder.path !== null;

function createTurn(folderId: string, path: string): Turn {
  let settle = () => {};
  const over = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { folderId, path, stop: new AbortController(), over, settle };
}

/** One look, from what is written down to what is told. A folder that is gone or changed meanwhile hears nothing. */
async function lookAt(deps: DetectionDeps, { folderId, path, stop }: Turn): Promise<void> {
  const { store, journal, now, log } = deps;
  const before = store.find(folderId);
  if (before?.path !== path || !store.save({ ...before, state: 'enriching' })) return;
  const late = setTimeout(() => stop.abort(tooLong), deps.lookMs ?? LOOK_MS);
  let known: Known;
  try {
    const found = await bring(deps, path, stop.signal);
    known = { ...before, state: 'enriched', error: null, found, detectedAt: now() };
  } catch (error) {
    known = { ...before, state: 'failed', error: `${path} ${reason(error)}.` };
    if (error !== stop.signal.reason && !isExpected(error))
      log({ level: 'error', message: 'A project could not be looked at.', path, stack: (error as Error).stack });
  } finally {
    clearTimeout(late);
  }
  const isDropped = stop.signal.aborted && stop.signal.reason !== tooLong;
  if (isDropped) return;
  journal.act(() => {
    if (!store.save(known)) return;
    journal.tell(known.userId, 'project/detected', { project: present(known, path, now()) });
  });
}

function failed({ log }: DetectionDeps, { path }: Turn, { stack }: Error): void {
  log({ level: 'error', message: 'What was found of a project could not be kept.', path, stack });
}

const tooLong = new Error('The look took too long.');

async function bring(deps: DetectionDeps, path: string, signal: AbortSignal): Promise<Brought> {
  const look = deps.look ?? walk;
  // A disk that does not answer cannot be hurried; nobody waits for it.
  const both = Promise.all([look(path, signal), repositoryOf(deps, path, signal)]);
  const [listing, git] = await untilAborted(both, signal, () => signal.reason);
  const said: Said[] = [];
  for (const [path, text] of listing.texts) {
    // Some take a while: others get their turn between two.
    await pause();
    said.push(...readManifest(path, text));
  }
  return { ...detect(listing, said), git };
}

async function repositoryOf({ repository, log }: DetectionDeps, path: string, signal: AbortSignal) {
  try {
    const found = await repository(path, signal);
    return found && { ...found, remote: found.remote && withoutCredentials(found.remote) };
  } catch (error) {
    // The rest is worth knowing without it.
    if (!signal.aborted)
      log({ level: 'warn', message: 'git told nothing of a project', path, reason: (error as Error).message });
    return null;
  }
}

/** As the promise, but at the latest when the signal is aborted. */
function untilAborted<T>(promise: T | Promise<T>, signal: AbortSignal, why: () => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(why());
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    Promise.resolve(promise)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', leave));
  });
}

const cancelled = () => new RpcError('Cancelled', 'Nobody waits for the project any more; it is still looked at.');
const stopped = () =>
  new RpcError('Unavailable', 'The daemon is stopping; the project is looked at after its next start.');

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'is not a directory',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  ELOOP: 'is a link to itself',
  ENAMETOOLONG: 'has a name that is too long',
};

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? '';
const isExpected = (error: unknown) => codeOf(error) in reasons;

function reason(error: unknown): string {
  if (error === tooLong) return 'took too long to read';
  return reasons[codeOf(error)] ?? 'could not be read; see the daemon log';
}
