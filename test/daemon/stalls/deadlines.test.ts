/** Any number of deadlines, one timer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDeadlines } from '../../../daemon/stalls/deadlines.js';
import { randomFrom } from '../../support/random.js';
import { createFakeClock } from '../../support/stalled.js';

function made() {
  const clock = createFakeClock();
  const from = clock.ticks();
  const due: string[] = [];
  const deadlines = createDeadlines(clock, (names) => {
    for (const name of names) due.push(`${name} ${clock.ticks() - from}`);
  });
  const pass = (until: number) => {
    while (clock.step(from + until));
  };
  return { clock, due, pass, deadlines, set: (name: string, at?: number) => deadlines.set(name, at && from + at) };
}

test('each is called at its time, once, in order; those of one time together', () => {
  const { set, pass, due, clock } = made();
  for (const [name, at] of Object.entries({ c: 30, a: 10, b: 20, d: 30 })) set(name, at);
  assert.equal(clock.running, 1);
  pass(100);
  assert.deepEqual(due.sort(), ['a 10', 'b 20', 'c 30', 'd 30']);
  assert.deepEqual([clock.running, clock.counts.rung], [0, 3]);
});

test('one that is put off, removed or brought forward is called only at its last time', () => {
  const { set, pass, due } = made();
  for (const name of ['off', 'gone', 'forward']) set(name, 10);
  set('off', 50);
  set('gone');
  set('forward', 5);
  pass(100);
  assert.deepEqual(due, ['forward 5', 'off 50']);
});

test('a deadline that is put off again and again costs a timer now and then, not each time', () => {
  const { set, pass, clock } = made();
  for (let at = 0; at < 1000; at++) {
    pass(at);
    set('one', at + 100);
  }
  assert.ok(clock.counts.set <= 12, `${clock.counts.set} timers`);
  assert.equal(clock.running, 1);
});

test('one further away than any timer reaches is waited for in pieces, and nothing is left after the end', () => {
  const { set, pass, due, deadlines, clock } = made();
  set('far', 90 * 86_400_000);
  pass(80 * 86_400_000);
  assert.deepEqual(due, []);
  pass(100 * 86_400_000);
  assert.equal(due.length, 1);
  set('other', 200 * 86_400_000);
  deadlines.close();
  assert.equal(clock.running, 0);
});

test('whatever is set, put off and removed: all are called, none too early, none late', () => {
  const random = randomFrom(11);
  const clock = createFakeClock();
  const wanted = new Map<string, number>();
  let calls = 0;
  const deadlines = createDeadlines(clock, (names) => {
    for (const name of names) {
      calls++;
      assert.equal(wanted.get(name), clock.ticks(), name);
      wanted.delete(name);
    }
  });
  for (let i = 0; i < 20_000; i++) {
    const name = `n${random(60)}`;
    const at = random(10) === 0 ? undefined : clock.ticks() + 1 + random(500);
    if (at === undefined) wanted.delete(name);
    else wanted.set(name, at);
    deadlines.set(name, at);
    if (random(3) === 0) {
      const until = clock.ticks() + random(40);
      while (clock.step(until));
      for (const [late, due] of wanted) assert.ok(due > clock.ticks(), `${late} is late`);
    }
  }
  assert.ok(calls > 1000, `${calls} calls`);
});
