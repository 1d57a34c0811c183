/** Walks a directory: the names of its files and the texts of its manifests, within bounds, following no link. */
import { constants, type Dir } from 'node:fs';
import { type FileHandle, open, opendir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isManifest } from './ecosystems/index.js';
import type { Listing } from './ecosystems/seen.js';

export interface Bounds {
  /** Files and directories looked at. */
  readonly entries: number;
  /** Levels of directories below the root; those that hold nothing but directories do not count, see `walk`. */
  readonly depth: number;
  /** Manifests that are read, and how long each may be. */
  readonly manifests: number;
  readonly manifestBytes: number;
  readonly ms: number;
}

export const bounds: Bounds = { entries: 10_000, depth: 3, manifests: 64, manifestBytes: 128 * 1024, ms: 10_000 };

/** Made by tools, fetched from elsewhere, or kept for something else: not the project's own. */
const skipped = new Set(
  (
    'node_modules bower_components jspm_packages .git .hg .svn .jj dist build target vendor out coverage obj Pods DerivedData ' +
    '.venv venv __pycache__ .tox .nox .mypy_cache .pytest_cache .ruff_cache .eggs site-packages .next .nuxt .output ' +
    '.svelte-kit .turbo .cache .parcel-cache .angular .expo .gradle .idea .terraform .dart_tool .bundle _build deps.nix ' +
    '.yarn .pnpm-store .serverless .aws-sam elm-stuff zig-cache .zig-cache zig-out .stack-work dist-newstyle .nyc_output tmp'
  ).split(' '),
);

/** However many directories hold nothing but directories. */
const DEEPEST = 16;

interface Directory {
  /** From the root; empty for itself. */
  readonly path: string;
  /** Directories with files from the root to it; the root is none. */
  readonly level: number;
  readonly depth: number;
}

/**
 * Level by level, so that what is near the root is seen when there is too much, or too little time. A directory without
 * files of its own does not count as a level: `src/main/java/com/example` is where a Java project begins. Directories
 * that may not be read are left out, but for the root: then it throws as `opendir` does. Throws when the signal aborts.
 */
export async function walk(root: string, signal: AbortSignal, given: Partial<Bounds> = {}): Promise<Listing> {
  const limit = { ...bounds, ...given };
  const until = performance.now() + limit.ms;
  const paths: string[] = [];
  const manifests: string[] = [];
  let left = limit.entries;
  const pace = createPace();
  const isLate = () => left <= 0 || performance.now() > until;
  let level: Directory[] = [{ path: '', level: 0, depth: 0 }];
  while (level.length > 0 && !isLate()) {
    const next: Directory[] = [];
    for (const directory of level) {
      if (isLate()) break;
      const { files, directories, seen } = await list(root, directory.path, { left, until, signal, pace });
      left -= seen;
      for (const path of files) paths.push(path);
      manifests.push(...files.filter(isManifest).sort());
      next.push(...below(directory, files.length > 0, directories, limit.depth));
    }
    level = next;
  }
  const texts = new Map<string, string>();
  for (const path of manifests.slice(0, limit.manifests)) {
    signal.throwIfAborted();
    texts.set(path, await readText(`${root}/${path}`, limit.manifestBytes));
  }
  return { paths, texts, truncated: isLate() || manifests.length > limit.manifests };
}

/** After so many entries the walk rests for so long: those who wait for the daemon hardly notice it. */
const STRETCH = 128;
const REST_MS = 10;
/** To open a directory costs as much as to read so many entries. */
const DIRECTORY = 4;

/** To be called for all that is done; mostly there is nothing to wait for. What a slow disk takes is no work of ours. */
function createPace(): (entries: number) => Promise<void> | undefined {
  let done = 0;
  return (entries) => {
    done += entries;
    if (done < STRETCH) return undefined;
    done = 0;
    return sleep(REST_MS);
  };
}

/** What is to be looked at below a directory. */
function below({ depth, level }: Directory, counts: boolean, directories: readonly string[], deepest: number) {
  const inner = depth === 0 || counts ? level + 1 : level;
  if (inner > deepest || depth >= DEEPEST) return [];
  return directories.map((path): Directory => ({ path, level: inner, depth: depth + 1 }));
}

/** Entries the system is asked for at a time. */
const AT_ONCE = 128;

interface Left {
  readonly left: number;
  readonly until: number;
  readonly signal: AbortSignal;
  readonly pace: ReturnType<typeof createPace>;
}

/** Paths of the files and directories in a directory, the latter in order. */
async function list(root: string, path: string, { left, until, signal, pace }: Left) {
  const files: string[] = [];
  const directories: string[] = [];
  let seen = 0;
  await pace(DIRECTORY);
  const opened = await openDirectory(root, path);
  if (opened) {
    // Closes it at the end, however it ends.
    for await (const entry of opened) {
      const rest = pace(1);
      if (rest) await rest;
      signal.throwIfAborted();
      if (++seen >= left || performance.now() > until) break;
      const inner = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isFile()) files.push(inner);
      else if (entry.isDirectory() && !skipped.has(entry.name)) directories.push(inner);
    }
  }
  return { files, directories: directories.sort(), seen };
}

/** What may befall a directory of somebody else's while it is walked. */
const passing = ['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EIO', 'ESTALE'];

async function openDirectory(root: string, path: string): Promise<Dir | undefined> {
  try {
    return await opendir(path === '' ? root : `${root}/${path}`, { bufferSize: AT_ONCE });
  } catch (error) {
    if (path === '' || !passing.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return undefined;
  }
}

/** Without waiting for a writer, should it be a pipe by now. Empty when it is too long, no text, or not to be read. */
async function readText(path: string, most: number): Promise<string> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = await file.stat();
    const { size } = stats;
    if (size > most || !stats.isFile()) return '';
    const { bytesRead, buffer } = await file.read(Buffer.alloc(size), 0, size, 0);
    const text = buffer.toString('utf8', 0, bytesRead);
    return text.includes('\0') ? '' : text;
  } catch (error) {
    if (!passing.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return '';
  } finally {
    await file?.close();
  }
}
