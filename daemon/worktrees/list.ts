/** The worktrees of a repository, as git and the file system tell them. */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import type { Worktree } from '#protocol';
import { type Git, isAtLeast, type Repository } from '../git/index.js';
import { parseWorktrees } from './porcelain.js';

/** The main working tree first; those in the trash too. */
export async function listWorktrees(git: Git, repository: Repository, signal?: AbortSignal): Promise<Worktree[]> {
  const { major, minor } = await git.version();
  // Without it a path with a newline in it is cut there.
  const nul = isAtLeast({ major, minor }, 2, 36);
  const args = ['worktree', 'list', '--porcelain', ...(nul ? ['-z'] : [])];
  const listed = parseWorktrees(await git.run(repository.path, args, { signal }), nul ? '\0' : '\n');
  const records = new Map(readRecords(repository.commonDir).map((record) => [record.path, record]));
  return listed.map(({ path, commit, branch, bare }, i) => {
    const isMain = i === 0;
    const lockReason = isMain ? null : (records.get(path)?.lockReason ?? null);
    return {
      // git only guesses the main one's from the name of its `.git`.
      path: isMain ? repository.path : path,
      ...{ commit, branch, isBare: bare, isMain, lockReason: lockReason === '' ? null : lockReason },
      locked: lockReason !== null,
      missing: !isMain && !existsSync(join(path, '.git')),
    };
  });
}

/** What a repository keeps of one linked worktree. */
export interface Record {
  /** The directory it is kept in. */
  readonly folder: string;
  /** Where the worktree is or was; null while it is being made. */
  readonly path: string | null;
  /** Null when it is not locked, empty when it is without a reason. */
  readonly lockReason: string | null;
}

/** Read here and not asked of git, which tells of locks only since 2.31. */
export function readRecords(commonDir: string): Record[] {
  const all = join(commonDir, 'worktrees');
  return names(all).map((name) => {
    const folder = join(all, name);
    const pointer = text(join(folder, 'gitdir'))?.replace(/\n$/, '');
    return {
      folder,
      // Since 2.48 it may be relative.
      path: pointer ? dirname(resolve(folder, pointer)) : null,
      lockReason: text(join(folder, 'locked'))?.trim() ?? null,
    };
  });
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return [];
  }
}

function text(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return undefined;
  }
}

/** Whether a path is a folder or in it, segment by segment, wherever links lead. */
export function isWithin(folder: string, path: string): boolean {
  const [outer, inner] = [real(folder), real(path)];
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
}

const UNREACHED = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'ENAMETOOLONG'];

/** What is not there is taken by its name, below what is. */
export function real(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!UNREACHED.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    const above = dirname(path);
    return above === path ? path : join(real(above), path.slice(above.length));
  }
}
