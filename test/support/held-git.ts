/** A git that can be held at a step, as a slow one would be. */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { folderFor } from './whole.js';

export interface HeldGit {
  /** To be put before the PATH of a daemon. */
  readonly folder: string;
  /** Appears once git has come to the step; holds its process id. */
  readonly reached: string;
  /** Lets it go on. */
  release(): void;
}

/** A git that stops before, or after, it carries out one subcommand, until it is released. */
export function heldGit(t: TestContext, when: 'before' | 'after', subcommand: string): HeldGit {
  const folder = folderFor(t);
  const [reached, go] = [join(folder, 'reached'), join(folder, 'go')];
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const wait = `echo $$ >"${reached}.new"; mv "${reached}.new" "${reached}"; while [ ! -e "${go}" ] && [ -e "${folder}" ]; do sleep 0.02; done`;
  const script = `#!/bin/sh
case " $* " in
*" ${subcommand} "*)
  ${when === 'before' ? wait : `"${real}" "$@" || exit`}
  ${when === 'after' ? `${wait}; exit 0` : ''} ;;
esac
exec "${real}" "$@"
`;
  writeFileSync(join(folder, 'git'), script, { mode: 0o755 });
  return {
    folder,
    reached,
    release() {
      if (!existsSync(go)) writeFileSync(go, '');
    },
  };
}
