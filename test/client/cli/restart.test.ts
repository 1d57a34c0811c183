/** `rdv daemon restart`: no session is lost, no call fails, and whoever is attached goes on typing. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { callThrough, connect, createShared } from '#client';
import { type Attaching, openAttaching } from './attaching.js';
import { rdv } from './program.js';

const RESTARTS = Number(process.env.RDV_SOAK_RESTARTS ?? 2);

let place: Attaching;
before(async () => {
  place = await openAttaching();
});
after(async () => {
  await place.run('daemon', 'stop');
  await place.close();
});

const restart = async () => {
  const { code, stdout, stderr } = await place.run('daemon', 'restart', '--json');
  assert.deepEqual([code, stderr], [0, '']);
  return JSON.parse(stdout) as { from: { pid: number }; to: { pid: number }; awayMs: number };
};

/** Does it again and again until `stop`, and tells how often and how long the longest took. */
function repeat(t: TestContext, what: (n: number) => Promise<unknown>) {
  let going = true;
  t.after(() => {
    going = false;
  });
  const over = (async () => {
    let longestMs = 0;
    let times = 0;
    while (going) {
      const since = performance.now();
      await what(times++);
      longestMs = Math.max(longestMs, performance.now() - since);
    }
    return { times, longestMs: Math.round(longestMs) };
  })();
  // Looked at in the end.
  over.catch(() => {});
  return () => {
    going = false;
    return over;
  };
}

test('calls in a loop, new connections in a loop and commands in a loop do not fail over restarts', async (t) => {
  const { daemon } = place;
  const open = () => connect({ socketPath: daemon.socket, token: daemon.token });
  const shared = createShared(open);
  t.after(() => shared.close());
  const call = (method: 'session/list' | 'daemon/ping') => callThrough(() => shared.client(), method, {});
  const made = await callThrough(() => shared.client(), 'session/create', { command: ['cat'] });
  let name = '';
  const loops = {
    reads: repeat(t, () => call('session/list')),
    // Each is its own: one that came twice would show.
    writes: repeat(t, async (n) => {
      const given = { id: made.id, name: `n${n}` };
      name = (await callThrough(() => shared.client(), 'session/rename', given)).name;
      assert.equal(name, `n${n}`);
    }),
    commands: repeat(t, async () => {
      const { code, stderr } = await place.run('ls', '--json');
      assert.deepEqual([code, stderr], [0, '']);
    }),
  };
  const away: number[] = [];
  let last = 0;
  for (let round = 0; round < RESTARTS; round++) {
    const { from, to, awayMs } = await restart();
    assert.ok(to.pid !== from.pid && (last === 0 || from.pid === last));
    last = to.pid;
    away.push(awayMs);
  }
  const done = { reads: await loops.reads(), writes: await loops.writes(), commands: await loops.commands() };
  t.diagnostic(`away ${away.join(', ')} ms; ${JSON.stringify(done)}`);
  for (const { longestMs } of Object.values(done)) assert.ok(longestMs < 5000, `${longestMs} ms`);
  const { sessions } = await callThrough(() => shared.client(), 'session/list', {});
  assert.deepEqual(
    sessions.map((session) => [session.id, session.status, session.name]),
    [[made.id, 'active', name]],
  );
});

test('whoever is attached goes on where they were, and every key arrives once', async () => {
  const name = await place.session('exec cat', '');
  const screen = await place.attached(name);
  screen.type('before\r');
  await screen.shows('before\r\nbefore');
  const restarting = restart();
  screen.type('amid\r');
  await restarting;
  screen.type('after\r');
  await screen.shows('after\r\nafter');
  assert.equal((await place.run('screen', name)).stdout.trim(), 'ready\nbefore\nbefore\namid\namid\nafter\nafter');
  screen.type('\x1dd');
  await place.givenBack(screen, `[detached from ${name}]`, 0);
});

test('two restarts at once come one after the other, or as one', async () => {
  const outcomes = await Promise.all([place.run('daemon', 'restart'), place.run('daemon', 'restart')]);
  for (const { code, stderr } of outcomes)
    assert.deepEqual([code, stderr.slice(0, 24)], [0, 'The daemon was restarted']);
  assert.equal((await place.run('daemon', 'ping')).code, 0);
});

test('it says what it did, and starts a daemon where none runs', async () => {
  const { stderr } = await place.run('daemon', 'restart');
  assert.match(stderr, /^The daemon was restarted: pid \d+, now \d+; version \S+\. Nobody was served for \d+ ms\.\n$/);
  await place.run('daemon', 'stop');
  assert.match((await place.run('daemon', 'restart')).stderr, /^The daemon runs: pid \d+/);
});

test('a program that takes no other place is told of, and the daemon serves on', async () => {
  const file = join(place.folder, 'old.cjs');
  writeFileSync(file, 'process.exit(75)');
  // Nobody else takes over either, and that is waited for.
  const { code, stderr } = await rdv(place.daemon.home, ['daemon', 'restart'], { RDV_DAEMON: file });
  assert.deepEqual([code, stderr.match(/No other daemon took over; pid \d+ serves on\./)?.length], [5, 1], stderr);
  assert.equal((await place.run('daemon', 'ping')).code, 0);
});
