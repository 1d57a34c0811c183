/** Worktrees in states of all kinds, made by a list of steps that fast-check picks. */
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import fc from 'fast-check';
import type { Removal } from './removal.js';

/** Edits of the worktree `wt`. Each must do something whatever came before. */
const edits: Readonly<Record<string, (removal: Removal, n: number) => void>> = {
  modify: ({ write }, n) => write('wt/a.txt', `changed ${n}\n`),
  stage({ write, git }, n) {
    write('wt/a.txt', `staged ${n}\n`);
    git('wt', 'add', 'a.txt');
  },
  stageNew({ write, git }, n) {
    write(`wt/added ${n}.txt`, `added ${n}\n`);
    git('wt', 'add', '--', `added ${n}.txt`);
  },
  intend({ write, git }, n) {
    write(`wt/intended-${n}`, `intended ${n}\n`);
    git('wt', 'add', '-N', '--', `intended-${n}`);
  },
  remove: ({ at }) => rmSync(at('wt/dir/b.txt'), { force: true }),
  stageRemoval: ({ git }) => git('wt', 'rm', '-q', '-f', '--ignore-unmatch', 'run.sh'),
  rename({ git }, n) {
    if (git('wt', 'ls-files', 'dir/b.txt')) git('wt', 'mv', '-f', 'dir/b.txt', `moved-${n}`);
  },
  untracked: ({ write }, n) => write(`wt/ünträcked\n${n}`, `untracked ${n}\n`, 0o600),
  untrackedFolder: ({ write }, n) => write(`wt/folder-${n}/deep/er/file.log`, `deep ${n}\n`),
  ignored: ({ write }, n) => write(`wt/build/${n}.o`, `ignored ${n}\n`),
  emptyFolder: ({ at }, n) => void mkdirSync(at(`wt/empty-${n}`), { recursive: true, mode: 0o711 }),
  executable: ({ at, write }) => {
    write('wt/a.txt', 'to be run\n');
    chmodSync(at('wt/a.txt'), 0o755);
  },
  link: ({ at }, n) => existsSync(at(`wt/link-${n}`)) || symlinkSync('/nowhere/at all', at(`wt/link-${n}`)),
  kindChange({ at }) {
    rmSync(at('wt/a.txt'), { recursive: true, force: true });
    symlinkSync('dir', at('wt/a.txt'));
  },
  nested({ at, git, write }, n) {
    mkdirSync(at(`wt/nested-${n}`), { recursive: true });
    git(`wt/nested-${n}`, 'init', '-q');
    write(`wt/nested-${n}/file`, 'of another repository\n');
  },
  hidden({ git, write }, n) {
    if (!git('wt', 'ls-files', '-s', 'dir/b.txt')) return;
    git('wt', 'update-index', '--assume-unchanged', 'dir/b.txt');
    write('wt/dir/b.txt', `not looked at ${n}\n`);
  },
  stash({ git, write }, n) {
    write('wt/a.txt', `stashed ${n}\n`);
    git('wt', 'stash', '-q');
  },
  commit({ git, write }, n) {
    write(`wt/committed-${n}`, `committed ${n}\n`);
    git('wt', 'add', '--', `committed-${n}`);
    git('wt', 'commit', '-qm', `commit ${n}`, '--', `committed-${n}`);
  },
  submoduleEdit({ at, write }, n) {
    if (existsSync(at('wt/sub/.git'))) write('wt/sub/lib.c', `int lib${n};\n`);
  },
  submoduleCommit({ at, write, git }, n) {
    if (!existsSync(at('wt/sub/.git'))) return;
    write(`wt/sub/own-${n}`, 'only here\n');
    git('wt/sub', 'add', `own-${n}`);
    git('wt/sub', 'commit', '-qm', `own ${n}`);
  },
};

/** What is left in the middle, begun on a clean worktree with a branch `other` that changed the same line. */
const operations: Readonly<Record<string, (removal: Removal, run: (...args: string[]) => void) => void>> = {
  none: () => {},
  merge: (_, run) => run('merge', 'other'),
  rebase: (_, run) => run('rebase', 'other'),
  rebaseApply: (_, run) => run('rebase', '--apply', 'other'),
  pick: (_, run) => run('cherry-pick', 'other', 'other~1'),
  revert: (_, run) => run('revert', '--no-edit', 'HEAD~1'),
  bisect({ git }) {
    git('wt', 'bisect', 'start');
    git('wt', 'bisect', 'bad');
    git('wt', 'bisect', 'good', 'HEAD~2');
  },
};

function addSubmodule({ git, write, at }: Removal): void {
  mkdirSync(at('lib'));
  git('lib', 'init', '-q');
  write('lib/lib.c', 'int lib;\n');
  git('lib', 'add', '.');
  git('lib', 'commit', '-qm', 'lib');
  git('wt', 'submodule', '--quiet', 'add', at('lib'), 'sub');
  git('wt', 'commit', '-qm', 'a submodule');
}

export interface Plan {
  readonly remote: boolean;
  readonly submodule: boolean;
  readonly operation: string;
  readonly detached: boolean;
  readonly lock: string | null;
  readonly edits: readonly string[];
}

export const plans: fc.Arbitrary<Plan> = fc.record({
  remote: fc.boolean(),
  submodule: fc.nat(3).map((n) => n === 0),
  operation: fc.oneof({ weight: 3, arbitrary: fc.constant('none') }, fc.constantFrom(...Object.keys(operations))),
  detached: fc.boolean(),
  lock: fc.constantFrom(null, null, null, null, '', 'on a stick'),
  edits: fc.array(fc.constantFrom(...Object.keys(edits)), { maxLength: 6 }),
});

/** A worktree of the repository `main`, at `wt`, on the branch `feat`. */
export function build(removal: Removal, plan: Plan): void {
  const { git, write, at } = removal;
  removal.seed();
  write('main/a.txt', 'one\nother\n');
  git('main', 'commit', '-qam', 'before');
  write('main/a.txt', 'one\nanother\n');
  git('main', 'commit', '-qam', 'another');
  git('main', 'branch', 'other');
  write('wt/a.txt', 'one\nmore\nof feat\n');
  git('wt', 'commit', '-qam', 'of feat');
  write('wt/a.txt', 'one\nmore\nof feat\nand more\n');
  git('wt', 'commit', '-qam', 'of feat again');
  if (plan.submodule) addSubmodule(removal);
  if (plan.remote) {
    git('.', 'clone', '-q', '--bare', 'main', 'remote.git');
    git('main', 'remote', 'add', 'origin', at('remote.git'));
    git('main', 'fetch', '-q');
  }
  if (plan.detached) git('wt', 'checkout', '-q', '--detach');
  const conflicting = (...args: string[]) => {
    try {
      git('wt', ...args);
    } catch (error) {
      if ((error as { status?: number }).status !== 1) throw error;
    }
  };
  operations[plan.operation]!(removal, conflicting);
  for (const [n, name] of plan.edits.entries()) {
    // In the middle of something git refuses a few of them.
    try {
      edits[name]!(removal, n);
    } catch (error) {
      if ((error as { status?: number }).status === undefined) throw error;
    }
  }
  if (plan.lock !== null) git('main', 'worktree', 'lock', ...(plan.lock ? ['--reason', plan.lock] : []), '../wt');
}
