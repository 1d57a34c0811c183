/** Waiting for a line, for silence, for the end. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Params } from '#protocol';
import { createFakePeer, type Memory, openMemory } from '../../support/memory.js';
import { refused } from '../../support/refused.js';

async function waiting(t: TestContext) {
  const slice: Memory = openMemory();
  t.after(slice.close);
  const { id } = await slice.made();
  const wait = async (wanted: Omit<Params<'session/wait'>, 'id'>, signal?: AbortSignal) => {
    const { elapsedMs, ...found } = await slice.call('session/wait', { id, ...wanted }, signal ? { signal } : {});
    return found;
  };
  return { slice, id, wait, looked: () => slice.backend.hold('capture').reached };
}

test('a line that is already there is found at once, the newest of them', async (t) => {
  const { slice, id, wait } = await waiting(t);
  slice.backend.print(id, 'ready 1\nready 2\nother\n');
  assert.deepEqual(await wait({ until: 'pattern', pattern: '^ready \\d$', timeoutMs: 0 }), {
    reason: 'matched',
    line: 'ready 2',
  });
});

test('a line that comes later ends the wait', async (t) => {
  const { slice, id, wait } = await waiting(t);
  const held = slice.backend.hold('capture');
  const found = wait({ until: 'pattern', pattern: 'Listening on \\d+' });
  await held.reached;
  // Between the look and the wait for output: nothing may be lost there.
  slice.backend.print(id, 'Listening on 3000\n');
  held.release();
  assert.deepEqual(await found, { reason: 'matched', line: 'Listening on 3000' });
});

test('silence is counted from the last output', async (t) => {
  const { slice, id, wait } = await waiting(t);
  const talking = setInterval(() => slice.backend.print(id, '.'), 20);
  t.after(() => clearInterval(talking));
  const started = performance.now();
  setTimeout(() => clearInterval(talking), 200);
  assert.deepEqual(await wait({ until: 'idle', idleMs: 100 }), { reason: 'idle' });
  assert.ok(performance.now() - started >= 280, 'it was not silent yet');
  assert.deepEqual(await wait({ until: 'idle', idleMs: 50, timeoutMs: 0 }), { reason: 'idle' });
});

test('a state its agent is in, or comes into, ends the wait; one of another session does not', async (t) => {
  const { slice, id, wait } = await waiting(t);
  const { id: other } = await slice.made();
  const states = ['blocked', 'idle'] as const;
  const found = wait({ until: 'state', states: [...states] });
  slice.agents.become(id, 'working');
  slice.agents.become(other, 'idle');
  slice.agents.become(id, 'blocked');
  assert.deepEqual(await found, { reason: 'state', state: 'blocked' });
  assert.deepEqual(await wait({ until: 'state', states: ['blocked'], timeoutMs: 0 }), {
    reason: 'state',
    state: 'blocked',
  });
  assert.equal(slice.agents.listeners, 0);
});

test('a wait for a state needs one, and ends with the program', async (t) => {
  const { slice, id, wait } = await waiting(t);
  await assert.rejects(wait({ until: 'state' }), refused('InvalidParams', /Expected `states`/));
  const both = [wait({ until: 'state', states: ['idle'] }), wait({ until: 'state', states: ['exited'] })];
  slice.backend.exit(id, 3);
  assert.deepEqual(await Promise.all(both), [
    { reason: 'exited', exitCode: 3 },
    { reason: 'state', state: 'exited', exitCode: 3 },
  ]);
});

for (const until of ['exit', 'idle', 'pattern'] as const) {
  test(`the end of the program ends a wait for ${until}, with its exit code, also when it was seen before`, async (t) => {
    const { slice, id, wait } = await waiting(t);
    const wanted = { until, pattern: 'never', idleMs: 600_000 };
    const found = wait(wanted);
    slice.backend.exit(id, 3);
    assert.deepEqual(await found, { reason: 'exited', exitCode: 3 });
    assert.deepEqual(await wait({ ...wanted, timeoutMs: 0 }), { reason: 'exited', exitCode: 3 });
    await slice.call('session/close', { id });
    assert.deepEqual(await wait(wanted), { reason: 'exited', exitCode: 3 });
  });
}

test('the last words of a program are matched, not only its end', async (t) => {
  const { slice, id, wait } = await waiting(t);
  slice.backend.print(id, 'last words\n');
  slice.backend.exit(id, 0);
  await slice.look();
  assert.deepEqual(await wait({ until: 'pattern', pattern: 'last' }), { reason: 'matched', line: 'last words' });
});

const late: [Omit<Params<'session/wait'>, 'id'>, RegExp][] = [
  [{ until: 'pattern', pattern: 'x+' }, /^Within 50 ms the pattern x\+ did not appear\.$/],
  [{ until: 'idle', idleMs: 5000 }, /^Within 50 ms the session did not fall silent\.$/],
  [{ until: 'state', states: ['idle', 'done'] }, /^Within 50 ms its agent was not idle or done\.$/],
  [{ until: 'exit' }, /^Within 50 ms the program did not end\.$/],
];
for (const [wanted, words] of late) {
  test(`a wait for ${wanted.until} in vain ends with Timeout, in time`, async (t) => {
    const { wait } = await waiting(t);
    const started = performance.now();
    await assert.rejects(wait({ ...wanted, timeoutMs: 50 }), refused('Timeout', words));
    const took = performance.now() - started;
    assert.ok(took >= 49 && took < 1000, `${took} ms`);
  });
}

for (const until of ['exit', 'idle', 'pattern'] as const) {
  test(`a cancelled wait for ${until} ends at once and listens no more`, async (t) => {
    const { slice, id, wait } = await waiting(t);
    const cancel = new AbortController();
    let leaving = 0;
    const { listen } = slice.places;
    slice.places.listen = (...listening) => {
      const leave = listen(...listening);
      return () => {
        leaving++;
        leave();
      };
    };
    const started = performance.now();
    const found = wait({ until, pattern: 'never', idleMs: 600_000 }, cancel.signal);
    setTimeout(() => cancel.abort(), 20);
    await assert.rejects(found, refused('Cancelled', /cancelled/));
    assert.ok(performance.now() - started < 2000);
    assert.equal(leaving, 1);
    slice.backend.print(id, 'x');
  });
}

for (const until of ['exit', 'idle', 'pattern'] as const) {
  test(`closing the session ends a wait for ${until} with Gone`, async (t) => {
    const { slice, id, wait } = await waiting(t);
    const found = wait({ until, pattern: 'never', idleMs: 600_000 });
    const refusal = assert.rejects(found, refused('Gone', /gone|closed/, 'TMUX_SESSION_GONE'));
    await slice.call('session/close', { id });
    await refusal;
    await assert.rejects(wait({ until, pattern: 'x' }), refused('Gone', /is closed; its window is gone/));
  });
}

test('a window that goes away by itself ends a wait, nothing being known of the exit', async (t) => {
  const { slice, id, wait } = await waiting(t);
  const found = wait({ until: 'exit' });
  slice.backend.vanish(id);
  assert.deepEqual(await found, { reason: 'exited', exitCode: null });
});

test('a wait that needs a pattern says so, and a pattern that is none is refused', async (t) => {
  const { wait } = await waiting(t);
  await assert.rejects(wait({ until: 'pattern' }), refused('InvalidParams', /^Expected `pattern` when waiting until/));
  for (const pattern of ['(', '(?=x)', '\\1', '[z-a]', '((a{100}){100}){100}']) {
    await assert.rejects(
      wait({ until: 'pattern', pattern }),
      refused('InvalidParams', /to be an RE2 expression/),
      pattern,
    );
  }
  await assert.rejects(
    wait({ until: 'pattern', pattern: '(\\pL?){1000}\\d$' }),
    refused('InvalidParams', /a simpler `pattern`/),
  );
});

test('a pattern that would backtrack for ever holds nobody up', async (t) => {
  const { slice, id, wait } = await waiting(t);
  slice.backend.print(id, `${'a'.repeat(5000)}!\n`.repeat(20));
  const started = performance.now();
  await assert.rejects(
    wait({ until: 'pattern', pattern: '^(a+)+$', timeoutMs: 100 }),
    refused('Timeout', /did not appear/),
  );
  assert.ok(performance.now() - started < 3000);
});

test('an expensive pattern on a full screen leaves others their turn and ends soon after its time', async (t) => {
  const { slice, id, wait } = await waiting(t);
  slice.backend.print(id, `${'a'.repeat(200)}\n`.repeat(2000));
  let longest = 0;
  let last = performance.now();
  const ticking = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  t.after(() => clearInterval(ticking));
  const started = performance.now();
  await assert.rejects(
    wait({ until: 'pattern', pattern: '(\\pL?){200}\\d$', timeoutMs: 100 }),
    refused('Timeout', /did not/),
  );
  await sleep(5);
  assert.ok(performance.now() - started < 3000);
  assert.ok(longest < 700, `others waited ${longest} ms`);
});

test('progress is told each second while waiting', async (t) => {
  const { slice, id } = await waiting(t);
  const told: unknown[] = [];
  const { peer } = createFakePeer('ann');
  const asking = { peer, progress: (value: unknown) => void told.push(value) };
  const found = slice.call('session/wait', { id, until: 'exit', timeoutMs: 1200 }, asking);
  await assert.rejects(found, refused('Timeout', /did not end/));
  await sleep(0);
  assert.deepEqual(
    told.map((value) => Math.round((value as { elapsedMs: number }).elapsedMs / 1000)),
    [1],
  );
});
