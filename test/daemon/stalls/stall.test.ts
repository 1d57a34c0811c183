/** The table of stalls, row by row: what is judged of an agent, and when it is judged again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Facts, judgeStall } from '../../../daemon/stalls/stall.js';

const BEGAN = 1_000_000;

const facts = (some: Partial<Facts> = {}): Facts => ({
  ...{ state: 'working', stateAt: BEGAN, progressAt: BEGAN, movedAt: BEGAN, toolOpen: false, childAlive: false },
  ...{ flips: [], deaths: [] },
  ...some,
});

/** So many seconds after it began. A spinner that turns has just done so. */
function judged(some: Partial<Facts>, seconds: number, { spins = false, threshold = 300 } = {}) {
  const now = BEGAN + seconds * 1000;
  const { health, cause, nextAt } = judgeStall(
    facts({ ...some, ...(spins && { movedAt: now - 100 }) }),
    { thresholdMs: threshold * 1000 },
    now,
  );
  return [health, cause, nextAt === undefined ? undefined : (nextAt - BEGAN) / 1000];
}

const rows: readonly (readonly [what: string, Partial<Facts>, cause: string, times: readonly number[]])[] = [
  ['starting, no sign of ready', { state: 'starting' }, 'startup', [30, 90, 150]],
  ['working, no progress, no tool open', {}, 'no_progress', [120, 300, 1800]],
  ['working, nobody looked at its processes', { childAlive: undefined }, 'no_progress', [120, 300, 1800]],
  ['working inside a tool', { toolOpen: true }, 'long_tool', [300, 600, 3600]],
  ['working with a live child', { childAlive: true }, 'long_tool', [300, 600, 3600]],
];

for (const [what, some, cause, [warn, stalled, hung]] of rows as [string, Partial<Facts>, string, number[]][]) {
  test(`${what}: slow, stalled and hung at ${warn}, ${stalled} and ${hung} s`, () => {
    assert.deepEqual(judged(some, 0), ['ok', null, warn]);
    assert.deepEqual(judged(some, warn! - 0.001), ['ok', null, warn]);
    assert.deepEqual(judged(some, warn!), ['slow', cause, stalled]);
    assert.deepEqual(judged(some, stalled! - 0.001), ['slow', cause, stalled]);
    assert.deepEqual(judged(some, stalled!), ['stalled', cause, hung]);
    assert.deepEqual(judged(some, hung! - 0.001), ['stalled', cause, hung]);
    assert.deepEqual(judged(some, hung!), ['hung', cause, undefined]);
    assert.deepEqual(judged(some, 1e6), ['hung', cause, undefined]);
  });
}

test('a spinner that moves while nothing else does: slow, stalled and hung at 300, 600 and 1800 s', () => {
  assert.deepEqual(judged({}, 299, { spins: true }), ['ok', null, 300]);
  // Should it stand still from now on, the other row counts.
  assert.deepEqual(judged({}, 300, { spins: true }), ['slow', 'frozen_spinner', 314.9]);
  assert.deepEqual(judged({}, 600, { spins: true }), ['stalled', 'frozen_spinner', 614.9]);
  assert.deepEqual(judged({}, 1800, { spins: true }), ['hung', 'frozen_spinner', 1814.9]);
});

test('a spinner that stands still is one no more after 15 s, and counts for as long as nothing came of it', () => {
  const spun = { movedAt: BEGAN + 400_000 };
  assert.deepEqual(judged(spun, 414.9), ['slow', 'frozen_spinner', 415]);
  assert.deepEqual(judged(spun, 415), ['stalled', 'no_progress', 1800]);
});

test('inside a tool a spinner that moves is not what counts', () => {
  assert.deepEqual(judged({ toolOpen: true }, 600, { spins: true }), ['stalled', 'long_tool', 3600]);
});

test('whoever waits for a person, for a provider or for work is never stalled', () => {
  for (const state of ['blocked', 'idle', 'done', 'limited', 'auth_failed', 'exited'] as const) {
    assert.deepEqual(judged({ state }, 1e6), ['ok', null, undefined], state);
  }
  assert.deepEqual(judged({ state: 'unknown' }, 1e6), ['unknown', null, undefined]);
});

test('the threshold of silent work is an orchestrator’s, and the rest of its row keeps its proportion', () => {
  for (const [threshold, warn, hung] of [
    [60, 24, 360],
    [10, 4, 60],
    [7, 2.8, 42],
    [600, 240, 3600],
  ] as const) {
    assert.deepEqual(judged({}, 0, { threshold }), ['ok', null, warn]);
    assert.deepEqual(judged({}, warn, { threshold }), ['slow', 'no_progress', threshold]);
    assert.deepEqual(judged({}, threshold, { threshold }), ['stalled', 'no_progress', hung]);
    assert.deepEqual(judged({}, hung, { threshold }), ['hung', 'no_progress', undefined]);
  }
});

test('whoever wants to hear of silent work late hears of no other work before, nor sooner than the table says', () => {
  assert.deepEqual(judged({ toolOpen: true }, 1799, { threshold: 1800 }), ['slow', 'long_tool', 1800]);
  assert.deepEqual(judged({}, 1799, { threshold: 1800, spins: true })[0], 'slow');
  assert.deepEqual(judged({ toolOpen: true }, 599, { threshold: 10 }), ['slow', 'long_tool', 600]);
  assert.deepEqual(judged({ state: 'starting' }, 90, { threshold: 1800 })[0], 'stalled');
});

test('more than three flips within 60 s are flapping, for as long as they are that many', () => {
  const flips = (...seconds: number[]) => ({ flips: seconds.map((second) => BEGAN + second * 1000) });
  assert.deepEqual(judged(flips(1, 2, 3), 4)[0], 'ok');
  assert.deepEqual(judged(flips(1, 2, 3, 50), 50), ['flapping', 'flapping', 61]);
  assert.deepEqual(judged(flips(1, 2, 3, 50), 60.999)[0], 'flapping');
  assert.deepEqual(judged(flips(1, 2, 3, 50), 61)[0], 'ok');
  assert.deepEqual(judged(flips(1, 2, 3, 62), 62)[0], 'ok');
});

test('three deaths within 30 s are a crash loop, until one lives for 30 s', () => {
  const deaths = (...seconds: number[]) => ({ deaths: seconds.map((second) => BEGAN + second * 1000) });
  assert.deepEqual(judged({ ...deaths(1, 2), state: 'exited' }, 3)[0], 'ok');
  assert.deepEqual(judged({ ...deaths(1, 2, 31), state: 'exited' }, 1e5), ['crash_loop', 'crash_loop', undefined]);
  assert.deepEqual(judged({ ...deaths(1, 2, 32), state: 'exited' }, 33)[0], 'ok');
  assert.deepEqual(judged({ ...deaths(1, 2, 30), state: 'idle' }, 59.9), ['crash_loop', 'crash_loop', 60]);
  assert.deepEqual(judged({ ...deaths(1, 2, 30), state: 'idle' }, 60)[0], 'ok');
});

test('whatever is known, it is judged again only later than now', () => {
  for (let i = 0; i < 20_000; i++) {
    const threshold = 1 + (i % 977);
    const seconds = (i * 7919) % 4000;
    const next = judged({ toolOpen: i % 5 === 0 }, seconds, { threshold, spins: i % 3 === 0 })[2];
    assert.ok(next === undefined || (next as number) > seconds, `${threshold} ${seconds} ${next}`);
  }
});
