/** What outlives a restart, a sleep of the computer and a full disk. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFakeClock, openStalled } from '../../support/stalled.js';
import { folderFor } from '../../support/whole.js';

const working = { state: 'working', lines: ['● one', '✻ Thinking… (1s)'] } as const;

/** One that is stalled when the daemon ends, and the daemon that follows some seconds later. */
async function restarted(t: import('node:test').TestContext, awaySeconds = 100) {
  const path = join(folderFor(t), 'rdv.db');
  const clock = createFakeClock();
  const before = openStalled({ path, clock });
  const id = before.made();
  before.look(id, working);
  await before.pass(400);
  assert.equal(before.events().length, 1);
  before.close();
  clock.stop(awaySeconds);
  const after = openStalled({ path, clock: createFakeClock(clock.now()) });
  t.after(after.close);
  return { after, id };
}

test('one notice an episode, also over a restart: it gets worse as if nothing had been', async (t) => {
  const { after, id } = await restarted(t);
  const [stall] = after.stalls.list('ann');
  assert.deepEqual([stall?.sessionId, stall?.stalledMinutes, stall?.health], [id, 8.3, 'stalled']);
  after.look(id, { ...working, lines: ['● one', '✶ Pondering… (9s)'] });
  await after.pass(3700);
  assert.deepEqual(
    after.told.map(({ kind, stall, at }) => [kind, stall.severity, (at - 5000) / 1000]),
    [
      ['worse', 'warning', 400],
      ['worse', 'error', 1300],
      ['worse', 'critical', 3100],
    ],
  );
  after.look(id, { ...working, lines: ['● two'] });
  assert.deepEqual(
    after.events().map(({ name, params }) => [name, (params.stall as any).id === stall!.id]),
    [
      ['session/stalled', true],
      ['session/recovered', true],
    ],
  );
});

test('progress while the daemon was away ends the episode at the first look', async (t) => {
  const { after, id } = await restarted(t);
  after.look(id, { ...working, lines: ['● two'] });
  assert.deepEqual(
    after.told.map((event) => [event.kind, event.kind === 'over' && event.reason]),
    [['over', 'progress']],
  );
  assert.deepEqual(after.health.get(id), ['ok', null]);
});

test('the episode of a session that was closed meanwhile is over', async (t) => {
  const { after, id } = await restarted(t);
  after.sessions.save({ ...after.sessions.find(id)!, status: 'closed' });
  after.stalls.start();
  assert.deepEqual(
    after.told.map((event) => [event.kind, event.kind === 'over' && event.reason]),
    [['over', 'ended']],
  );
  assert.deepEqual(after.stalls.list('ann'), []);
});

test('users see their own', async (t) => {
  const all = openStalled();
  t.after(all.close);
  for (const userId of ['ann', 'bob']) all.look(all.made({ userId, name: userId }), working);
  await all.pass(10);
  all.look(all.made({ name: 'later' }), working);
  await all.pass(300);
  assert.deepEqual(
    all.stalls.list('ann').map(({ sessionName }) => sessionName),
    ['ann', 'later'],
  );
  assert.deepEqual(
    all.stalls.list('bob').map(({ sessionName }) => sessionName),
    ['bob'],
  );
  assert.equal(all.events('bob').length, 1);
});

for (const [what, happen] of [
  ['the computer slept', (clock) => clock.sleep(3600)],
  ['the clock was put back', (clock) => clock.sleep(-3600)],
  ['the daemon was stopped', (clock) => clock.stop(3600)],
] as readonly [string, (clock: ReturnType<typeof createFakeClock>) => void][]) {
  test(`${what}: nothing is concluded from what was before`, async (t) => {
    const all = openStalled();
    t.after(all.close);
    const [stalled, silent, blocked] = [all.made(), all.made(), all.made()];
    all.look(stalled, working);
    await all.pass(290);
    all.look(silent, working);
    all.look(blocked, { state: 'blocked' });
    await all.pass(110);
    happen(all.clock);
    const from = all.clock.ticks();
    await all.pass(299);
    // The first was told of before, which is over; both have as long again.
    assert.deepEqual(
      all.told.map((event) => [event.kind, event.stall.sessionId === stalled, event.kind === 'over' && event.reason]),
      [
        ['begun', true, false],
        ['over', true, 'reset'],
      ],
    );
    await all.pass(310);
    const begun = all.told.slice(2);
    assert.deepEqual(
      begun.map(({ kind }) => kind),
      ['begun', 'begun'],
    );
    for (const { at } of begun) assert.ok(at - from >= 300_000 && at - from <= 400_000, `${at - from}`);
    assert.ok(all.reminded.every(({ minutes }) => Math.round(minutes) === 10));
  });
}

test('a clock that is corrected by less than half a minute changes nothing', async (t) => {
  const all = openStalled();
  t.after(all.close);
  all.look(all.made(), working);
  await all.pass(290);
  all.clock.sleep(29);
  await all.pass(9);
  assert.deepEqual(all.told, []);
  await all.pass(1);
  assert.equal(all.told.length, 1);
});

test('what could not be written down is told a little later, once', async (t) => {
  const all = openStalled();
  t.after(all.close);
  const id = all.made();
  all.look(id, working);
  await all.pass(299);
  all.failing.next = 2;
  await all.pass(2);
  assert.deepEqual([all.told, all.events(), all.stalls.list('ann')], [[], [], []]);
  await all.pass(60);
  assert.deepEqual(
    all.told.map(({ kind }) => kind),
    ['begun'],
  );
  assert.equal(all.events().length, 1);
});

test('another threshold counts at once: what it frees is over, what it catches is told', async (t) => {
  let threshold = 300;
  const all = openStalled({ thresholdMs: () => threshold * 1000 });
  t.after(all.close);
  all.look(all.made(), working);
  await all.pass(310);
  threshold = 600;
  all.stalls.rejudge();
  assert.deepEqual(
    all.told.map((event) => [event.kind, event.kind === 'over' && event.reason]),
    [
      ['begun', false],
      ['over', 'reset'],
    ],
  );
  threshold = 60;
  all.stalls.rejudge();
  assert.deepEqual(
    all.told.slice(2).map(({ kind }) => kind),
    ['begun'],
  );
});
