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

/** Throws InvalidParams `INVALID_BRANCH`, `BRANCH_NOT_FOUND`, `EMPTY_REPOSITORY`; Conflict `BRANCH_EXISTS`. */
export async function findStart(
  git: Git,
  repository: string,
  wanted: WantedBranch & { readonly signal?: AbortSignal | undefined },
): Promise<Start> {
  const { branch, createNewBranch, detach = false, signal } = wanted;
  const commit = (rev: string) => commitOf(git, repository, rev, signal);
  const remote = await getRemote(git, repository, signal);
  if (detach) return startDetached(branch, remote, commit);
  const own = await commit(`refs/heads/${branch}`);
  if (own !== null) {
    if (createNewBranch) throw branchExists(branch, 'already');
    return { branch, createsBranch: false, tracks: null, base: null, baseCommit: own };
  }
  const tracks = `refs/remotes/${remote}/${branch}`;
  const theirs = remote === undefined ? null : await commit(tracks);
  if (theirs !== null) {
    if (createNewBranch) throw branchExists(branch, `at ${remote}`);
    return { branch, createsBranch: true, tracks, base: `${remote}/${branch}`, baseCommit: theirs };
  }
  if (createNewBranch === false) throw branchNotFound(branch, 'List them with worktree/branches.');
  if ((await commit(`refs/remotes/${branch}`)) !== null) {
    throw invalidBranch(branch, 'it is a branch of a remote. Say it without the name of the remote.');
  }
  return {
    branch,
    createsBranch: true,
    tracks: null,
    ...(await findBase(git, repository, { wanted, remote, commit })),
  };
}

type CommitOf = (rev: string) => Promise<string | null>;

async function startDetached(rev: string, remote: string | undefined, commit: CommitOf): Promise<Start> {
  if (rev.startsWith('-')) throw branchNotFound(rev, 'Name a branch, a tag or a commit.');
  const baseCommit =
    (await commit(rev)) ?? (remote === undefined ? null : await commit(`refs/remotes/${remote}/${rev}`));
  if (baseCommit === null) throw branchNotFound(rev, 'Name a branch, a tag or a commit.');
  return { branch: null, createsBranch: false, tracks: null, base: rev, baseCommit };
}

interface Known {
  readonly wanted: WantedBranch & { readonly signal?: AbortSignal | undefined };
  readonly remote: string | undefined;
  readonly commit: CommitOf;
}

/** As the remote has it, as it is here, and for one nobody named HEAD: never another than the one that was named. */
async function findBase(git: Git, repository: string, { wanted: { baseBranch, signal }, remote, commit }: Known) {
  if (baseBranch?.startsWith('-')) throw branchNotFound(baseBranch, 'Name a branch, a tag or a commit to start from.');
  const name = baseBranch ?? (await getDefaultBranch(git, repository, signal));
  const candidates: [base: string, rev: string][] = [
    ...(name !== null && remote !== undefined
      ? [[`${remote}/${name}`, `refs/remotes/${remote}/${name}`] as [string, string]]
      : []),
    ...(name !== null ? [[name, `refs/heads/${name}`] as [string, string]] : []),
    baseBranch === undefined ? ['HEAD', 'HEAD'] : [baseBranch, baseBranch],
  ];
  for (const [base, rev] of candidates) {
    const baseCommit = await commit(rev);
    if (baseCommit !== null) return { base, baseCommit };
  }
  if ((await git.run(repository, ['for-each-ref', '--count=1'], { signal })) === '') throw emptyRepository(repository);
  if (baseBranch === undefined) throw branchNotFound('HEAD', 'Say what to start from with `baseBranch`.');
  throw branchNotFound(baseBranch, 'Name a branch, a tag or a commit to start from.');
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
