/** What a worktree starts from: which branch, whether it is new, and at which commit. */
import { type Git, GitError, getDefaultBranch, getRemote } from '../git/index.js';
import { branchExists, branchNotFound, emptyRepository, invalidBranch } from './errors.js';

export interface Start {
  /** Null when detached. */
  readonly branch: string | null;
  readonly createsBranch: boolean;
  /** The full ref of the remote branch that a new one follows. */
  readonly tracks: string | null;
  /** What a person calls that which a new branch or a detached HEAD starts from; null for a branch that is there. */
  readonly base: string | null;
  readonly baseCommit: string;
}

export interface WantedBranch {
  readonly branch: string;
  readonly createNewBranch?: boolean | undefined;
  readonly baseBranch?: string | undefined;
  readonly detach?: boolean | undefined;
}

interface Looking {
  readonly git: Git;
  readonly repository: string;
  readonly signal: AbortSignal | undefined;
}

/** Throws InvalidParams `INVALID_BRANCH`, `BRANCH_NOT_FOUND`, `EMPTY_REPOSITORY`; Conflict `BRANCH_EXISTS`. */
export async function findStart(
  git: Git,
  repository: string,
  wanted: WantedBranch & { readonly signal?: AbortSignal | undefined },
): Promise<Start> {
  const { branch, createNewBranch, baseBranch, detach = false, signal } = wanted;
  const looking = { git, repository, signal };
  const remote = await getRemote(git, repository, signal);
  if (detach)
    return { branch: null, createsBranch: false, tracks: null, ...(await findCommit(looking, branch, remote)) };
  const [own, tracks, foreign] = [`refs/heads/${branch}`, `refs/remotes/${remote}/${branch}`, `refs/remotes/${branch}`];
  const refs = await readRefs(looking, [own, tracks, foreign]);
  const here = refs.get(own);
  if (here !== undefined) {
    if (createNewBranch) throw branchExists(branch, 'already');
    return { branch, createsBranch: false, tracks: null, base: null, baseCommit: here };
  }
  const there = remote === undefined ? undefined : refs.get(tracks);
  if (there !== undefined) {
    if (createNewBranch) throw branchExists(branch, `at ${remote}`);
    return { branch, createsBranch: true, tracks, base: `${remote}/${branch}`, baseCommit: there };
  }
  if (createNewBranch === false) throw branchNotFound(branch, 'List them with worktree/branches.');
  if (refs.has(foreign)) {
    throw invalidBranch(branch, 'it is a branch of a remote. Say it without the name of the remote.');
  }
  return { branch, createsBranch: true, tracks: null, ...(await findBase(looking, baseBranch, remote)) };
}

const NAME_ONE = 'Name a branch, a tag or a commit';

async function findCommit({ git, repository, signal }: Looking, base: string, remote: string | undefined) {
  for (const rev of [base, ...(remote === undefined ? [] : [`refs/remotes/${remote}/${base}`])]) {
    const baseCommit = base.startsWith('-') ? null : await commitOf(git, repository, rev, signal);
    if (baseCommit !== null) return { base, baseCommit };
  }
  throw branchNotFound(base, `${NAME_ONE}.`);
}

/** As the remote has it, as it is here, and for one nobody named HEAD: never another than the one that was named. */
async function findBase(looking: Looking, baseBranch: string | undefined, remote: string | undefined) {
  const { git, repository, signal } = looking;
  const name = baseBranch ?? (await getDefaultBranch(git, repository, signal));
  const refs = await readRefs(looking, name === null ? [] : [`refs/remotes/${remote}/${name}`, `refs/heads/${name}`]);
  const theirs = remote === undefined ? undefined : refs.get(`refs/remotes/${remote}/${name}`);
  if (theirs !== undefined) return { base: `${remote}/${name}`, baseCommit: theirs };
  const ours = refs.get(`refs/heads/${name}`);
  if (ours !== undefined) return { base: name!, baseCommit: ours };
  const rev = baseBranch ?? 'HEAD';
  const baseCommit = rev.startsWith('-') ? null : await commitOf(git, repository, rev, signal);
  if (baseCommit !== null) return { base: rev, baseCommit };
  if ((await git.run(repository, ['for-each-ref', '--count=1'], { signal })) === '') throw emptyRepository(repository);
  throw branchNotFound(rev, `${NAME_ONE} to start from, as \`baseBranch\`.`);
}

/** Of full names the commits of those that are there. */
async function readRefs({ git, repository, signal }: Looking, names: readonly string[]): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const format = '--format=%(objectname) %(refname)';
  const lines = (await git.run(repository, ['for-each-ref', format, '--', ...names], { signal })).split('\n');
  return new Map(
    lines.filter(Boolean).map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]),
  );
}

/** The commit of anything that leads to one; null when nothing does. */
export async function commitOf(
  git: Git,
  repository: string,
  rev: string,
  signal?: AbortSignal,
): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${rev}^{commit}`];
  try {
    return (await git.run(repository, args, { signal })).trim() || null;
  } catch (error) {
    if (error instanceof GitError) return null;
    throw error;
  }
}

/** Throws InvalidParams `INVALID_BRANCH`. */
export async function checkBranch(git: Git, repository: string, branch: string, signal?: AbortSignal): Promise<void> {
  const rules = 'git forbids spaces, "..", "~^:?*[\\", a leading "-", a trailing "." or "/", and "@{".';
  const args = ['check-ref-format', '--branch', branch];
  const { stdout, exitCode } = await git.ask(repository, args, { signal, ok: [0, 1, 128] });
  // `@{-1}` stands for another branch, and `@` for HEAD.
  if (exitCode !== 0 || stdout !== `${branch}\n` || ['@', 'HEAD'].includes(branch)) throw invalidBranch(branch, rules);
}
