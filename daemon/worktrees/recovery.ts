/** Puts everything only a worktree's own git directory refers to into one commit: its index, its commits, its conflicts. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Git } from '../git/index.js';
import { existing, type Found, namesIn } from '../trash/keep.js';
import { importOf } from './import.js';
import { type IndexEntry, parseIndex } from './staged.js';

/** A worktree whose directory is gone: what git still has of it. */
export interface Remains {
  readonly path: string;
  /** Its own folder in the repository's git directory. */
  readonly gitDir: string;
  readonly commonDir: string;
}

/** What would be lost with it. */
export interface Loss {
  readonly head: string | null;
  readonly index: readonly IndexEntry[];
  /** Commits no branch, tag or remote has. */
  readonly commits: readonly string[];
  readonly objects: readonly Found[];
}

/** Undefined when nothing would be lost. */
export async function findLoss(git: Git, remains: Remains, signal?: AbortSignal): Promise<Loss | undefined> {
  const { gitDir, commonDir } = remains;
  const within = { environment: { GIT_DIR: gitDir }, signal };
  const ask = (args: string[], ok: number[] = [0]) => git.ask(gitDir, args, { ...within, ok, bytes: true });
  const head = (await ask(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], [0, 1])).stdout.trim() || null;
  const index = parseIndex((await ask(['ls-files', '-s', '-v', '-z'])).stdout);
  const staged = head
    ? (await ask(['diff-index', '--cached', '--quiet', '--ignore-submodules=none', head], [0, 1])).exitCode === 1
    : index.length > 0;
  const logged = head ? (await ask(['rev-list', '--walk-reflogs', 'HEAD'], [0, 128, 129])).stdout : '';
  const own = await ask(['for-each-ref', '--format=%(objectname)', 'refs/bisect', 'refs/worktree', 'refs/rewritten']);
  const names = [head ?? '', ...logged.split('\n'), ...loggedIn(gitDir), ...own.stdout.split('\n'), ...namesIn(gitDir)];
  const objects = await existing(git, commonDir, [...new Set(names)].filter(Boolean));
  const commits = await unreferenced(
    git,
    commonDir,
    objects.filter(({ type }) => type === 'commit'),
    signal,
  );
  if (!staged && commits.length === 0) return undefined;
  return { head, index, commits, objects: objects.filter(({ type }) => type === 'tree' || type === 'blob') };
}

/** Where HEAD was, before and after each line; git tells nothing of it while HEAD is on a branch without a commit. */
function loggedIn(gitDir: string): string[] {
  const file = join(gitDir, 'logs/HEAD');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'latin1').split('\n');
  return lines.flatMap((line) => line.split(' ', 2)).filter((name) => /[1-9a-f]/.test(name));
}

/** Those that no ref leads to. Ours do not count, since they expire. */
async function unreferenced(git: Git, commonDir: string, commits: readonly Found[], signal?: AbortSignal) {
  if (commits.length === 0) return [];
  const input = commits.map(({ name }) => `${name}\n`).join('');
  const args = ['rev-list', '--stdin', '--not', '--exclude=refs/rdv/*', '--all'];
  const lost = new Set((await git.run(commonDir, args, { input, signal })).split('\n'));
  return commits.map(({ name }) => name).filter((name) => lost.has(name));
}

/** Makes the commit and the ref on it. */
export async function keepLoss(git: Git, { path, commonDir }: Remains, kept: { loss: Loss; ref: string; at: number }) {
  const input = importOf({ ...kept, message: `What only the worktree ${path} had, which was gone` });
  await git.run(commonDir, ['fast-import', '--quiet', '--done'], { input, writes: true });
}
