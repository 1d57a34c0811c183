/** Rounds of the clean-up: when they come, that they never overlap, and what becomes of a job that fails. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { methods, RpcError } from '#protocol';
import { type Cleaned, createCleanup } from '../../../daemon/cleanup/cleanup.js';
import { cleanupHandlers } from '../../../daemon/cleanup/handlers.js';
import { createLock } from '../../../daemon/rpc/locks.js';
import type { AnyHandler } from '../../../daemon/rpc/serve.js';
import { identityOf } from '../../support/identity.js';
import { createFakePeer } from '../../support/memory.js';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Two jobs that end at once, or when they are told to and, unless they are stubborn, by the signal; times are those of the test's clock. */
function opened(t: TestContext, { waits = false, stubborn = false } = {}) {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 1_000_000 });
  const clock = { behind: 0 };
  const log: Record<string, unknown>[] = [];
  const begun: string[] = [];
  const doing: { name: string; end(how: Cleaned | Error): void }[] = [];
  const job = (name: string, deleted: number) => ({
    name,
    run(now: number, signal: AbortSignal): Promise<Cleaned> {
      begun.push(`${name} ${now}`);
      if (!waits) return Promise.resolve({ deleted, failed: [] });
      return new Promise((resolve, reject) => {
        const end = (how: Cleaned | Error) => (how instanceof Error ? reject(how) : resolve(how));
        doing.push({ name, end });
        if (!stubborn) signal.addEventListener('abort', () => end(signal.reason));
        if (signal.aborted) end(signal.reason);
      });
    },
  });
  const cleanup = createCleanup({
    jobs: {
      trash: job('trash', 3),
      recoveries: job('recovery refs', 2),
      insights: { name: 'insights', run: async () => ({ deleted: 4, failed: [] }) },
      audit: { name: 'audit', run: async () => ({ deleted: 1, failed: [] }) },
      messages: { name: 'messages', run: async () => ({ deleted: 4, failed: [] }) },
      notifications: { name: 'notifications', run: async () => ({ deleted: 5, failed: [] }) },
      receipts: { name: 'receipts', run: async () => ({ deleted: 6, failed: [] }) },
      stalls: { name: 'stalls', run: async () => ({ deleted: 7, failed: [] }) },
      transitions: { name: 'transitions', run: async () => ({ deleted: 8, failed: [] }) },
    },
    intervalMs: () => 24 * HOUR,
    lock: createLock(),
    now: () => Date.now() - clock.behind,
    log: (line) => void log.push(line),
  });
  const { peer } = createFakePeer('ann');
  const run = async (signal = new AbortController().signal) => {
    const result = await (cleanupHandlers({ cleanup })['cleanup/run'] as AnyHandler)(
      {},
      { user: 'ann', identity: identityOf('ann'), peer, signal, progress: () => {} },
    );
    return methods['cleanup/run'].result.parse(result);
  };
  /** Lets everything that is ready have its turn. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { cleanup, clock, run, log, begun, doing, settle, tick: t.mock.timers.tick.bind(t.mock.timers) };
}

test('a round asked for deletes what has expired, and tells and logs how much', async (t) => {
  const { run, log, begun } = opened(t);
  const { ms, ...outcome } = await run();
  const agents = { receiptsDeleted: 6, stallsDeleted: 7, transitionsDeleted: 8 };
  const kept = { insightsDeleted: 4, messagesDeleted: 4, notificationsDeleted: 5, ...agents };
  assert.deepEqual(outcome, { trashDeleted: 3, recoveriesDeleted: 2, auditDeleted: 1, ...kept, failed: [] });
  assert.deepEqual(begun, ['trash 1000000', 'recovery refs 1000000']);
  const rows = { messages: 4, notifications: 5, receipts: 6, stalls: 7, transitions: 8 };
  const deleted = { trash: 3, recoveries: 2, insights: 4, audit: 1, ...rows };
  assert.deepEqual(log, [{ level: 'info', message: 'cleaned up', deleted, failed: [], ms }]);
});

test('the first round comes a minute after the start, the others an interval after the last, also one asked for', async (t) => {
  const { cleanup, run, begun, tick, settle } = opened(t);
  t.after(() => cleanup.close());
  cleanup.start();
  const rounds = async (ms: number) => {
    tick(ms);
    await settle();
    return begun.length / 2;
  };
  assert.equal(await rounds(MINUTE - 1), 0);
  assert.equal(await rounds(1), 1);
  assert.equal(await rounds(24 * HOUR - 1), 1);
  assert.equal(await rounds(1), 2);
  await rounds(10 * HOUR);
  await run();
  assert.equal(await rounds(23 * HOUR), 3);
  assert.equal(await rounds(HOUR), 4);
});

test('a clock that is put back does not put off the next round for as long', async (t) => {
  const { cleanup, clock, begun, tick, settle } = opened(t);
  t.after(() => cleanup.close());
  cleanup.start();
  tick(MINUTE);
  await settle();
  clock.behind = 100 * HOUR;
  tick(MINUTE);
  await settle();
  assert.equal(begun.length, 4);
});

test('rounds never overlap: one asked for meanwhile has its turn after, and the clock begins none meanwhile', async (t) => {
  const { cleanup, run, begun, doing, tick, settle } = opened(t, { waits: true });
  t.after(() => cleanup.close());
  cleanup.start();
  const rounds = [run(), run()];
  await settle();
  tick(48 * HOUR);
  await settle();
  for (const job of ['trash', 'recovery refs', 'trash', 'recovery refs']) {
    assert.deepEqual(
      doing.map(({ name }) => name),
      [job],
    );
    doing.pop()!.end({ deleted: 1, failed: [] });
    await settle();
  }
  assert.deepEqual(doing, []);
  assert.equal((await Promise.all(rounds)).length, 2);
  assert.deepEqual(
    begun.map((line) => line.split(' ').at(-1)),
    [1_000_000, 1_000_000, 1_000_000 + 48 * HOUR, 1_000_000 + 48 * HOUR].map(String),
  );
});

test('a job that fails is told, logged, and does not keep the others from theirs', async (t) => {
  const failures: [Error, string][] = [
    [new RpcError('Unavailable', 'git does not answer.'), 'git does not answer.'],
    [new TypeError('x is undefined'), 'Internal error; see the daemon log.'],
  ];
  const { run, log, doing, settle } = opened(t, { waits: true });
  for (const [error, reason] of failures) {
    const outcome = run();
    await settle();
    doing.pop()!.end(error);
    await settle();
    const part = { what: '/src/app', reason: 'It is locked.' };
    doing.pop()!.end({ deleted: 1, failed: [part] });
    const { trashDeleted, recoveriesDeleted, failed } = await outcome;
    assert.deepEqual([trashDeleted, recoveriesDeleted], [0, 1]);
    assert.deepEqual(failed, [{ what: 'trash', reason }, part]);
    assert.deepEqual([log.at(-1)?.level, log.at(-1)?.failed], ['warn', failed]);
  }
  const bugs = log.filter(({ level }) => level === 'error');
  assert.deepEqual(
    bugs.map(({ job, stack }) => [job, String(stack).split('\n')[0]]),
    [['trash', 'TypeError: x is undefined']],
  );
});

test('the end of the daemon ends the round under way at once, and those that wait for their turn', async (t) => {
  const { cleanup, run, begun, settle } = opened(t, { waits: true });
  const rounds = [run(), run()];
  await settle();
  await cleanup.close();
  const [first, second] = await Promise.all(rounds);
  assert.deepEqual(first?.failed, [
    { what: 'trash', reason: 'It was stopped.' },
    { what: 'recovery refs', reason: 'It was stopped before its turn.' },
    { what: 'insights', reason: 'It was stopped before its turn.' },
    { what: 'audit', reason: 'It was stopped before its turn.' },
    { what: 'messages', reason: 'It was stopped before its turn.' },
    { what: 'notifications', reason: 'It was stopped before its turn.' },
    ...['receipts', 'stalls', 'transitions'].map((what) => ({ what, reason: 'It was stopped before its turn.' })),
  ]);
  assert.deepEqual(second?.failed.length, 9);
  assert.equal(begun.length, 1);
  await cleanup.close();
});

test('a caller who gives up ends the round they asked for, and no other', async (t) => {
  const { cleanup, run, doing, settle } = opened(t, { waits: true });
  const [mine, waiting] = [new AbortController(), new AbortController()];
  const [first, second, third] = [run(mine.signal), run(waiting.signal), run()];
  await settle();
  waiting.abort();
  await assert.rejects(second, /Cancelled/);
  mine.abort();
  assert.equal((await first).failed.length, 9);
  await settle();
  assert.deepEqual(
    doing.map(({ name }) => name),
    ['trash', 'trash'],
  );
  doing.at(-1)!.end({ deleted: 7, failed: [] });
  await settle();
  doing.at(-1)!.end({ deleted: 8, failed: [] });
  const { trashDeleted, recoveriesDeleted } = await third;
  assert.deepEqual([trashDeleted, recoveriesDeleted], [7, 8]);
  await cleanup.close();
});

test('the end of the daemon waits for what a job has to finish', async (t) => {
  const { cleanup, run, doing, settle } = opened(t, { waits: true, stubborn: true });
  const round = run();
  await settle();
  const order: string[] = [];
  const closed = cleanup.close().then(() => order.push('closed'));
  await settle();
  order.push('finished');
  doing.pop()!.end({ deleted: 4, failed: [] });
  await closed;
  assert.deepEqual(order, ['finished', 'closed']);
  assert.equal((await round).trashDeleted, 4);
});
