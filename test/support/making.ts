/** A process that makes a planned worktree, or undoes it, to be killed while it does: argv is `make` or `unmake`, and the file of the plan. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGit } from '../../daemon/git/index.js';
import { makeWorktree } from '../../daemon/worktrees/make.js';
import { unmakeWorktree } from '../../daemon/worktrees/unmake.js';

const [deed, file = ''] = process.argv.slice(2);
const plan = JSON.parse(readFileSync(file, 'utf8'));
const git = createGit({ environment: { HOME: process.env.HOME ?? '', PATH: process.env.PATH ?? '' }, umask: 0o022 });
await git.version();
process.stdout.write('now\n');
if (deed === 'make') await makeWorktree(git, plan);
else {
  // Ends itself once the first file is gone.
  setInterval(() => existsSync(join(plan.path, 'd0/f0.bin')) || process.kill(process.pid, 'SIGKILL'), 0);
  await unmakeWorktree(git, plan);
}
