/** Expressions of callers: bounded, and never in the way of others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePattern, type Match, matchesIn } from '../../../daemon/sessions/pattern.js';

async function all(lines: readonly string[], pattern: string, over: () => boolean): Promise<Match[]> {
  const found: Match[] = [];
  for await (const match of matchesIn(lines, compilePattern(pattern), over)) found.push(match);
  return found;
}

test('lines are found newest first, with the place of the match', async () => {
  assert.deepEqual(await all(['a1', 'b', 'xa2'], 'a\\d', () => false), [
    { index: 2, text: 'xa2', start: 1, end: 3 },
    { index: 0, text: 'a1', start: 0, end: 2 },
  ]);
});

test('others get their turn during a long search, and it ends when its time is over', async () => {
  const lines = Array.from({ length: 200_000 }, (_, i) => `${'x'.repeat(200)}${i === 0 ? 'y' : ''}`);
  let turns = 0;
  const ticking = setInterval(() => turns++, 1);
  const found = await all(lines, 'y$', () => false);
  clearInterval(ticking);
  assert.equal(found.length, 1);
  assert.ok(turns > 1, `others had ${turns} turns`);
  let asked = 0;
  assert.deepEqual(await all(lines, 'y$', () => ++asked === 2), []);
  assert.equal(asked, 2);
});

test('of a line so much is looked at that none takes long', async () => {
  const found = await all([`${'x'.repeat(20_000)}y`], 'y', () => false);
  assert.deepEqual(found, []);
});
