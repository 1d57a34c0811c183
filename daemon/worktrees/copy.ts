/** Brings files along that git does not track, such as `.env`. */
import { constants, type Stats } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Git, quote } from '../git/index.js';
import { isWithin } from './list.js';

/** What a person means to bring along is small; more is a pattern that went wrong. */
const MOST_FILES = 1000;
const MOST_BYTES = 100 * 1024 * 1024;
/** Patterns in the way of `.gitignore`. */
const INCLUDE = '.worktreeinclude';

export interface Copied {
  /** Relative to both. */
  readonly copied: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Copies what `.worktreeinclude` names, else `.env*` at the root, as far as git does not track it, with its mode. Nothing
 * that is there is overwritten; nothing from outside the repository comes along, and nothing goes outside the worktree.
 */
export async function copyFiles(
  git: Git,
  { from, to }: { readonly from: string; readonly to: string },
  signal?: AbortSignal,
): Promise<Copied> {
  const copied: string[] = [];
  const warnings: string[] = [];
  let bytes = 0;
  for (const name of await findFiles(git, from, signal)) {
    signal?.throwIfAborted();
    const source = await usable(from, name);
    if (typeof source === 'string') {
      warnings.push(`${quote(name)} was not copied: ${source}`);
      continue;
    }
    bytes += source.stats.size;
    if (copied.length >= MOST_FILES || bytes > MOST_BYTES) {
      warnings.push(`Only ${MOST_FILES} files and ${MOST_BYTES / 1024 ** 2} MiB are copied; the rest stayed behind.`);
      break;
    }
    const problem = await copy(source.path, { from, to, name });
    if (problem === undefined) copied.push(name);
    else if (problem !== THERE) warnings.push(`${quote(name)} was not copied: ${problem}`);
  }
  return { copied, warnings };
}

/** git matches the patterns: what they name and it does not track. */
async function findFiles(git: Git, from: string, signal: AbortSignal | undefined): Promise<string[]> {
  const patterns = join(from, INCLUDE);
  const named = (await statOf(patterns))?.isFile() === true;
  const args = named ? ['--ignored', `--exclude-from=${patterns}`] : ['--', ':(glob).env*'];
  const listed = await git.run(from, ['ls-files', '-z', '--others', ...args], { signal });
  // A repository inside ends in a slash.
  return listed.split('\0').filter((name) => name !== '' && !name.endsWith('/'));
}

/** The file itself, or why it is not copied. */
async function usable(from: string, name: string): Promise<{ path: string; stats: Stats } | string> {
  const path = join(from, name);
  const stats = await statOf(path);
  if (!stats) return 'it is gone, or a link that leads nowhere.';
  if (!stats.isFile()) return 'it is no file.';
  const target = await realpath(path);
  if (!isWithin(from, target)) return 'it is a link that leads out of the repository.';
  return { path: target, stats };
}

/** What the branch has itself is better. */
const THERE = 'it is there already.';

/** Why not, if not. */
async function copy(source: string, { from, to, name }: { from: string; to: string; name: string }) {
  const parts = dirname(name) === '.' ? [] : dirname(name).split('/');
  for (let i = 1; i <= parts.length; i++) {
    const [here, there] = [join(from, ...parts.slice(0, i)), join(to, ...parts.slice(0, i))];
    const found = await lstatOf(there);
    // A link in the new worktree came with the branch and may lead anywhere.
    if (found && !found.isDirectory()) return 'the branch has something else in its place.';
    if (found) continue;
    await mkdir(there);
    await chmod(there, (await stat(here)).mode & 0o777);
  }
  try {
    await copyFile(source, join(to, name), constants.COPYFILE_EXCL);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return THERE;
    if (code === 'EACCES' || code === 'ENOENT' || code === 'ENOSPC') return `${code}.`;
    throw error;
  }
}

/** Undefined when there is nothing, or nothing that can be reached. */
async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(absent);
}

async function lstatOf(path: string): Promise<Stats | undefined> {
  return lstat(path).catch(absent);
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (!['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES'].includes(error.code ?? '')) throw error;
  return undefined;
}
