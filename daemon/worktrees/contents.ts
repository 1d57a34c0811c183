/** Looks through the files of a worktree and its submodules: what git knows of them, and a hash that changes with what it does not. */
import type { Hash } from 'node:crypto';
import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { type Git, GitError, type GitOptions, quote } from '../git/index.js';
import { type Entry, parseStatus } from './porcelain.js';
import { hiddenIn, type IndexEntry, parseIndex, submodulesIn } from './staged.js';
import { withoutIgnored } from './state.js';
import { hashStats } from './stats.js';

export interface Contents {
  /** Of the worktree itself; a changed submodule is one of them. */
  readonly entries: readonly Entry[];
  /** Files that are changed though git was told not to look. */
  readonly hidden: number;
  /** Submodules that are checked out. */
  readonly submodules: number;
  /** Commits of submodules that are on no remote. */
  readonly submoduleCommits: number;
  /** What could not be looked at, and why. */
  readonly unknown: readonly string[];
}

export interface Looking {
  /** Fed with everything that may be lost, always in the same order. */
  readonly hash: Hash;
  readonly signal?: AbortSignal | undefined;
}

const NOTHING = { entries: [], hidden: 0, submodules: 0, submoduleCommits: 0, unknown: [] };
const STATUS = ['status', '--porcelain=v2', '-z', '--untracked-files=normal', '--ignored', '--ignore-submodules=none'];
/** Large worktrees take git seconds. */
const STATUS_MS = 60_000;
/** Submodules in submodules; deeper ones are not looked at, and that is told. */
const DEPTH = 5;

/** What git cannot look through is told as unknown, with every file of it in the hash. */
export async function lookThrough(git: Git, directory: string, looking: Looking, depth = 0): Promise<Contents> {
  try {
    return await lookClosely(git, directory, looking, depth);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    await hashStats(Buffer.from(directory), looking);
    return { ...NOTHING, unknown: [error.message] };
  }
}

async function lookClosely(git: Git, directory: string, looking: Looking, depth: number): Promise<Contents> {
  const { hash, signal } = looking;
  const [status, index] = await Promise.all([
    git.run(directory, STATUS, { signal, timeoutMs: STATUS_MS, bytes: true }),
    git.run(directory, ['ls-files', '-s', '-v', '-z'], { signal, bytes: true }),
  ]);
  const { entries } = parseStatus(status);
  const staged = parseIndex(index);
  const submodules = submodulesIn(staged);
  const at = (path: string) => Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(path, 'latin1')]);
  const there = hiddenIn(staged).filter(({ path }) => existsSync(at(path)));
  hash.update(`${directory}\0${withoutIgnored(status)}\0${index}`);
  const changed = entries.filter(({ kind, path }) => kind !== '!' && !submodules.includes(path));
  for (const { path } of [...changed, ...there]) await hashStats(at(path), looking);
  const inner = submodules.map((path) => at(path).toString()).filter((path) => existsSync(join(path, '.git')));
  const found: Contents[] = [];
  for (const path of inner) found.push(await lookThroughSubmodule(git, path, looking, depth + 1));
  const sum = (of: (contents: Contents) => number) => found.reduce((total, contents) => total + of(contents), 0);
  return {
    entries,
    hidden: (await countChanged(git, directory, there, signal)) + sum((contents) => contents.hidden),
    submodules: inner.length + sum((contents) => contents.submodules),
    submoduleCommits: sum((contents) => contents.submoduleCommits),
    unknown: found.flatMap(({ unknown }) => unknown),
  };
}

async function lookThroughSubmodule(git: Git, path: string, looking: Looking, depth: number): Promise<Contents> {
  if (depth > DEPTH) return { ...NOTHING, unknown: [`${quote(path)} is a submodule too deep to look into`] };
  const contents = await lookThrough(git, path, looking, depth);
  if (contents.unknown.length > 0) return contents;
  return {
    ...contents,
    submoduleCommits: contents.submoduleCommits + (await commitsOnlyIn(git, path, { signal: looking.signal })),
  };
}

/** A submodule's repository goes with the worktree, its branches and stashes too. */
export async function commitsOnlyIn(
  git: Git,
  path: string,
  options: Pick<GitOptions, 'signal' | 'environment'>,
): Promise<number> {
  const [refs, head] = await Promise.all([
    git.run(path, ['for-each-ref', '--format=%(objectname)', 'refs/heads', 'refs/stash'], options),
    git.run(path, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { ...options, ok: [0, 1] }),
  ]);
  const input = [...refs.split('\n'), head.trim()].filter(Boolean).join('\n');
  if (!input) return 0;
  return Number(await git.run(path, ['rev-list', '--count', '--stdin', '--not', '--remotes'], { ...options, input }));
}

/** How many of the files git does not look at are other than it thinks; what cannot be asked about counts as changed. */
async function countChanged(
  git: Git,
  directory: string,
  files: readonly IndexEntry[],
  signal: AbortSignal | undefined,
): Promise<number> {
  const named = files.map(({ path, object }) => ({ path: Buffer.from(path, 'latin1').toString(), object }));
  const askable = named.filter(({ path }) => !path.includes('\n') && isFile(join(directory, path)));
  if (askable.length === 0) return files.length;
  const input = askable.map(({ path }) => `${path}\n`).join('');
  const now = (await git.run(directory, ['hash-object', '--stdin-paths'], { input, signal })).split('\n');
  return files.length - askable.length + askable.filter(({ object }, at) => now[at] !== object).length;
}

const isFile = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
