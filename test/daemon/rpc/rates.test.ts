/** Rates: how often a token may call, by category. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RpcError } from '#protocol';
import { createRates, type RateTable } from '../../../daemon/rpc/rates.js';
import { identityOf } from '../../support/identity.js';
import { onFloor } from './floor.js';

const none = { perSecond: 0, burst: 0 };
const table: RateTable = {
  auth: none,
  read: { perSecond: 10, burst: 20 },
  write: { perSecond: 1, burst: 2 },
  terminal: none,
  inject: { perSecond: 20 / 60, burst: 1 },
};

function open() {
  const clock = { ms: 0 };
  const rates = createRates(table, () => clock.ms);
  /** How many of so many calls are served. */
  const served = (token: string, category: keyof RateTable, calls: number) => {
    let count = 0;
    for (let i = 0; i < calls; i++) {
      try {
        rates.take(token, category);
        count++;
      } catch (error) {
        assert.ok(error instanceof RpcError && error.kind === 'RateLimited');
      }
    }
    return count;
  };
  return { clock, rates, served };
}

test('the burst is served at once, then as much as trickles in, and never more than the burst is saved up', () => {
  const { clock, served } = open();
  assert.equal(served('a', 'read', 100), 20);
  clock.ms += 500;
  assert.equal(served('a', 'read', 100), 5);
  clock.ms += 3_600_000;
  assert.equal(served('a', 'read', 100), 20);
});

test('tokens and categories do not use up what is another one’s', () => {
  const { served } = open();
  assert.equal(served('a', 'read', 100), 20);
  assert.equal(served('b', 'read', 100), 20);
  assert.equal(served('a', 'write', 100), 2);
});

test('a category without a rate is not limited', () => {
  const { served } = open();
  assert.equal(served('a', 'terminal', 10_000), 10_000);
});

test('a refusal says after how long one more call is served, and that is true', () => {
  const { clock, rates, served } = open();
  served('a', 'inject', 5);
  const refusal = (() => {
    try {
      rates.take('a', 'inject');
    } catch (error) {
      return error as RpcError;
    }
  })()!;
  assert.match(
    refusal.message,
    /^Too many inject calls with this token: 20 a minute are served\. Try again in 3000 ms\.$/,
  );
  assert.equal(refusal.data.retryAfterMs, 3000);
  assert.deepEqual(refusal.data.details, { category: 'inject', limit: 20 });
  clock.ms += 2999;
  assert.equal(served('a', 'inject', 1), 0);
  clock.ms += 1;
  assert.equal(served('a', 'inject', 1), 1);
});

test('other rates hold from the next call on', () => {
  const { rates, served } = open();
  rates.change({ ...table, read: { perSecond: 1, burst: 3 } });
  assert.equal(served('a', 'read', 100), 3);
});

test('ten thousand tokens do not pile up, and none of them gets more for it', () => {
  const { clock, served } = open();
  for (let i = 0; i < 10_000; i++) {
    assert.equal(served(`t${i}`, 'write', 3), 2);
    clock.ms += 10;
  }
  assert.equal(served('t9999', 'write', 1), 0);
});

test(
  'over the wire a refusal carries retryAfterMs, another token is served, and the connection goes on',
  onFloor(
    {
      rates: createRates({ ...table, read: { perSecond: 0.001, burst: 2 } }),
      login: ({ user }) => identityOf(user ?? 'ann'),
    },
    async ({ connectAs }) => {
      const [ann, bob] = [await connectAs('ann'), await connectAs('bob')];
      const answers = [];
      for (let i = 0; i < 3; i++) answers.push(await ann.call('daemon/ping'));
      assert.deepEqual(
        answers.map(({ error }) => error?.code),
        [undefined, undefined, 2429],
      );
      assert.equal(answers[2]!.error.data.code, 'RateLimited');
      assert.ok(answers[2]!.error.data.retryAfterMs > 900_000);
      assert.equal((await bob.call('daemon/ping')).error, undefined);
      assert.equal((await ann.call('daemon/stop', {})).error?.code, -32603, 'writes have a rate of their own');
    },
  ),
);

test('a method with a rate of its own is counted for each user, and may be called as often as a minute allows at once', () => {
  const { clock, rates } = open();
  const served = (user: string, method: string, calls: number) => {
    let count = 0;
    for (let i = 0; i < calls; i++) {
      try {
        rates.takeOwn(user, method, 10);
        count++;
      } catch (error) {
        assert.ok(error instanceof RpcError && error.kind === 'RateLimited');
        assert.match(error.message, /^Too many calls of orchestrator\/create for this user: 10 a minute are served\./);
        assert.deepEqual(error.data.details, { method: 'orchestrator/create', limit: 10 });
      }
    }
    return count;
  };
  assert.equal(served('ann', 'orchestrator/create', 30), 10);
  assert.equal(served('bob', 'orchestrator/create', 3), 3);
  assert.equal(served('ann', 'orchestrator/list', 3), 3);
  clock.ms += 12_000;
  assert.equal(served('ann', 'orchestrator/create', 30), 2);
});

test(
  'over the wire a method that says so is served so often a minute for a user, whichever token is used',
  onFloor(
    { rates: createRates({ ...table, read: none }), login: ({ user }) => identityOf(user ?? 'ann') },
    async ({ connectAs }) => {
      const [ann, again, bob] = [await connectAs('ann'), await connectAs('ann'), await connectAs('bob')];
      const limited = async (client: typeof ann) =>
        (await client.call('orchestrator/health', {})).error?.data.code === 'RateLimited';
      for (let i = 0; i < 15; i++) assert.deepEqual([await limited(ann), await limited(again)], [false, false]);
      assert.deepEqual([await limited(ann), await limited(again), await limited(bob)], [true, true, false]);
    },
  ),
);

test(
  "users for whom one service token acts do not use up what is another's",
  onFloor(
    {
      rates: createRates({ ...table, read: { perSecond: 0.001, burst: 2 } }),
      login: ({ user }) => ({ ...identityOf(user ?? ''), tokenId: 'svc', kind: 'svc' }),
    },
    async ({ connectAs }) => {
      const [ann, bob] = [await connectAs('ann'), await connectAs('bob')];
      const served = async (client: typeof ann) => (await client.call('daemon/ping')).error === undefined;
      assert.deepEqual([await served(ann), await served(ann), await served(ann)], [true, true, false]);
      assert.equal(await served(bob), true);
      assert.equal(await served(await connectAs('ann')), false, 'another connection is no other user');
    },
  ),
);
