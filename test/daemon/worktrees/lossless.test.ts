/** Whatever a worktree holds: removing it loses nothing, and restoring it brings everything back. */
import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { RpcError } from '#protocol';
import { openRemoval, type Removal } from '../../support/removal.js';
import { build, plans } from '../../support/worktree-states.js';

/** More with `RDV_SOAK_REMOVALS`. */
const numRuns = Number(process.env.RDV_SOAK_REMOVALS ?? 10);

/** The files, what git keeps of the worktree, and what it makes of both. */
function everything(removal: Removal) {
  // Asking git writes its index anew, so the files are looked at first.
  const notes = existsSync(removal.at('main/.git/worktrees/wt')) ? removal.files('main/.git/worktrees/wt') : {};
  const files = removal.files('wt');
  return { notes, files, seen: removal.seen('wt'), text: removal.git('wt', 'status') };
}

async function codeOf(removed: Promise<unknown>): Promise<string | undefined> {
  try {
    await removed;
    return undefined;
  } catch (error) {
    assert.ok(error instanceof RpcError, String(error));
    assert.equal(error.kind, 'Conflict', error.message);
    return error.data.code;
  }
}

/** Removes the worktree as a careful person would; asserts that nothing happens until everything is confirmed. */
async function removeCarefully(removal: Removal): Promise<string> {
  const { call, at } = removal;
  const params = { worktreePath: at('wt') };
  // Once to have the index written, then to compare.
  everything(removal);
  const before = everything(removal);
  const state = await call('worktree/inspect', params);
  const refused = (more: object) => codeOf(call('worktree/remove', { ...params, ...more }));
  if (state.stakes.length > 0) {
    assert.equal(await refused({}), state.stakes[0]);
    assert.equal(await refused({ force: true }), 'CONFIRMATION_REQUIRED');
  } else {
    assert.equal(removal.git('wt', 'status', '--porcelain'), '');
  }
  assert.equal(await refused({ force: true, confirmation: 'not this' }), 'CONFIRMATION_STALE');
  const { notes: _, ...after } = everything(removal);
  assert.deepEqual(after, { files: before.files, seen: before.seen, text: before.text });
  const more = state.stakes.length > 0 ? { force: true, confirmation: state.confirmation } : {};
  const removed = await call('worktree/remove', { ...params, ...more });
  assert.deepEqual([removed.alreadyRemoved, existsSync(at('wt'))], [false, false]);
  return removed.trashItemId!;
}

test('a worktree in any state is refused or in the trash, and comes back byte for byte', async (t) => {
  const run = async (plan: Parameters<typeof build>[1]) => {
    const removal = openRemoval(t);
    build(removal, plan);
    everything(removal);
    const { notes: _, ...before } = everything(removal);
    const tip = removal.git('main', 'rev-parse', 'feat');

    const id = await removeCarefully(removal);
    removal.git('main', 'worktree', 'add', '-q', '../wt', 'feat');
    assert.equal(removal.git('wt', 'rev-parse', 'HEAD'), tip);
    removal.git('main', 'worktree', 'remove', '../wt');
    removal.git('main', 'gc', '-q', '--prune=now');

    const { warnings } = await removal.call('trash/restore', { id });
    assert.deepEqual(warnings, []);
    const { notes: __, ...after } = everything(removal);
    assert.deepEqual(after, before);
    assert.equal(removal.git('main', 'for-each-ref', 'refs/rdv'), '');
    rmSync(removal.home, { recursive: true });
  };
  await fc.assert(fc.asyncProperty(plans, run), { numRuns, endOnFailure: true });
});
