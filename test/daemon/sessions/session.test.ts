/** What a session may do next. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionStatus } from '#protocol';
import { exited, isLive, rename, turn } from '../../../daemon/sessions/session.js';
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
  'trashed closed',
];

for (const from of SessionStatus.options) {
  for (const to of SessionStatus.options) {
    const may = allowed.includes(`${from} ${to}`);
    test(`a session that is ${from} ${may ? 'may become' : 'cannot become'} ${to}`, () => {
      const session = sample({ status: from });
      if (may) assert.deepEqual(turn(session, to, 2000), { ...session, status: to, updatedAt: 2000 });
      else {
        const words = new RegExp(`^Session ${session.id} is ${from} and cannot become ${to}\\.$`);
        assert.throws(() => turn(session, to, 2000), refused('Conflict', words, 'INVALID_STATE_TRANSITION'));
      }
    });
  }
}

test('renaming and ending change the time of change and nothing else', () => {
  const session = sample();
  assert.deepEqual(rename(session, 'new', 2000), { ...session, name: 'new', updatedAt: 2000 });
  const exit = { code: 3, signal: null, at: 2000 };
  assert.deepEqual(exited(session, 3, null, 2000), { ...session, exit, updatedAt: 2000 });
});

test('active and suspended sessions have a window, others do not', () => {
  assert.deepEqual(
    SessionStatus.options.filter((status) => isLive({ status })),
    ['active', 'suspended'],
  );
});
