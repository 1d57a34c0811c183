/** The size has one owner, whatever viewers do; the rules against a simpler account of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  claim,
  expire,
  type Lease,
  lose,
  release,
  type Size,
  sizeOf,
  take,
  vacant,
} from '../../../daemon/terminals/lease.js';

type Step =
  | { does: 'come'; viewer: string; size: Size; takes: boolean }
  | { does: 'resize'; viewer: string; size: Size }
  | { does: 'type' | 'leave' | 'lose'; viewer: string }
  | { does: 'wait' };

const viewer = fc.constantFrom('laptop', 'phone', 'tablet', 'editor');
const size = fc
  .record({ cols: fc.integer({ min: 10, max: 300 }), rows: fc.integer({ min: 3, max: 100 }) })
  .map(({ cols, rows }) => ({ cols, rows }));
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constant('come' as const), viewer, size, takes: fc.boolean() }),
  fc.record({ does: fc.constant('resize' as const), viewer, size }),
  fc.record({ does: fc.constantFrom('type' as const, 'leave' as const, 'lose' as const), viewer }),
  fc.record({ does: fc.constant('wait' as const) }),
);

const act = (lease: Lease, it: Step): Lease => {
  if (it.does === 'come') return claim(lease, it.viewer, it.size, it.takes);
  if (it.does === 'resize') return claim(lease, it.viewer, it.size, false);
  if (it.does === 'type') return take(lease, it.viewer);
  if (it.does === 'leave') return release(lease, it.viewer);
  return it.does === 'lose' ? lose(lease, it.viewer) : expire(lease);
};

/** The account: each viewer with its size and when it was last active; the latest owns. */
function createAccount(home: Size | null) {
  const here = new Map<string, { size: Size; active: number; away: boolean }>();
  let clock = 0;
  const owner = () => [...here].sort(([, a], [, b]) => b.active - a.active)[0];
  const forgetAway = () => {
    for (const [name, { away }] of here) if (away) here.delete(name);
  };
  return {
    act(it: Step) {
      if (it.does === 'wait') return forgetAway();
      const mine = here.get(it.viewer);
      if (it.does === 'leave') return void here.delete(it.viewer);
      if (it.does === 'lose')
        return owner()?.[0] === it.viewer ? void (mine!.away = true) : void here.delete(it.viewer);
      if (it.does === 'type' && !mine) return;
      const takes = it.does === 'type' || (it.does === 'come' && it.takes) || !owner() || owner()![1].away;
      const size = 'size' in it ? it.size : mine!.size;
      home ??= size;
      // Whoever takes nothing comes behind all others, or stays where it was.
      const active = takes ? ++clock : (mine?.active ?? -++clock);
      if (takes && owner()?.[0] !== it.viewer) forgetAway();
      here.set(it.viewer, { size, active, away: mine !== undefined && !takes && mine.away });
    },
    size: () => owner()?.[1].size ?? home,
    owner: () => owner()?.[0] ?? null,
  };
}

test('whatever viewers do, the latest active one owns the size, and without one it is home', () => {
  fc.assert(
    fc.property(fc.option(size), fc.array(step, { maxLength: 40 }), (home, steps) => {
      const account = createAccount(home);
      let lease = vacant(home);
      for (const it of steps) {
        const before = lease.owner;
        lease = act(lease, it);
        account.act(it);
        assert.deepEqual([lease.owner, sizeOf(lease)], [account.owner(), account.size()], JSON.stringify(steps));
        // A resize never takes the size from another who is here.
        if (it.does === 'resize' && before !== null && before !== it.viewer && lease.owner === it.viewer)
          assert.ok(steps.some(({ does }) => does === 'lose'));
        assert.equal(new Set(lease.claims.map((each) => each.viewer)).size, lease.claims.length);
      }
      for (const name of ['laptop', 'phone', 'tablet', 'editor']) lease = release(lease, name);
      assert.deepEqual(sizeOf(lease), lease.home);
    }),
    { numRuns: 2000 },
  );
});
