/** What waits to be typed: in order, one for each time the agent becomes idle, bounded in number and time, and taken back. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openInjecting } from '../../support/agent/injecting.js';
import { folderFor } from '../../support/whole.js';

type Injecting = ReturnType<typeof openInjecting>;

/** Ends the agent's turn. */
async function turnEnds({ staged }: Injecting): Promise<void> {
  await staged.agents.look('');
  staged.tell({ do: 'idle' });
  await staged.agents.look('');
}

/** Waits for the agent to have got so many prompts, and for the last of them to be confirmed. */
async function submits({ staged, told }: Injecting, count: number): Promise<void> {
  const confirmed = () => new Set(told().flatMap(({ id, state }) => (state === 'turnStarted' ? [id] : []))).size;
  while (staged.submitted.length < count || confirmed() < count) await pause(10);
}

async function working(it: Injecting): Promise<Injecting> {
  it.staged.tell({ do: 'work' });
  await it.staged.agents.look('');
  return it;
}

test('one text is typed each time the agent becomes idle; those in a hurry stand before those with time', async (t) => {
  const it = await working(openInjecting(t));
  for (const [text, mode] of [
    ['queued 1', 'queue'],
    ['queued 2', 'queue'],
    ['soon 1', 'whenIdle'],
    ['soon 2', 'whenIdle'],
  ] as const)
    assert.equal((await it.send(text, { mode })).state, 'queued');
  assert.deepEqual(it.staged.read.length, 0);
  for (let turns = 1; turns <= 4; turns++) {
    await turnEnds(it);
    await submits(it, turns);
  }
  assert.deepEqual(it.staged.submitted, ['soon 1', 'soon 2', 'queued 1', 'queued 2']);
});

test('an idle agent gets at once what would wait; with a draft in its box, when that is gone, by the sweep', async (t) => {
  const it = openInjecting(t, { times: { sweepMs: 50 } });
  await it.staged.agents.look('');
  await it.send('at once', { mode: 'queue' });
  await submits(it, 1);
  assert.deepEqual(it.staged.submitted, ['at once']);
  await turnEnds(it);
  it.staged.tell({ do: 'draft', text: 'mine' });
  await it.staged.agents.look('');
  const waits = await it.send('later', { mode: 'whenIdle' });
  await pause(200);
  assert.equal(it.deps.store.get('ann', waits.id).receipt.state, 'queued');
  await it.staged.backend.type(1, Buffer.from('\x15'));
  await submits(it, 2);
  assert.deepEqual(it.staged.submitted, ['at once', 'later']);
});

test('what waits too long is given up, and what waits for a session that is closed, refused', async (t) => {
  const it = await working(openInjecting(t));
  const short = await it.send('short', { mode: 'queue', ttlMs: 30 });
  const long = await it.send('long', { mode: 'queue' });
  const codeOf = (id: string) => it.deps.store.get('ann', id).receipt.code;
  while (codeOf(short.id) === null) await pause(10);
  assert.deepEqual([codeOf(short.id), codeOf(long.id)], ['EXPIRED', null]);
  it.sessions.save({ ...it.session, status: 'closed' });
  it.injections.ended(it.session.id);
  assert.equal(codeOf(long.id), 'SESSION_CLOSED');
  await turnEnds(it);
  await pause(200);
  assert.equal(it.staged.read.length, 0);
});

test('fifty may wait, and one that waits is taken back', async (t) => {
  const it = await working(openInjecting(t));
  const all = await Promise.all(Array.from({ length: 51 }, (_, at) => it.send(`${at}`, { mode: 'queue' })));
  assert.deepEqual(all.map(({ code }) => code).filter(Boolean), ['QUEUE_FULL']);
  const injection = it.deps.store.get('ann', all[0]!.id);
  assert.equal(it.injections.cancel(injection).code, 'CANCELLED');
  assert.throws(() => it.injections.cancel(it.deps.store.get('ann', all[0]!.id)), { data: { code: 'Conflict' } });
  await turnEnds(it);
  await submits(it, 1);
  assert.deepEqual(it.staged.submitted, ['1']);
});

test('one that is taken back, or too old, while its program is looked at is not typed, and the next one is', async (t) => {
  const it = openInjecting(t);
  await it.staged.agents.look('');
  const capture = it.staged.backend.capture;
  const during = (act: () => unknown) => {
    it.deps.backend.capture = async () => {
      it.deps.backend.capture = capture;
      await act();
      return capture();
    };
  };
  const takeBack = () => {
    const [newest] = it.deps.store.list('ann', { limit: 1 });
    it.injections.cancel(it.deps.store.get('ann', newest!.id));
  };
  for (const mode of ['now', 'whenIdle'] as const) {
    during(takeBack);
    const { id } = await it.send('never', { mode });
    await pause(50);
    assert.equal(it.deps.store.get('ann', id).receipt.code, 'CANCELLED', mode);
  }
  during(() => pause(100));
  const { id } = await it.send('never', { mode: 'whenIdle', ttlMs: 20 });
  await pause(300);
  assert.equal(it.deps.store.get('ann', id).receipt.state, 'expired');
  assert.match((await it.send('x')).state, /^(submitted|turnStarted)$/);
  assert.deepEqual(it.staged.pasted, ['x']);
  assert.equal(it.audit.length, 2);
});

test('after a restart what waited waits on, and what was begun is never typed again', async (t) => {
  const path = join(folderFor(t), 'rdv.db');
  const before = await working(openInjecting(undefined, { path }));
  const waits = await before.send('waits', { mode: 'queue', key: 'w' });
  const cut = await before.send('cut', { mode: 'queue', key: 'c' });
  // As a kill would leave one that was being typed.
  before.deps.store.save({ ...before.deps.store.get('ann', cut.id), waiting: null });
  await before.close();
  const it = openInjecting(t, { path, session: before.session });
  it.injections.recover();
  await submits(it, 1);
  const states = it.deps.store.list('ann', { limit: 9 }).map(({ state, code }) => `${state} ${code}`);
  assert.deepEqual(states, ['indeterminate DAEMON_RESTARTED', 'turnStarted null']);
  const again = await Promise.all(['w', 'c'].map((key) => it.send('whatever', { key })));
  assert.deepEqual(
    again.map(({ id }) => id),
    [waits.id, cut.id],
  );
  assert.deepEqual(it.staged.submitted, ['waits']);
});
