/** Lists that did not change: kept by the bridge, and the daemon asked each time whether they still hold. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKept } from '../../../bridge-http/routes/kept.js';
import { bridged } from '../../support/bridged.js';

test('a list that is kept is never older than the daemon, nor of another user, nor there without a daemon', async (t) => {
  const { bridge, daemon } = await bridged(t);
  const ann = bridge.as('ann');
  const list = async (query = '', user = 'ann') => (await bridge.as(user)('GET', `/api/sessions${query}`)).body;
  const names = async (query = '', user = 'ann') =>
    (await list(query, user)).sessions.map(({ name }: { name: string }) => name);
  const { body: one } = await ann('POST', '/api/sessions', { name: 'one', projectPath: '/tmp' });
  for (let again = 0; again < 3; again++) assert.deepEqual(await names(), ['one']);
  assert.deepEqual([await names('', 'bob'), await names('?status=closed'), await names()], [[], [], ['one']]);
  const known = await list();
  assert.deepEqual([known.unchanged, known.sessions.length], [false, 1]);
  await ann('PATCH', `/api/sessions/${one.id}`, { name: 'other' });
  assert.deepEqual([await names(), await names()], [['other'], ['other']]);
  const { revision } = await list();
  const told = await list(`?revision=${encodeURIComponent(revision)}`);
  assert.equal(told.unchanged || told.revision !== revision, true);
  await daemon.terminate();
  assert.equal((await ann('GET', '/api/sessions')).status, 503);
  await daemon.restart();
  assert.deepEqual(await names(), ['other']);
});

test('so many answers are kept, those asked for last, and none that is very long', () => {
  const kept = createKept();
  for (let i = 0; i < 64; i++) kept.keep(`q${i}`, 'r', i);
  kept.find('q0');
  kept.keep('q64', 'r', 'new');
  assert.deepEqual(
    ['q0', 'q1', 'q64'].map((question) => kept.find(question)?.body.bytes.toString()),
    ['0', undefined, '"new"'],
  );
  kept.keep('q0', 's', 'x'.repeat(600_000));
  assert.equal(kept.find('q0'), undefined);
});
