/** Proves that a worktree holds nothing but what git checked out and what was copied, or parts of that. */
import { mkdtempSync, rmSync } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Git } from '../git/index.js';
import type { WorktreePlan } from './plan.js';
import { type Entry, parseStatus } from './porcelain.js';

/**
 * What is in a worktree, relative to it; `.git` itself is not. Names are bytes, one a character, so that a file whose name
 * is no text is not taken for another.
 */
export interface Contents {
  readonly files: readonly string[];
  /** Those above before those in them. */
  readonly folders: readonly string[];
}

/** More changed files than these are not compared one by one. */
const MOST_COMPARED = 500;
const STATUS = ['--porcelain=v2', '-z', '--untracked-files=all', '--ignored=traditional', '--no-renames'];

/**
 * Everything in the worktree, when each file is what the commit has there, or what the main working tree has there, or the
 * beginning of that; undefined when one is not, or cannot be told.
 */
export async function findUntouched(
  git: Git,
  { plan, commonDir }: { readonly plan: WorktreePlan; readonly commonDir: string },
): Promise<Contents | undefined> {
  const temporary = mkdtempSync(join(tmpdir(), 'rdv-'));
  try {
    // The worktree's own index may be missing, or say less than is true; with a fresh one every file is compared.
    const own = { GIT_DIR: commonDir, GIT_WORK_TREE: plan.path, GIT_INDEX_FILE: join(temporary, 'index') };
    const run = (...args: readonly string[]) =>
      git.run(plan.path, args, { environment: own, bytes: true, timeoutMs: COMPARE_MS });
    await run('read-tree', plan.baseCommit);
    const tree = (await run('ls-tree', '-r', '-z', plan.baseCommit)).split('\0').flatMap(fileOf);
    const known = new Set(tree);
    const status = parseStatus(await run('status', ...STATUS, '--ignore-submodules=none'));
    const changed = status.entries.filter(({ unstaged, kind }) => kind !== '1' || !['.', 'D'].includes(unstaged));
    if (changed.length > MOST_COMPARED) return undefined;
    for (const entry of changed) {
      if (!(await isPart(entry, { plan, known, run }))) return undefined;
    }
    return await walk(plan.path, new Set([...tree, ...changed.map(({ path }) => path)]));
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

const COMPARE_MS = 60_000;

interface Comparing {
  readonly plan: WorktreePlan;
  /** Files of the commit. */
  readonly known: ReadonlySet<string>;
  readonly run: (...args: readonly string[]) => Promise<string>;
}

/** Whether a file that is not as in the commit is the beginning of what it was going to be. */
async function isPart({ kind, unstaged, path }: Entry, { plan, known, run }: Comparing): Promise<boolean> {
  const found = await contentOf(plan.path, path);
  if (found === undefined) return false;
  if (kind === '?' || kind === '!') return (await contentOf(plan.repoPath, path))?.startsWith(found) === true;
  const name = Buffer.from(path, 'latin1').toString();
  // A name that is no text cannot be asked for.
  if (kind !== '1' || unstaged !== 'M' || !known.has(path) || bytes(name) !== path) return false;
  return (await run('cat-file', '--filters', `${plan.baseCommit}:${name}`)).startsWith(found);
}

function bytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** The path of an entry of `git ls-tree`, unless it is a submodule. */
function fileOf(entry: string): string[] {
  const [, type, path] = /^\d+ (\w+) \w+\t(.*)$/s.exec(entry) ?? [];
  return path === undefined || type === 'commit' ? [] : [path];
}

/** For the file system, of a name that is bytes. */
export function pathIn(folder: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);
}

/** Of a file that is one, as one character a byte. */
async function contentOf(folder: string, name: string): Promise<string | undefined> {
  const path = pathIn(folder, name);
  try {
    if (!(await lstat(path)).isFile()) return undefined;
    return await readFile(path, 'latin1');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Undefined as soon as a file is met that is not known. */
async function walk(root: string, known: ReadonlySet<string>): Promise<Contents | undefined> {
  const files: string[] = [];
  const folders: string[] = [];
  for (const waiting = ['']; waiting.length > 0; ) {
    const folder = waiting.shift()!;
    for (const entry of await readdir(pathIn(root, folder), { encoding: 'latin1', withFileTypes: true })) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        // A repository of its own, whatever it holds.
        if (entry.name === '.git') return undefined;
        folders.push(name);
        waiting.push(name);
      } else if (name !== '.git') {
        if (!known.has(name)) return undefined;
        files.push(name);
      }
    }
  }
  return { files, folders };
}
