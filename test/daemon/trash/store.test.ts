/** Rows of the trash: whose they are, what is asked of them, and by which index. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../../../daemon/db/open.js';
import type { Item, ItemState } from '../../../daemon/trash/item.js';
import { createTrashStore } from '../../../daemon/trash/store.js';
import { createRecoveryStore } from '../../../daemon/worktrees/recoveries.js';

let last = 0;

function item(state: ItemState, changes: Partial<Item> = {}): Item {
  const id = `3f2a7c1e-0000-4000-8000-${String(++last).padStart(12, '0')}`;
  const [trashedAt, expiresAt] = [1000 + last, 2000 + last];
  return {
    ...{ id, userId: 'ann', kind: 'worktree', state, name: `item ${last}`, sessionId: null, worktree: null },
    ...{ trashedAt, expiresAt },
    ...changes,
  };
}

test('items are kept as they are, told apart by user, and unseen until they have arrived', (t) => {
  const db = openDatabase(':memory:');
  t.after(() => db.close());
  const store = createTrashStore(db);
  const worktree = {
    ...{ path: '/wt', repoPath: '/main', branch: 'feat', commit: 'c0ffee', keptAt: '/trash/wt' },
    ...{ gitDir: '/main/.git/worktrees/wt', lockReason: '' },
  };
  const kept = item('kept', { worktree, sessionId: 's1', kind: 'session' });
  const moving = item('moving', { sessionId: 's2' });
  const deleting = item('deleting', { expiresAt: 9_000_000 });
  const foreign = item('kept', { userId: 'bob', expiresAt: 5 });
  for (const one of [kept, moving, deleting, foreign]) store.add(one);
  assert.deepEqual(store.get('ann', kept.id), kept);
  assert.deepEqual(store.list('ann'), [deleting, kept]);
  assert.deepEqual([store.ofSession('ann', 's1'), store.ofSession('bob', 's1')], [kept, undefined]);
  assert.equal(store.ofSession('ann', 's2'), undefined);
  assert.deepEqual(new Set(store.unfinished()), new Set([moving, deleting]));
  assert.deepEqual(store.due(5), [deleting, foreign]);
  const arrived: Item = { ...moving, state: 'kept', worktree };
  store.save(arrived);
  assert.deepEqual(store.get('ann', moving.id), arrived);
  store.remove(moving.id);
  assert.throws(() => store.get('ann', moving.id), /No item/);
});

test('every question is answered by an index', (t) => {
  const db = openDatabase(':memory:');
  t.after(() => db.close());
  const asked: string[] = [];
  const watched = Object.assign(Object.create(db), {
    prepare(sql: string) {
      asked.push(sql);
      return db.prepare(sql);
    },
  }) as typeof db;
  createTrashStore(watched);
  createRecoveryStore(watched);
  assert.ok(asked.length >= 10);
  for (const sql of asked) {
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(bindings(sql)) as { detail: string }[];
    assert.doesNotMatch(plan.map(({ detail }) => detail).join('\n'), /\bSCAN\b/, sql);
  }
});

/** A plan is the same whatever is asked for. */
function bindings(sql: string): unknown {
  const names = [...sql.matchAll(/@(\w+)/g)].map(([, name]) => [name, null]);
  return names.length > 0 ? Object.fromEntries(names) : [...sql.matchAll(/\?/g)].map(() => null);
}
