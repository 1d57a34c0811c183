/** What a session may do next. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionStatus } from '#protocol';
import { changed, exited, inTabOrder, isLive, reordered, restored, turn } from '../../../daemon/sessions/session.js';
import { refused } from '../../support/refused.js';
import { sample } from '../../support/sample.js';

/** Every pair that is allowed; every other pair, each state to itself above all, is refused. */
const allowed = [
  'active suspended',
  'active closed',
  'active trashed',
  'suspended active',
  'suspended closed',
  'suspended trashed',
  'closed trashed',
];

for (const from of SessionStatus.options) {
  for (const to of SessionStatus.options) {
    const may = allowed.includes(`${from} ${to}`);
    test(`a session that is ${from} ${may ? 'may become' : 'cannot become'} ${to}`, () => {
      const session = sample({ status: from });
      if (may) assert.deepEqual(turn(session, to, 2000), { ...session, status: to, updatedAt: 2000 });
      else {
        const why =
          from === 'trashed' ? 'is in the trash. .* trash/restore first' : `is ${from} and cannot become ${to}`;
        const words = new RegExp(`^Session ${session.id} ${why}\\.$`);
        assert.throws(() => turn(session, to, 2000), refused('Conflict', words, 'INVALID_STATE_TRANSITION'));
      }
    });
  }
}

test('a session that comes back from the trash is closed', () => {
  const session = sample({ status: 'trashed' });
  assert.deepEqual(restored(session, 2000), { ...session, status: 'closed', updatedAt: 2000 });
});

test('changing and ending change the time of change and nothing else', () => {
  const session = sample();
  const changes = { name: 'new', folderId: null, tabOrder: 3 };
  assert.deepEqual(changed(session, changes, 2000), { ...session, ...changes, updatedAt: 2000 });
  const exit = { code: 3, signal: null, at: 2000 };
  assert.deepEqual(exited(session, 3, null, 2000), { ...session, exit, updatedAt: 2000 });
});

test('active and suspended sessions have a window, others do not', () => {
  assert.deepEqual(
    SessionStatus.options.filter((status) => isLive({ status })),
    ['active', 'suspended'],
  );
});

test('sessions put in another order share the places they had, and only those that move change', () => {
  const [a, b, c, d] = [3, 7, 9, 11].map((tabOrder) => sample({ tabOrder }));
  const moved = reordered([c!, b!, a!], 2000);
  assert.deepEqual(moved, [
    { ...c, tabOrder: 3, updatedAt: 2000 },
    { ...a, tabOrder: 9, updatedAt: 2000 },
  ]);
  const all = [...moved, b!, d!].sort(inTabOrder);
  assert.deepEqual(
    all.map(({ id }) => id),
    [c!.id, b!.id, a!.id, d!.id],
  );
  assert.deepEqual(reordered([a!, d!], 2000), []);
});

test('sessions at one place are put apart when they are ordered', () => {
  const twins = [sample({ tabOrder: 4 }), sample({ tabOrder: 4 }), sample({ tabOrder: 4 })];
  const [first, ...others] = twins;
  assert.deepEqual(
    reordered(twins, 2000).map(({ id, tabOrder }) => [id, tabOrder]),
    others.map(({ id }, at) => [id, 5 + at]),
  );
  assert.equal(first!.tabOrder, 4);
});
