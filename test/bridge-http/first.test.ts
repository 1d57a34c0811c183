/** The bridge as a whole: it answers, with and without a daemon behind it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bridged } from '../support/bridged.js';

test('a session made by a page is listed for its user and for nobody else; without a daemon the answer is 503', async (t) => {
  const { daemon, bridge } = await bridged(t);
  const ann = bridge.as('ann');
  const made = await ann('POST', '/api/sessions', { name: 'one', project_path: '/tmp' });
  assert.equal(made.status, 201);
  assert.equal(made.body.createdAt, new Date(made.body.createdAt).toISOString());
  assert.deepEqual(
    (await ann('GET', '/api/sessions')).body.sessions.map(({ id }: { id: string }) => id),
    [made.body.id],
  );
  assert.deepEqual((await bridge.as('bob')('GET', '/api/sessions')).body.sessions, []);
  assert.equal((await bridge.as('bob')('GET', `/api/sessions/${made.body.id}`)).body.code, 'SESSION_NOT_FOUND');
  await daemon.terminate();
  const away = await ann('GET', '/api/sessions');
  assert.deepEqual([away.status, away.body.code], [503, 'RDV_UNAVAILABLE']);
  await daemon.restart();
  assert.equal((await ann('GET', '/api/sessions')).body.sessions.length, 1);
});
