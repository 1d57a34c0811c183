/** Acts: all of it is written, remembered and told, or nothing is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { act, afterwards } from '../../../daemon/db/act.js';
import { openDatabase } from '../../../daemon/db/open.js';
import { createJournal } from '../../../daemon/events/journal.js';
import { createFolderStore } from '../../../daemon/folders/store.js';
import { createSessionStore } from '../../../daemon/sessions/store.js';
import { sample } from '../../support/sample.js';

function opened() {
  const db = openDatabase(':memory:');
  const told: string[] = [];
  const hub = { tell: (_user: string, name: string) => void told.push(name) };
  const store = createSessionStore(db);
  const folders = createFolderStore(db);
  const session = sample({ name: 'before' });
  store.intend(session);
  store.save(session);
  return { db, told, store, folders, session, journal: createJournal(db, hub as never, () => 1) };
}

test('an act that fails leaves neither rows nor memory nor words, and the next one is whole', () => {
  const { db, told, store, folders, session, journal } = opened();
  const { userId } = session;
  const folder = { ...{ id: 'f', userId, parentId: null, name: 'f', path: null, collapsed: false }, sortOrder: 0 };
  const work = (fails: boolean) =>
    journal.act(() => {
      store.save({ ...session, name: 'after' });
      folders.insert({ ...folder, createdAt: 1, updatedAt: 1 });
      journal.tell(userId, 'session/changed', { session });
      assert.equal(store.get(userId, session.id).name, 'after', 'the act itself sees what it did');
      assert.deepEqual(told, [], 'nobody else hears of it yet');
      if (fails) throw new Error('no');
    });
  const seen = () => [
    store.get(userId, session.id).name,
    createSessionStore(db).get(userId, session.id).name,
    folders.list(userId).length,
    createFolderStore(db).list(userId).length,
    journal.list(userId, 0, 10).length,
    journal.newest,
  ];
  const { revision } = store;
  assert.throws(() => work(true), /^Error: no$/);
  assert.deepEqual([seen(), told], [['before', 'before', 0, 0, 0, 0], []]);
  assert.notEqual(store.revision, revision, 'whoever read in between reads again');
  work(false);
  assert.deepEqual([seen(), told], [['after', 'after', 1, 1, 1, 1], ['session/changed']]);
  db.close();
});

test('an act within an act is part of it, and outside of one effects come at once', () => {
  const { db } = opened();
  const done: string[] = [];
  act(db, () => {
    act(db, () => afterwards(db, () => done.push('inner')));
    assert.deepEqual(done, []);
  });
  afterwards(db, () => done.push('alone'));
  assert.deepEqual(done, ['inner', 'alone']);
  db.close();
});
