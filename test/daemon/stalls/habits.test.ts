/** Agents that flap, that wait for people, that die again and again; and how seldom the watch wakes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStalled, story } from '../../support/stalled.js';

test('an agent that flaps is said to, and nothing else is told of it until it is calm', async (t) => {
  const all = openStalled({ threshold: 2 });
  t.after(all.close);
  const id = all.made();
  for (let at = 0; at < 40; at++) {
    all.look(id, { state: at % 2 === 0 ? 'working' : 'idle' });
    await all.pass(at < 6 ? 1 : 5);
  }
  assert.deepEqual(all.health.get(id), ['flapping', 'flapping']);
  assert.deepEqual(story(all), []);
  all.look(id, { state: 'working' });
  await all.pass(70);
  assert.deepEqual(
    story(all).map((line) => line.split(' ')[0]),
    ['begun'],
  );
});

test('an agent that asks and is answered, again and again, does not flap', async (t) => {
  const all = openStalled();
  t.after(all.close);
  const id = all.made();
  for (let at = 0; at < 40; at++) {
    all.look(id, { state: at % 2 === 0 ? 'working' : 'blocked' });
    await all.pass(1);
  }
  assert.deepEqual(all.health.get(id), ['ok', null]);
});

test('what waits for a person is told again after 10 minutes, 30, 90 and so on, and never is a stall', async (t) => {
  const all = openStalled();
  t.after(all.close);
  const id = all.made();
  all.look(id, { state: 'blocked' });
  // A look just before changes nothing, and just after neither.
  for (let at = 0; at < 300; at++) {
    await all.pass(60.5);
    all.look(id, { state: 'blocked' });
  }
  assert.deepEqual(
    all.reminded.map(({ minutes }) => Math.round(minutes)),
    [10, 30, 90, 270],
  );
  all.look(id, { state: 'working' });
  await all.pass(30);
  all.look(id, { state: 'blocked' });
  await all.pass(700);
  assert.deepEqual(all.reminded.map(({ minutes }) => Math.round(minutes)).slice(4), [10]);
  assert.deepEqual(story(all), []);
});

test('what dies three times within 30 s is in a loop, told of once, until it lives', async (t) => {
  const all = openStalled();
  t.after(all.close);
  const id = all.made();
  for (let life = 0; life < 5; life++) {
    all.look(id, { state: 'starting', spawnId: `life ${life}` });
    await all.pass(3);
    // Some end with their window, of others only a shell is left.
    if (life % 2 === 0) all.look(id, { state: 'exited', code: 1, spawnId: `life ${life}` });
    else all.look(id, { state: 'idle', provider: 'shell', spawnId: `shell ${life}` });
    await all.pass(3);
  }
  assert.deepEqual(story(all), ['begun info crash_loop crash_loop 15']);
  all.look(id, { state: 'idle', spawnId: 'the last' });
  assert.deepEqual(all.health.get(id), ['crash_loop', 'crash_loop']);
  await all.pass(30);
  assert.deepEqual(story(all).slice(1), ['over idle 57']);
});

test('one that is ended by a person again and again is in no loop', async (t) => {
  const all = openStalled();
  t.after(all.close);
  const id = all.made();
  for (let life = 0; life < 5; life++) {
    all.look(id, { state: 'idle', spawnId: `life ${life}` });
    await all.pass(2);
    all.look(id, { state: 'exited', code: 0, spawnId: `life ${life}` });
    await all.pass(1);
  }
  assert.deepEqual(story(all), []);
});

test('for agents that are idle no timer is set, and for those that work one for all', async (t) => {
  const all = openStalled();
  t.after(all.close);
  const ids = Array.from({ length: 100 }, () => all.made());
  for (const id of ids) all.look(id, { state: 'idle' });
  assert.deepEqual([all.clock.running, all.clock.counts], [0, { set: 0, rung: 0 }]);
  for (const id of ids) all.look(id, { state: 'working' });
  assert.equal(all.clock.running, 1);
  // Each says something each second for 100 s: nothing is due.
  for (let at = 0; at < 100; at++) {
    for (const id of ids) all.look(id, { state: 'working', lines: [`● ${at}`] });
    await all.pass(1);
  }
  assert.deepEqual([all.clock.running, all.clock.counts.rung, all.counts.samples], [1, 0, 0]);
  for (const id of ids) all.look(id, { state: 'idle' });
  await all.pass(100_000);
  assert.deepEqual([all.clock.running, all.clock.counts.rung], [0, 1]);
});
