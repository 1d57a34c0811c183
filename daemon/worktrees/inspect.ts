/** Looks at everything that would be lost or disturbed if a worktree were removed. */
import { createHash, type Hash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorktreeState } from '#protocol';
import type { Git } from '../git/index.js';
import { lockReasonIn } from '../trash/registration.js';
import { lookThrough } from './contents.js';
import type { Located } from './locate.js';
import { count } from './porcelain.js';
import { inside, type ListProcesses, ownIn } from './processes.js';
import { confirmationOf, operationBy, parseCommits, stakesOf } from './state.js';

export interface InspectDeps {
  readonly git: Git;
  readonly processes: ListProcesses;
  /** Open sessions that work in a directory, and the processes they consist of. */
  readonly sessions: { in(path: string): readonly { readonly id: string; readonly pids?: readonly number[] }[] };
}

/** Whose presence in the worktree does not count, such as a session's that is being closed. */
export interface Ignoring {
  readonly sessions?: readonly string[];
  /** With all that descend from them. */
  readonly pids?: readonly number[];
}

export interface Looking extends Ignoring {
  readonly signal?: AbortSignal | undefined;
}

/** The confirmation fits as long as nothing at stake changes: the same stakes, the same contents. */
export async function inspect(deps: InspectDeps, place: Located, looking: Looking = {}): Promise<WorktreeState> {
  const { path, repoPath, gitDir } = place;
  const hash = createHash('sha256');
  const [contents, commits, stashes, processes] = await Promise.all([
    lookThrough(deps.git, path, { hash, signal: looking.signal }),
    unpushedIn(deps.git, place, looking.signal),
    // Without a stash there is no such ref.
    deps.git.run(path, ['rev-list', '--walk-reflogs', 'refs/stash', '--'], { signal: looking.signal, ok: [0, 128] }),
    deps.processes(),
  ]);
  const counts = count(contents.entries);
  const sessions = deps.sessions.in(path).filter(({ id }) => !looking.sessions?.includes(id));
  const lockReason = lockReasonIn(gitDir);
  const facts = {
    ...{ path, repoPath },
    ...headOf(place),
    ...counts,
    modified: counts.modified + contents.hidden,
    unpushed: commits.count + contents.submoduleCommits,
    unpushedCommits: commits.newest,
    stashes: stashes.split('\n').filter(Boolean).length,
    submodules: contents.submodules,
    operation: operationIn(gitDir),
    locked: lockReason !== null,
    lockReason,
    processes: processes && inside(processes, path, [...ownIn(processes, process.pid), ...(looking.pids ?? [])]),
    sessionIds: sessions.map(({ id }) => id).sort(),
    unknown: [...contents.unknown, ...strangeIn(gitDir), ...(processes ? [] : ['which processes work in it'])],
  };
  return { ...facts, stakes: stakesOf(facts), confirmation: confirm(hash, facts) };
}

/** While git writes there, nothing it says holds for long. */
function strangeIn(gitDir: string): string[] {
  const lock = join(gitDir, 'index.lock');
  return existsSync(lock) ? [`git is at work in it, or was stopped: there is ${lock}`] : [];
}

function headOf({ all, path }: Located): { branch: string | null; commit: string | null } {
  const { branch = null, commit = null } = all.find((other) => other.path === path) ?? {};
  return { branch, commit };
}

/** What is ignored changes with every build, and stashes stay; who is in it is not hashed either, but named. */
function confirm(hash: Hash, facts: Omit<WorktreeState, 'confirmation' | 'stakes'>): string {
  const { processes: _, sessionIds: __, ignored: ___, stashes: ____, unknown, ...stable } = facts;
  // Of what is unknown only how much: the words are git's, and not always the same.
  return confirmationOf(hash.update(JSON.stringify([stable, unknown.length])).digest('hex'), facts);
}

/** Commits told of by name. */
const NEWEST = 20;

const NONE = { count: 0, newest: [] };

async function unpushedIn(git: Git, place: Located, signal: AbortSignal | undefined) {
  const { path } = place;
  if (headOf(place).commit === null) return NONE;
  const elsewhere = (await git.run(path, ['remote'], { signal })) ? ['--remotes'] : ['--branches', '--tags'];
  const range = ['HEAD', '--not', ...elsewhere];
  const count = Number(await git.run(path, ['rev-list', '--count', ...range], { signal }));
  if (count === 0) return NONE;
  const newest = await git.run(path, ['rev-list', `--max-count=${NEWEST}`, '--format=%s', ...range], { signal });
  return { count, newest: parseCommits(newest) };
}

function operationIn(gitDir: string): WorktreeState['operation'] {
  const has = (name: string) => lstatSync(join(gitDir, name), { throwIfNoEntry: false }) !== undefined;
  const todo = join(gitDir, 'sequencer/todo');
  return operationBy(has, existsSync(todo) ? readFileSync(todo, 'utf8') : '');
}
