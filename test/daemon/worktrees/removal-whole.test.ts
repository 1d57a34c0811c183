/** Removing a worktree through a real daemon, and through one that is killed while it does. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import { openRemoval } from '../../support/removal.js';
import { heard, reach, whole } from '../../support/whole.js';

/** More with `RDV_SOAK_REMOVAL_KILLS`. */
const KILLS = Number(process.env.RDV_SOAK_REMOVAL_KILLS ?? 4);

test('a session keeps its worktree, then it goes to the trash, outlives a restart and comes back', async (t) => {
  const removal = openRemoval(t);
  const { at, git } = removal;
  removal.seed();
  removal.write('wt/a.txt', 'changed\n');
  const before = { files: removal.files('wt'), seen: removal.seen('wt') };
  const { daemon, client } = await whole(t, { environment: { HOME: at() } });
  await client.call('event/subscribe', {
    names: ['worktree/removed', 'trash/added', 'trash/restored', 'trash/deleted'],
  });
  const session = await client.call('session/create', { projectPath: at('wt/dir'), command: ['cat'] });
  const params = { worktreePath: at('wt') };
  await assert.rejects(
    client.call('worktree/remove', params),
    /has 1 modified file; is in use by 1 session, \d process/,
  );
  const { confirmation, sessionIds, stakes } = await client.call('worktree/inspect', params);
  assert.deepEqual([sessionIds, stakes], [[session.id], ['HAS_UNCOMMITTED_CHANGES', 'IN_USE']]);
  await client.call('session/close', { id: session.id });

  const removed = heard(client, 'worktree/removed');
  const added = heard(client, 'trash/added');
  const { trashItemId } = await client.call('worktree/remove', { ...params, force: true, confirmation });
  assert.deepEqual([(await removed).trashItemId, (await added).item.id], [trashItemId, trashItemId]);
  git('main', 'worktree', 'add', '-q', '../other', 'feat');
  git('main', 'worktree', 'remove', '../other');

  await daemon.kill9();
  await daemon.restart();
  const again = await reach(t, daemon);
  await again.call('event/subscribe', {});
  const restored = heard(again, 'trash/restored');
  const { warnings } = await again.call('trash/restore', { id: trashItemId! });
  assert.deepEqual([warnings, (await restored).item.id], [[], trashItemId]);
  assert.deepEqual({ files: removal.files('wt'), seen: removal.seen('wt') }, before);

  const known = (await again.call('worktree/inspect', params)).confirmation;
  await again.call('worktree/remove', { ...params, force: true, confirmation: known });
  const deleted = heard(again, 'trash/deleted');
  assert.deepEqual(await again.call('trash/empty', {}), { deleted: 1, failed: [] });
  assert.equal((await deleted).item.name, at('wt'));
  assert.deepEqual(await again.call('worktree/prune', { repoPath: at('main') }), { pruned: [], skipped: [] });
});

test('a daemon killed while it removes and restores loses nothing', async (t) => {
  const removal = openRemoval(t);
  const { at } = removal;
  removal.seed();
  removal.write('wt/a.txt', 'changed\n');
  removal.write('wt/new', 'untracked\n');
  removal.git('wt', 'add', 'new');
  const before = { files: removal.files('wt'), seen: removal.seen('wt') };
  const { daemon } = await whole(t, { environment: { HOME: at() } });
  for (let round = 0; round < KILLS; round++) {
    const client = await reach(t, daemon);
    const { confirmation } = await client.call('worktree/inspect', { worktreePath: at('wt') });
    const removing = client.call('worktree/remove', { worktreePath: at('wt'), force: true, confirmation });
    const both = removing.then(({ trashItemId }) => client.call('trash/restore', { id: trashItemId! }));
    // The connection breaks, if it is not over by then.
    both.catch(() => {});
    // At another moment each time, from before it looks until after it has restored.
    await Promise.race([after(40 + (round * 400) / KILLS), both]);
    await daemon.kill9();
    await daemon.restart();
    const next = await reach(t, daemon);
    const { items } = await next.call('trash/list', {});
    assert.equal(items.length, existsSync(at('wt')) ? 0 : 1, `round ${round}`);
    if (items[0])
      assert.deepEqual((await next.call('trash/restore', { id: items[0].id })).warnings, [], `round ${round}`);
    assert.deepEqual({ files: removal.files('wt'), seen: removal.seen('wt') }, before, `round ${round}`);
  }
});
