/** The trash methods over real git: what goes in comes back as it was. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { refused } from '../../support/refused.js';
import { openRemoval, type Removal } from '../../support/removal.js';

const sessionId = '3f2a7c1e-0000-4000-8000-000000000001';

function add(removal: Removal, path = 'wt') {
  return removal.trash.addWorktree('ann', { path: removal.at(path), repoPath: removal.at('main') });
}

test('a worktree goes to the trash and comes back as it was, with everything in it', async (t) => {
  const removal = openRemoval(t);
  const { at, git, write, call } = removal;
  removal.seed();
  write('wt/a.txt', 'staged\n');
  git('wt', 'add', 'a.txt');
  write('wt/a.txt', 'staged and changed\n');
  write('wt/new/file', 'untracked\n', 0o600);
  write('wt/build/out.o', 'ignored\n');
  symlinkSync('/nowhere', at('wt/link'));
  rmSync(at('wt/run.sh'));
  const before = { files: removal.files('wt'), git: removal.seen('wt') };

  const item = await add(removal);
  assert.deepEqual(await call('trash/list', {}), { items: [item] });
  assert.deepEqual(item, {
    id: item.id,
    userId: 'ann',
    kind: 'worktree',
    name: at('wt'),
    sessionId: null,
    worktree: {
      path: at('wt'),
      repoPath: at('main'),
      branch: 'feat',
      commit: git('main', 'rev-parse', 'feat'),
      keptAt: at('data/trash', item.id, 'wt'),
    },
    trashedAt: item.trashedAt,
    expiresAt: item.trashedAt + 30 * 24 * 60 * 60 * 1000,
  });
  assert.equal(existsSync(at('wt')), false);
  assert.ok(removal.trash.isTrashed(item.worktree!.keptAt));
  assert.deepEqual(removal.files(`data/trash/${item.id}/wt`), before.files);
  git('main', 'gc', '-q', '--prune=now');

  assert.deepEqual(await call('trash/restore', { id: item.id }), { item, warnings: [] });
  assert.deepEqual({ files: removal.files('wt'), git: removal.seen('wt') }, before);
  assert.deepEqual(await call('trash/list', {}), { items: [] });
  assert.equal(existsSync(at('data/trash', item.id)), false);
  assert.deepEqual(removal.events(), ['trash/added', 'worktree/removed', 'trash/restored']);
});
