/** Rows and what is read of them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Session } from '#protocol';
import { openDatabase } from '../../../daemon/db/open.js';
import { createSessionStore, type SessionStore } from '../../../daemon/sessions/store.js';
import type { WorktreePlan } from '../../../daemon/worktrees/create.js';
import { refused } from '../../support/refused.js';
import { sample } from '../../support/sample.js';

const openStore = () => createSessionStore(openDatabase(':memory:'));

function add(store: SessionStore, session: Session, key?: string): Session {
  store.intend(session, key);
  store.save(session);
  return session;
}

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'rdv-store-'));
  t.after(() => rmSync(made, { recursive: true }));
  return made;
}

test("another user's session is not found, in the words of one that never was", () => {
  const store = openStore();
  const { id } = add(store, sample({ userId: 'bob' }));
  const words = new RegExp(`^No session ${id}\\. List them with session/list\\.$`);
  assert.throws(() => store.get('ann', id), refused('NotFound', words, 'SESSION_NOT_FOUND'));
  assert.equal(store.get('bob', id).id, id);
  assert.equal(store.find(id)?.id, id);
  assert.deepEqual(store.list('ann', ['active']), []);
});

test('lists come in tab order, then by age, in the states asked for', () => {
  const store = openStore();
  const late = add(store, sample({ tabOrder: 7, createdAt: 1 }));
  const young = add(store, sample({ tabOrder: 2, createdAt: 9 }));
  const old = add(store, sample({ tabOrder: 2, createdAt: 3 }));
  const closed = add(store, sample({ tabOrder: 0, status: 'closed' }));
  const names = (...statuses: Session['status'][]) => store.list('ann', statuses).map(({ id }) => id);
  assert.deepEqual(names('active', 'suspended'), [old.id, young.id, late.id]);
  assert.deepEqual(names('closed'), [closed.id]);
  assert.deepEqual(names(), []);
  assert.equal(store.nextTabOrder('ann'), 8);
  assert.equal(store.nextTabOrder('bob'), 0);
});

test('every change of a listed session is a new revision; an intent is none', () => {
  const store = openStore();
  const revisions = [store.revision];
  const changed = (what: () => void) => {
    what();
    revisions.push(store.revision);
  };
  const session = sample();
  store.intend(session, undefined);
  assert.equal(store.revision, revisions[0]);
  changed(() => store.save(session));
  changed(() => store.save({ ...session, name: 'other' }));
  changed(() => store.touch(new Map([[session.id, 5]])));
  changed(() => store.discard(session.id));
  assert.equal(new Set(revisions).size, revisions.length);
  assert.notEqual(openStore().revision, openStore().revision);
});

test('rows survive the end of the process, field by field', (t) => {
  const path = join(folder(t), 'rdv.db');
  const first = openDatabase(path);
  const store = createSessionStore(first);
  const kept = [
    add(
      store,
      sample({
        command: ['a b', 'c"\n', ''],
        exit: { code: 3, signal: null, at: 7 },
        status: 'suspended',
        githubRepoId: 'r1',
        worktreeBranch: 'feature/x',
        worktreePath: '/src/app-feature-x',
        startup: { command: 'nvm use', state: 'waiting' },
      }),
    ),
    add(
      store,
      sample({
        name: 'ü\u0000\x1b[31m',
        backend: 'pty',
        cols: 132,
        rows: 50,
        userId: 'bob',
        exit: { code: null, signal: 9, at: 8 },
      }),
    ),
  ];
  const intent = sample();
  const plan = { repoPath: '/r', path: '/r-x', branch: 'x' } as WorktreePlan;
  store.intend(intent, 'key', plan);
  first.close();

  const second = openDatabase(path);
  t.after(() => second.close());
  const again = createSessionStore(second);
  assert.deepEqual([...again.all()], kept);
  assert.deepEqual(again.intents(), [{ session: intent, plan }]);
  again.save(intent);
  assert.deepEqual(again.intents(), []);
  assert.equal(second.prepare('SELECT COUNT(worktree_plan) FROM session').pluck().get(), 0);
});

test('an intent is in no list, is found by no id and no key, and is gone when discarded', () => {
  const store = openStore();
  const intent = sample();
  store.intend(intent, 'key');
  assert.deepEqual([...store.all()], []);
  assert.equal(store.find(intent.id), undefined);
  assert.equal(store.byKey('ann', 'key'), undefined);
  assert.deepEqual(store.intentOf('ann', 'key'), { session: intent, plan: undefined });
  assert.equal(store.intentOf('bob', 'key'), undefined);
  assert.throws(() => store.get('ann', intent.id), refused('NotFound', /No session/));
  store.discard(intent.id);
  assert.deepEqual(store.intents(), []);
});

test('a key belongs to its user, and a session discarded is gone from memory too', () => {
  const store = openStore();
  const session = add(store, sample(), 'key');
  assert.equal(store.byKey('ann', 'key'), session);
  assert.equal(store.byKey('bob', 'key'), undefined);
  store.discard(session.id);
  assert.equal(store.byKey('ann', 'key'), undefined);
  assert.deepEqual([...store.all()], []);
});

test('touching sets the time of the last output, in memory and on disk, and skips sessions that are gone', () => {
  const db = openDatabase(':memory:');
  const store = createSessionStore(db);
  const session = add(store, sample());
  store.touch(
    new Map([
      [session.id, 4321],
      [sample().id, 1],
    ]),
  );
  assert.deepEqual(store.find(session.id), { ...session, lastActivityAt: 4321 });
  assert.deepEqual([...createSessionStore(db).all()], [{ ...session, lastActivityAt: 4321 }]);
});
