/** What is at stake when a worktree is removed. Pure: no git, no files. */
import { RpcError, type Stake, type WorktreeState } from '#protocol';
import { quote } from '../git/quote.js';

type Facts = Omit<WorktreeState, 'stakes' | 'confirmation'>;

export const isDirty = (state: Pick<Facts, 'staged' | 'modified' | 'conflicted' | 'untracked'>): boolean =>
  state.staged + state.modified + state.conflicted + state.untracked > 0;

/** Most important first. */
export function stakesOf(facts: Facts): Stake[] {
  const found: [Stake, boolean][] = [
    ['HAS_UNCOMMITTED_CHANGES', isDirty(facts)],
    ['HAS_UNPUSHED_COMMITS', facts.unpushed > 0],
    ['OPERATION_IN_PROGRESS', facts.operation !== null],
    ['WORKTREE_LOCKED', facts.locked],
    ['IN_USE', facts.sessionIds.length > 0 || (facts.processes?.length ?? 0) > 0],
    ['UNKNOWN', facts.unknown.length > 0],
  ];
  return found.filter(([, is]) => is).map(([stake]) => stake);
}

/** Why a worktree in this state is not removed; undefined when it is. Without a stake nothing needs to be confirmed. */
export function judge(
  state: WorktreeState,
  { force, confirmation }: { readonly force: boolean; readonly confirmation?: string | undefined },
): RpcError | undefined {
  const { path, stakes } = state;
  const refuse = (message: string, code: string) =>
    new RpcError('Conflict', message, { code, details: { stakes, state } });
  if (confirmation !== undefined && !fits(confirmation, state)) {
    const said = `${quote(path)} is no longer as it was when worktree/inspect gave this \`confirmation\`. Look at it again.`;
    return refuse(said, 'CONFIRMATION_STALE');
  }
  if (stakes.length === 0) return undefined;
  if (!force) return refuseToRemove(state);
  if (confirmation !== undefined) return undefined;
  const said = `${quote(path)} ${whyNot(state)}. To remove it all the same, give the \`confirmation\` of worktree/inspect too.`;
  return refuse(said, 'CONFIRMATION_REQUIRED');
}

/**
 * What is at stake as a hash, and who is in it by name: those who were there may have gone since, nobody may have come.
 * Processes come and go all the time; of them only counts whether there are any.
 */
export function confirmationOf(
  hash: string,
  { processes, sessionIds }: Pick<Facts, 'processes' | 'sessionIds'>,
): string {
  return [hash, processes?.length ? 'busy' : 'idle', ...sessionIds].join('.');
}

function fits(confirmation: string, state: WorktreeState): boolean {
  const [hash, processes, ...sessions] = confirmation.split('.');
  const [nowHash, nowProcesses, ...nowSessions] = state.confirmation.split('.');
  if (hash !== nowHash || (processes !== nowProcesses && nowProcesses === 'busy')) return false;
  return nowSessions.every((id) => sessions.includes(id));
}

const whyNot = (state: WorktreeState): string => state.stakes.map((stake) => reasons[stake](state)).join('; ');

/** Why a worktree is not removed just like that, what there is of it, and what can be done. */
export function refuseToRemove(state: WorktreeState): RpcError {
  const cure = `${cures[state.stakes[0]!]}, or remove it with \`force\` and the \`confirmation\` of worktree/inspect`;
  return new RpcError('Conflict', `${quote(state.path)} ${whyNot(state)}. ${cure}.`, {
    code: state.stakes[0]!,
    details: { stakes: state.stakes, state },
  });
}

const CHANGES = ['staged', 'modified', 'conflicted', 'untracked'] as const;

const reasons: Readonly<Record<Stake, (state: WorktreeState) => string>> = {
  HAS_UNCOMMITTED_CHANGES: (state) =>
    `has ${listed(CHANGES.map((key) => [state[key], key] as const))} ${CHANGES.some((key) => state[key] > 1) ? 'files' : 'file'}`,
  HAS_UNPUSHED_COMMITS: ({ unpushed }) => `has ${unpushed} unpushed ${unpushed === 1 ? 'commit' : 'commits'}`,
  OPERATION_IN_PROGRESS: ({ operation }) => `is in the middle of a ${operation}`,
  WORKTREE_LOCKED: ({ lockReason }) => `is locked${lockReason ? ` (${quote(lockReason)})` : ''}`,
  IN_USE: ({ sessionIds, processes }) =>
    `is in use by ${listed([
      [sessionIds.length, sessionIds.length === 1 ? 'session' : 'sessions'],
      [processes?.length ?? 0, processes?.length === 1 ? 'process' : 'processes'],
    ])}`,
  UNKNOWN: ({ unknown }) => `cannot be looked through (${unknown.join('; ')})`,
};

const cures: Readonly<Record<Stake, string>> = {
  HAS_UNCOMMITTED_CHANGES: 'Commit or stash them',
  HAS_UNPUSHED_COMMITS: 'Push them',
  OPERATION_IN_PROGRESS: 'Finish or abort it',
  WORKTREE_LOCKED: 'Unlock it with `git worktree unlock`',
  IN_USE: 'Close them',
  UNKNOWN: 'Look at it by hand',
};

function listed(counts: readonly (readonly [number, string])[]): string {
  return counts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(', ');
}

/** What is going on, by the names of what lies in the worktree's git directory. */
export function operationBy(has: (name: string) => boolean, todo: string): WorktreeState['operation'] {
  if (has('rebase-merge')) return 'rebase';
  if (has('rebase-apply')) return has('rebase-apply/applying') ? 'am' : 'rebase';
  if (has('CHERRY_PICK_HEAD')) return 'cherry-pick';
  if (has('REVERT_HEAD')) return 'revert';
  if (has('MERGE_HEAD')) return 'merge';
  // Between two commits of several only what is left to do is noted.
  if (has('sequencer/todo')) return todo.startsWith('revert') ? 'revert' : 'cherry-pick';
  return has('BISECT_LOG') ? 'bisect' : null;
}

/** The commits of `git rev-list --format=%s`. */
export function parseCommits(text: string): { commit: string; subject: string }[] {
  const lines = text.split('\n');
  return lines.flatMap((line, at) =>
    at % 2 === 0 && line.startsWith('commit ')
      ? [{ commit: line.slice('commit '.length), subject: lines[at + 1] ?? '' }]
      : [],
  );
}

/** The output of `git status -z` without what git was told to ignore, which goes along to the trash and is at nobody's stake. */
export function withoutIgnored(status: string): string {
  return status
    .split('\0')
    .filter((line) => !line.startsWith('! '))
    .join('\0');
}
