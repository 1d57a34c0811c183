/** Sets aside what makes git hold a branch for a rebase or a bisection, so that the branch is free meanwhile. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

/** Each names the branch that is to be set when the operation is over. */
const HOLDING = ['rebase-merge', 'rebase-apply', 'BISECT_START'];

/** Again is harmless. */
export function putAside(gitDir: string): void {
  for (const name of HOLDING) {
    if (!existsSync(join(gitDir, name))) continue;
    mkdirSync(asideIn(gitDir), { recursive: true });
    renameSync(join(gitDir, name), join(asideIn(gitDir), name));
  }
}

/** Undoes it. Again is harmless. */
export function putBack(gitDir: string): void {
  const aside = asideIn(gitDir);
  if (!existsSync(aside)) return;
  for (const name of readdirSync(aside)) renameSync(join(aside, name), join(gitDir, name));
  rmdirSync(aside);
}

/** The branch a rebase or bisection goes on with when it is over; undefined without one. */
export function branchHeldBy(gitDir: string): string | undefined {
  const files = ['rebase-merge/head-name', 'rebase-apply/head-name', 'BISECT_START'].map((name) => join(gitDir, name));
  const [held] = files.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8').trim());
  return held?.replace(/^refs\/heads\//, '');
}

const asideIn = (gitDir: string): string => join(gitDir, 'rdv-aside');
