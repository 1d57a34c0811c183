/** What happened, in order, for those who listen and those who come back. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openDatabase } from '../../../daemon/db/open.js';
import { createJournal } from '../../../daemon/events/journal.js';
import { createFakePeer, openMemory } from '../../support/memory.js';
import { refused } from '../../support/refused.js';
import { sample } from '../../support/sample.js';

const session = sample();

function journalled(t: TestContext, path = ':memory:') {
  const db = openDatabase(path);
  t.after(() => db.close());
  const told: string[] = [];
  let time = 0;
  const tell = (user: string, name: string, { seq }: any) => void told.push(`${user} ${name} ${seq}`);
  return { db, told, journal: createJournal(db, { tell } as never, () => ++time) };
}

test('events are written down, numbered, and told, each to its user', (t) => {
  const { journal, told } = journalled(t);
  journal.tell('ann', 'session/created', { session });
  journal.tell('bob', 'session/created', { session });
  journal.tell('ann', 'session/exited', { session });
  assert.deepEqual(told, ['ann session/created 1', 'bob session/created 2', 'ann session/exited 3']);
  const first = { seq: 1, at: 1, name: 'session/created', params: { session, seq: 1, at: 1 } };
  const third = { seq: 3, at: 3, name: 'session/exited', params: { session, seq: 3, at: 3 } };
  assert.deepEqual(journal.list('ann', 0, 10), [first, third]);
  assert.deepEqual(journal.list('ann', 1, 10), [third]);
  assert.deepEqual(journal.list('ann', 0, 1), [first]);
  assert.deepEqual(journal.list('ann', 0, 10, ['session/exited']), [third]);
  assert.deepEqual(journal.list('ann', 0, 10, []), []);
  assert.deepEqual(journal.list('eve', 0, 10), []);
  assert.equal(journal.newest, 3);
});

test('an event is on disk before anybody hears of it', (t) => {
  const db = openDatabase(':memory:');
  t.after(() => db.close());
  const rows: unknown[] = [];
  const hub = { tell: () => void rows.push(db.prepare('SELECT COUNT(*) FROM event').pluck().get()) };
  createJournal(db, hub, () => 1).tell('ann', 'session/created', { session });
  assert.deepEqual(rows, [1]);
});

test('numbers go on after a restart, also when every event was removed', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rdv-events-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'rdv.db');
  const first = journalled(t, path);
  for (let i = 0; i < 3; i++) first.journal.tell('ann', 'session/changed', { session });
  first.db.exec('DELETE FROM event');
  first.db.close();
  const { journal } = journalled(t, path);
  assert.deepEqual([journal.newest, journal.covers(3), journal.covers(2)], [3, true, false]);
  journal.tell('ann', 'session/changed', { session });
  assert.deepEqual([journal.newest, journal.covers(3)], [4, true]);
});

test('the newest ten thousand are kept, and what was removed is known to be', (t) => {
  const { db, journal } = journalled(t);
  const insert = db.prepare("INSERT INTO event (at, user_id, name, params) VALUES (1, 'ann', 'session/changed', '{}')");
  db.transaction(() => {
    for (let i = 0; i < 11_999; i++) insert.run();
  })();
  assert.equal(journal.covers(0), true);
  journal.tell('ann', 'session/changed', { session });
  assert.deepEqual([journal.newest, db.prepare('SELECT MIN(seq) FROM event').pluck().get()], [12_000, 2001]);
  assert.deepEqual(
    [1999, 2000, 12_000].map((since) => journal.covers(since)),
    [false, true, true],
  );
});

test('a place that was never reached belongs to another journal', (t) => {
  const { journal } = journalled(t);
  journal.tell('ann', 'session/changed', { session });
  assert.deepEqual(
    [0, 1, 2, 500].map((since) => journal.covers(since)),
    [true, true, false, false],
  );
});

test('a client that comes back hears what it missed, in order, then what is new, and nothing of others', async (t) => {
  const slice = openMemory();
  t.after(slice.close);
  const { id } = await slice.made();
  await slice.call('session/create', {}, { user: 'bob' });
  const ann = createFakePeer('ann');
  const asking = { peer: ann.peer };
  await slice.call('session/rename', { id, name: 'x' });
  assert.deepEqual(await slice.call('event/subscribe', { since: 1 }, asking), { seq: 3, complete: true });
  await slice.call('session/create', {}, { user: 'bob' });
  await slice.call('session/close', { id });
  assert.deepEqual(
    ann.told.map(({ name, params }) => `${name} ${params.seq}`),
    ['session/changed 3', 'session/changed 5'],
  );
  assert.deepEqual(await slice.call('event/unsubscribe', {}, asking), { success: true });
  await slice.made();
  assert.equal(ann.told.length, 2);
  const { events, seq, complete } = await slice.call('event/list', { since: 3 });
  assert.deepEqual([events.map(({ name }) => name), seq, complete], [['session/changed', 'session/created'], 6, true]);
});

test('a client that missed more than is kept is told nothing old, and told so', async (t) => {
  const slice = openMemory();
  t.after(slice.close);
  const { id } = await slice.made();
  await slice.call('session/rename', { id, name: 'x' });
  slice.db.exec('DELETE FROM event WHERE seq = 1');
  const ann = createFakePeer('ann');
  const asking = { peer: ann.peer };
  assert.deepEqual(await slice.call('event/subscribe', { since: 0 }, asking), { seq: 2, complete: false });
  assert.deepEqual(ann.told, []);
  for (let i = 0; i < 1001; i++) slice.journal.tell('ann', 'session/changed', { session });
  assert.equal((await slice.call('event/subscribe', { since: 2 }, asking)).complete, false);
  assert.equal((await slice.call('event/subscribe', { since: 3 }, asking)).complete, true);
  assert.equal((await slice.call('event/subscribe', { since: 9999 }, asking)).complete, false);
});

test('only the names asked for are heard; a name that is no event is refused', async (t) => {
  const slice = openMemory();
  t.after(slice.close);
  const ann = createFakePeer('ann');
  const asking = { peer: ann.peer };
  await slice.call('event/subscribe', { names: ['session/created'] }, asking);
  const { id } = await slice.made();
  await slice.call('session/rename', { id, name: 'x' });
  assert.deepEqual(
    ann.told.map(({ name }) => name),
    ['session/created'],
  );
  for (const name of ['session/create', 'terminal/output', 'x']) {
    const words = new RegExp(`^Expected \`names\` to hold event names \\(session/created, .*\\), got "${name}"\\.$`);
    await assert.rejects(slice.call('event/subscribe', { names: [name] }, asking), refused('InvalidParams', words));
    await assert.rejects(slice.call('event/list', { names: [name] }), refused('InvalidParams', words));
  }
});

test('events go out in their order also when one that was sent has another told', (t) => {
  const { told, journal } = journalled(t);
  const tell = () => journal.tell('ann', 'session/created', { session });
  journal.act(() => {
    tell();
    journal.afterwards(() => journal.act(tell));
    tell();
  });
  assert.throws(() =>
    journal.act(() => {
      tell();
      throw new Error('undone');
    }),
  );
  tell();
  assert.deepEqual(
    told,
    [1, 2, 3, 4].map((seq) => `ann session/created ${seq}`),
  );
});
