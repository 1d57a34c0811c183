/** One notice an episode, ended by progress: what the watch tells, and how seldom it wakes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStalled, story } from '../../support/stalled.js';

test('an agent that shows nothing is told of once, gets worse with time, and is over with progress', async (t) => {
  const all = openStalled();
  t.after(all.close);
  const id = all.made({ name: 'api' });
  all.look(id, { state: 'working', lines: ['● one'] });
  await all.pass(120);
  assert.deepEqual(all.health.get(id), ['slow', 'no_progress']);
  await all.pass(7200);
  assert.deepEqual(all.health.get(id), ['hung', 'no_progress']);
  all.look(id, { state: 'working', lines: ['● one', '● two'] });
  assert.deepEqual(all.health.get(id), ['ok', null]);
  assert.deepEqual(story(all), [
    'begun info stalled no_progress 300',
    'worse warning stalled no_progress 900',
    'worse error hung no_progress 1800',
    'worse critical hung no_progress 3600',
    'over progress 7320',
  ]);
  const events = all.events();
  assert.deepEqual(
    events.map(({ name, params }) => [name, params.sessionId, (params.stall as any).stalledMinutes, params.reason]),
    [
      ['session/stalled', id, 5, undefined],
      ['session/recovered', id, 122, 'progress'],
    ],
  );
  const { id: episode, ...stall } = events[0]!.params.stall as any;
  assert.match(episode, /^[0-9a-f-]{36}$/);
  assert.deepEqual(stall, {
    ...{ sessionId: id, sessionName: 'api', tmuxSessionName: `rdv-${id}`, folderId: null, state: 'working' },
    ...{ health: 'stalled', cause: 'no_progress', severity: 'info', confidence: 0.7, stalledMinutes: 5 },
    ...{ lastActivityAt: Date.UTC(2026, 0, 1), startedAt: Date.UTC(2026, 0, 1, 0, 5) },
  });
  // Armed again.
  await all.pass(300);
  assert.equal(story(all).at(-1), 'begun info stalled no_progress 7620');
});

test('it is over for what an agent then does: waits for a person, is idle, ends; or is closed', async (t) => {
  const all = openStalled();
  t.after(all.close);
  for (const [state, reason] of [
    ['blocked', 'blocked'],
    ['idle', 'idle'],
    ['limited', 'blocked'],
    ['exited', 'ended'],
    [undefined, 'ended'],
  ] as const) {
    const id = all.made();
    all.look(id, { state: 'working' });
    await all.pass(300);
    assert.equal(all.told.at(-1)?.kind, 'begun');
    assert.equal(all.stalls.list('ann').length, 1);
    if (state) all.look(id, { state, ...(state === 'exited' && { code: 0 }) });
    else all.stalls.ended(id);
    const last = all.told.at(-1)!;
    assert.deepEqual([last.kind, last.kind === 'over' && last.reason], ['over', reason]);
    assert.deepEqual(all.stalls.list('ann'), []);
  }
});

test('what nobody can read ends nothing, and begins nothing', async (t) => {
  const all = openStalled();
  t.after(all.close);
  const [id, other] = [all.made(), all.made()];
  all.look(id, { state: 'working' });
  all.look(other, { state: 'working' });
  await all.pass(100);
  all.look(other, { state: 'unknown' });
  await all.pass(200);
  all.look(id, { state: 'unknown' });
  await all.pass(4000);
  assert.deepEqual(
    all.told.map(({ kind, stall }) => [kind, stall.sessionId === id]),
    [
      ['begun', true],
      ['worse', true],
      ['worse', true],
      ['worse', true],
    ],
  );
  all.look(id, { state: 'working' });
  assert.equal(all.stalls.list('ann').length, 1);
});

test('shells, orchestrators’ own sessions and closed ones are not watched', async (t) => {
  const all = openStalled();
  t.after(all.close);
  const [shell, own, closed] = [all.made(), all.made({ isOrchestratorSession: true }), all.made({ status: 'closed' })];
  all.look(shell, { state: 'working', provider: 'shell' });
  for (const id of [own, closed]) all.look(id, { state: 'working' });
  await all.pass(100_000);
  assert.deepEqual(all.told, []);
  assert.equal(all.clock.counts.set, 0);
});

test('a look at the processes just before: one that is busy, or begins or ends one, gets somewhere', async (t) => {
  const all = openStalled();
  t.after(all.close);
  const [busy, lazy, begins] = [all.made(), all.made(), all.made()];
  const tree = (cpuMs: number, children: number[] = []) => [
    { pid: 10, parent: 1, name: 'claude', ageMs: 1e6, cpuMs },
    ...children.map((pid) => ({ pid, parent: 10, name: 'make', ageMs: 1, cpuMs: 0 })),
  ];
  for (const id of [busy, lazy, begins]) all.look(id, { state: 'working' });
  for (let seconds = 0; seconds < 700; seconds += 5) {
    all.processes.set(busy, () => tree(seconds * 60));
    all.processes.set(lazy, () => tree(seconds * 40));
    all.processes.set(begins, () => tree(0, seconds < 250 ? [] : [seconds]));
    await all.pass(5);
  }
  assert.deepEqual(
    all.told.map(({ kind, stall, at }) => [kind, stall.sessionId === lazy, stall.confidence, at - 5000]),
    [['begun', true, 0.9, 300_000]],
  );
  assert.deepEqual(all.health.get(lazy), ['stalled', 'no_progress']);
});

test('while a spinner turns, what its drawing costs is no work; what its tools use is', async (t) => {
  const all = openStalled();
  t.after(all.close);
  const [alone, tool] = [all.made(), all.made()];
  for (let seconds = 0; seconds <= 1300; seconds += 5) {
    const agent = { pid: 10, parent: 1, name: 'claude', ageMs: 1e6 + seconds * 1000, cpuMs: seconds * 100 };
    all.processes.set(alone, () => [agent]);
    all.processes.set(tool, () => [
      agent,
      { pid: 11, parent: 10, name: 'cc', ageMs: seconds * 1000 - 1, cpuMs: seconds * 500 },
    ]);
    const lines = [`✻ Thinking… (${seconds}s · esc to interrupt)`];
    for (const id of [alone, tool]) all.look(id, { state: 'working', lines });
    await all.pass(5);
  }
  assert.deepEqual(
    all.told.map(({ kind, stall, at }) => [kind, stall.sessionId === alone, stall.cause, at - 5000]),
    [
      ['begun', true, 'frozen_spinner', 600_000],
      ['worse', true, 'frozen_spinner', 900_000],
    ],
  );
});

test('a program that draws itself again in another size gets nowhere by it', async (t) => {
  const all = openStalled();
  t.after(all.close);
  const id = all.made();
  all.look(id, { state: 'working', lines: ['● a long line that is not cut'] });
  await all.pass(100);
  all.look(id, { state: 'working', lines: ['● a long line that is not cut'], cols: 20 });
  await all.pass(1);
  all.look(id, { state: 'working', lines: ['● a long line', 'that is cut'], cols: 20 });
  await all.pass(500);
  assert.deepEqual(story(all), ['begun info stalled no_progress 300']);
});

test('a spinner that nobody knows gets nowhere once its pictures come again', async (t) => {
  const all = openStalled();
  t.after(all.close);
  const id = all.made();
  for (let at = 0; at <= 130; at++) {
    all.look(id, { state: 'working', lines: [`working ${'abcdef'[at % 6]}`] });
    await all.pass(5);
  }
  // The last of its pictures was new after 25 s.
  assert.deepEqual(story(all), ['begun info stalled frozen_spinner 625']);
});

test('what a hook tells is progress, though no screen shows it', async (t) => {
  const all = openStalled();
  t.after(all.close);
  const id = all.made();
  all.look(id, { state: 'working' });
  await all.pass(200);
  all.stalls.heard({ sessionId: id, event: 'toolEnd' });
  await all.pass(200);
  all.look(id, { state: 'working', toolOpen: true });
  await all.pass(599);
  for (const event of ['heartbeat', 'idle'] as const) all.stalls.heard({ sessionId: id, event });
  all.stalls.heard({ sessionId: 'nobody', event: 'toolStart' });
  assert.deepEqual(story(all), []);
  await all.pass(1);
  assert.deepEqual(story(all), ['begun info stalled long_tool 1000']);
  all.stalls.heard({ sessionId: id, event: 'toolStart' });
  assert.deepEqual(story(all).at(-1), 'over progress 1000');
});

test('an agent that writes into its transcript gets somewhere, when it last did so', async (t) => {
  const all = openStalled();
  t.after(all.close);
  const id = all.made();
  all.look(id, { state: 'working' });
  all.stalls.heard({ sessionId: id, event: 'heartbeat', transcriptPath: '/transcript' });
  await all.pass(50);
  all.written.set('/transcript', all.clock.now());
  await all.pass(299);
  assert.deepEqual(story(all), []);
  await all.pass(1);
  assert.deepEqual(story(all), ['begun info stalled no_progress 350']);
});
