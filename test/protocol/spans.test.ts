/** How long something lasts, in words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lasting, SPELLED, spelled } from '#protocol/spans';

const spans: readonly [seconds: number, short: string, whole: string][] = [
  [0, '0s', '0 seconds'],
  [1, '1s', 'a second'],
  [30, '30s', '30 seconds'],
  [59.9, '59s', '60 seconds'],
  [60, '1m', 'a minute'],
  [90, '1m', 'a minute'],
  [450, '7m', '7 minutes'],
  [5400, '1h', '90 minutes'],
  [7200, '2h', '2 hours'],
  [90_000, '1d', '25 hours'],
  [259_200, '3d', '3 days'],
];

test('a span is told in a unit that fits, seconds below a minute', () => {
  for (const [seconds, short, whole] of spans) {
    assert.deepEqual([lasting(seconds * 1000), spelled(seconds * 1000)], [short, whole]);
    assert.match(whole, new RegExp(`^${SPELLED}$`));
  }
  assert.deepEqual([lasting(-5000), lasting(89_999, Math.round)], ['0s', '2m']);
});
