/** Keeps objects that only files of a worktree's git directory name: git's clean-up does not look into those. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Git } from '../git/index.js';
import { type Kept, objectNamesIn } from './item.js';

/** Files longer than this hold no names of commits. */
const FILE_BYTES = 1024 * 1024;
const NAMES = 5000;
/** Where git keeps its notes of what is going on; what lies beside is its own bookkeeping, or protected already. */
const NOTES = ['', 'rebase-merge', 'rebase-apply', 'sequencer'];
const OWN_REFS = ['refs/bisect', 'refs/worktree', 'refs/rewritten'];

/** Makes a ref below `prefix` for each object named by a merge, rebase, cherry-pick or bisection that is going on. */
export async function keepObjects(git: Git, { path, gitDir, repoPath }: Kept, prefix: string): Promise<void> {
  const own = await git.run(path, ['for-each-ref', '--format=%(objectname)', ...OWN_REFS]);
  const names = [...new Set([...objectNamesIn(own), ...namesIn(gitDir)])].slice(0, NAMES);
  const objects = await existing(git, path, names);
  const updates = objects.map(({ name }, at) => `update ${prefix}/${at} ${name}\n`);
  if (updates.length > 0) await git.run(repoPath, ['update-ref', '--stdin'], { input: updates.join(''), writes: true });
}

/** Removes every ref below `prefix`. */
export async function dropKept(git: Git, repoPath: string, prefix: string): Promise<void> {
  const deletes = await git.run(repoPath, ['for-each-ref', '--format=delete %(refname)', prefix]);
  if (deletes) await git.run(repoPath, ['update-ref', '--stdin'], { input: deletes, writes: true });
}

/** Words that may be names of objects in the notes of a git directory. */
export function namesIn(gitDir: string): string[] {
  const files = NOTES.flatMap((folder) => filesIn(join(gitDir, folder)));
  return [...new Set(files.flatMap((file) => objectNamesIn(readFileSync(file, 'latin1'))))];
}

function filesIn(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'index')
    .map(({ name }) => join(folder, name))
    .filter((file) => statSync(file).size <= FILE_BYTES);
}

export interface Found {
  readonly name: string;
  readonly type: string;
}

/** Those of the names that are objects of the repository, in full. */
export async function existing(git: Git, path: string, names: readonly string[]): Promise<Found[]> {
  if (names.length === 0) return [];
  const told = await git.run(path, ['cat-file', '--batch-check=%(objectname) %(objecttype)'], {
    input: names.map((name) => `${name}\n`).join(''),
  });
  const found = told.split('\n').map((line) => line.split(' '));
  const types = ['commit', 'tree', 'blob', 'tag'];
  const whole = found.flatMap(([name = '', type = '']) =>
    types.includes(type) ? [[name, { name, type }] as const] : [],
  );
  return [...new Map(whole).values()];
}
