/** Looks through a repository's own configuration for programs, before git gets to run one. */
import { lstatSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { judge, parseSettings, together, type Verdict } from './dangers.js';
import { GitError } from './error.js';

/** Runs git without a look before; for commands that run nothing. Resolves with stdout. */
export type Bare = (
  directory: string,
  args: readonly string[],
  more?: { readonly take?: (piece: Buffer) => void; readonly overrides?: readonly string[] },
) => Promise<string>;

/** Submodules that are looked at, at any depth; a repository with more is not. */
const MOST_SUBMODULES = 500;

/** What must be kept from running when a command is run in a directory. */
export async function scan(bare: Bare, directory: string, args: readonly string[]): Promise<Verdict> {
  if (isHarmless(args)) return NOTHING;
  const settings = parseSettings(await bare(directory, ['config', '--list', '-z', '--show-scope']));
  const verdict = judge(settings, args[0]!);
  if (verdict.refused !== undefined) return verdict;
  const elsewhere = settings.some(({ scope, key }) => scope !== 'command' && key === 'core.worktree');
  if (elsewhere && !(await leadsBack(bare, directory))) return { ...verdict, refused: 'core.worktree' };
  if (!looksIntoSubmodules(args)) return verdict;
  return withSubmodules(bare, directory, { command: args[0]!, verdict, left: { count: MOST_SUBMODULES } });
}

const NOTHING: Verdict = { overrides: [], environment: {}, refused: undefined, ignored: [] };

/** Reads neither objects nor files of the working tree, and runs nothing that is not switched off for every command. */
function isHarmless([command, ...rest]: readonly string[]): boolean {
  if (command === 'rev-parse') return rest.every((arg) => arg.startsWith('--'));
  if (command === 'worktree') return rest[0] === 'list';
  return (
    command === 'symbolic-ref' ||
    command === 'check-ref-format' ||
    (command === 'config' && !rest.includes('--edit') && !rest.includes('-e'))
  );
}

/** These never run git in a submodule, as long as nothing asks them to recurse. */
const OUTSIDE =
  /^(branch|cat-file|config|fetch|for-each-ref|log|ls-files|ls-tree|merge-base|read-tree|remote|rev-list|rev-parse|show-ref|symbolic-ref|update-ref|var)$/;

function looksIntoSubmodules([command = '', verb = '', ...rest]: readonly string[]): boolean {
  if (command === 'diff-index') return ![verb, ...rest].includes('--cached');
  if (command === 'worktree') return !['add', 'list', 'lock', 'prune', 'repair', 'unlock'].includes(verb);
  return !OUTSIDE.test(command);
}

/** Whether a working tree that is set by name is one of this repository: a foreign one could be anybody's files. */
async function leadsBack(bare: Bare, directory: string): Promise<boolean> {
  const ask = async (from: string, asked: string) => (await bare(from, ['rev-parse', asked])).replace(/\n$/, '');
  if ((await ask(directory, '--is-inside-git-dir')) === 'true') return true;
  if ((await ask(directory, '--is-inside-work-tree')) !== 'true') return false;
  const root = await ask(directory, '--show-toplevel');
  return (
    isThere(join(root, '.git')) &&
    (await ask(root, '--absolute-git-dir')) === (await ask(directory, '--absolute-git-dir'))
  );
}

interface Looking {
  readonly command: string;
  /** Of the repository whose submodules these are. */
  readonly verdict: Verdict;
  readonly left: { count: number };
}

/** A submodule has a configuration of its own, and git is run in it with our settings: they must do for both. */
async function withSubmodules(bare: Bare, directory: string, { command, verdict, left }: Looking): Promise<Verdict> {
  const verdicts = [verdict];
  for (const path of await submodules(bare, directory, verdict.overrides)) {
    if (--left.count < 0) return { ...verdict, refused: `more than ${MOST_SUBMODULES} submodules` };
    const inside = judge(parseSettings(await bare(path, ['config', '--list', '-z', '--show-scope'])), command);
    verdicts.push(await withSubmodules(bare, path, { command, verdict: inside, left }));
  }
  return together(verdicts);
}

/** Directories of the index that are repositories and are there. */
async function submodules(bare: Bare, directory: string, overrides: readonly string[]): Promise<string[]> {
  const links: string[] = [];
  let rest = Buffer.alloc(0);
  const take = (piece: Buffer) => {
    const end = piece.lastIndexOf(0);
    if (end < 0) rest = Buffer.concat([rest, piece]);
    else {
      const entries = Buffer.concat([rest, piece.subarray(0, end)])
        .toString()
        .split('\0');
      links.push(...entries.filter((entry) => entry.startsWith('160000 ')));
      rest = Buffer.from(piece.subarray(end + 1));
    }
  };
  try {
    await bare(directory, ['ls-files', '--stage', '-z', '--', ':/'], { take, overrides });
  } catch (error) {
    // The command itself says so then, or makes a repository there.
    if (error instanceof GitError && /not a git repository/.test(error.stderr)) return [];
    throw error;
  }
  const paths = links.map((link) => resolve(directory, link.slice(link.indexOf('\t') + 1)));
  return [...new Set(paths)].filter((path) => isThere(join(path, '.git')));
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    // A part of it is a file, or a loop.
    if (['ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
