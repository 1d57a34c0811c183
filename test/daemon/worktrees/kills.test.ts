/** The daemon is killed while it makes a worktree: by the plan all of it is undone, or all of it stands. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import type { WorktreePlan } from '../../../daemon/worktrees/create.js';
import { root } from '../../support/documents.js';
import { type Yard, yardFor } from '../../support/worktrees.js';

/** Enough for a checkout that takes a while, some of it text that changes its line ends. */
function fill(yard: Yard): void {
  const files = Array.from({ length: 200 }, (_, i) => [
    `d${i % 7}/f${i}.${i % 2 ? 'txt' : 'bin'}`,
    `${i}\n`.repeat(5000),
  ]);
  yard.repo.commit({ '.gitattributes': '*.txt text eol=crlf\n', ...Object.fromEntries(files) });
  yard.repo.write({ '.env': 'S=1\n'.repeat(50_000), '.env.local': 'T=1\n' });
}

function start(yard: Yard, deed: 'make' | 'unmake', plan: WorktreePlan) {
  // Not as an argument: the mark in it would be taken for git's.
  const file = yard.here('home/plan');
  writeFileSync(file, JSON.stringify(plan));
  const env = { ...yard.environment };
  return spawn(process.execPath, [join(root, 'out/test/support/making.js'), deed, file], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Resolves when the maker, begun this long ago, is dead. */
async function makeAndKill(yard: Yard, plan: WorktreePlan, ms: number): Promise<void> {
  const child = start(yard, 'make', plan);
  const over = once(child, 'exit');
  await once(child.stdout, 'data');
  await after(ms);
  child.kill('SIGKILL');
  await over;
}

/** Ends git too, at once, as when the machine goes down. */
function killGit({ mark }: WorktreePlan): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${pid}/environ`).includes(mark) || readFileSync(`/proc/${pid}/cmdline`).includes(mark)) {
        process.kill(Number(pid), 'SIGKILL');
      }
    } catch (error) {
      assert.ok(['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? ''), String(error));
    }
  }
}

const ROUNDS = Number(process.env.RDV_ROUNDS ?? 8);
const LONGEST_MS = 120;

for (const [what, alsoGit] of [
  ['the daemon is killed and git goes on', false],
  ['the daemon and git are killed', true],
] as const) {
  test(`when ${what}, the plan undoes it, wherever it was`, async (t) => {
    const yard = yardFor(t);
    fill(yard);
    yard.repo.git('branch', 'old');
    const before = yard.traces();
    for (let round = 0; round < ROUNDS; round++) {
      const branch = round % 3 === 0 ? 'old' : 'new';
      const plan = await yard.worktrees.plan({ path: yard.repo.path, branch, worktreePath: yard.here('in/made') });
      const ms = (round / ROUNDS) * LONGEST_MS;
      await makeAndKill(yard, plan, ms);
      if (alsoGit) killGit(plan);

      const undone = await yard.worktrees.unmake(plan);
      assert.deepEqual([undone, yard.traces()], [{ kept: null }, before], `after ${ms} ms`);
    }
  });
}

test('undoing is itself killed, and done again', async (t) => {
  const yard = yardFor(t);
  fill(yard);
  const before = yard.traces();
  const { plan } = await yard.create({ branch: 'x' });
  const child = start(yard, 'unmake', plan);
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);
  assert.deepEqual(await yard.worktrees.unmake(plan), { kept: null });
  assert.deepEqual(yard.traces(), before);
});
