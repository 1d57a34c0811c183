/** Names of branches and of the directories of their worktrees. */
import { RpcError } from '#protocol';

/** A file name may have 255 bytes; longer ones are no help to anybody. */
const LONGEST = 100;

/**
 * Lower case letters, digits and single hyphens in between; at most 100 characters. Throws InvalidParams when nothing is
 * left of the text.
 */
export function sanitise(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST + 1)
    .replace(/^-|-+$/g, '')
    .slice(0, LONGEST)
    .replace(/-$/, '');
  if (name !== '') return name;
  const said = `Expected a text with a letter a-z or a digit to make a name of, got ${JSON.stringify(text.slice(0, 100))}.`;
  throw new RpcError('InvalidParams', said, { code: 'INVALID_NAME' });
}

/** `feature/<description>`; throws as `sanitise` does. */
export function featureBranch(description: string): string {
  return `feature/${sanitise(description)}`;
}

/** `wt-YYYYMMDDHHMMSS`, in UTC. */
export function quickBranch(now: number): string {
  return `wt-${new Date(now).toISOString().replace(/\D/g, '').slice(0, 14)}`;
}

/** `<repository>-<branch>`: `name` is the last part of the repository's path, a full commit is cut short. */
export function worktreeName(name: string, branch: string): string {
  const short = /^[0-9a-f]{40,64}$/.test(branch) ? branch.slice(0, 12) : branch;
  return `${name.replace(/(?!^)\.git$/, '')}-${sanitise(short)}`;
}
