/** The adapter over a real tmux server of its own: what only a server apart from us can do. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { parseVersion } from '../../../daemon/tmux/version.js';
import { openReal } from '../../support/backends.js';
import { refused } from '../../support/refused.js';

test('versions are read, whatever they are called', () => {
  const numbers = (text: string) => [parseVersion(text).major, parseVersion(text).minor];
  assert.deepEqual(numbers('tmux 3.3a\n'), [3, 3]);
  assert.deepEqual(numbers('tmux next-3.8'), [3, 8]);
  assert.deepEqual(numbers('tmux 2.9'), [2, 9]);
  assert.deepEqual(numbers('tmux openbsd-7.4'), [3, 99]);
  assert.deepEqual(numbers('tmux'), [0, 0]);
});

test('when our client is killed it comes back to the same server and hears on', async (t) => {
  const { backend, events, start, printed } = await openReal(t, 'tmux');
  const { pane } = await start('cat');
  const back = once(events, 'connected');
  const clients = execFileSync('tmux', ['-L', backend.socketName!, 'list-clients', '-F', '#{client_pid}'])
    .toString()
    .trim();
  process.kill(Number(clients), 'SIGKILL');
  assert.deepEqual(await back, [true]);
  await backend.type(pane, Buffer.from('again\n'));
  await printed(pane, 'again\r\n');
});

test('when the server is killed a new one is there, and it says so', async (t) => {
  const { backend, events, start, printed } = await openReal(t, 'tmux');
  await start('cat');
  const back = once(events, 'connected');
  const server = execFileSync('tmux', ['-L', backend.socketName!, 'display-message', '-p', '#{pid}']).toString();
  process.kill(Number(server), 'SIGKILL');
  assert.deepEqual(await back, [false]);
  assert.deepEqual(await backend.list(), []);
  const { pane } = await start('sh', '-c', 'echo new; cat');
  await printed(pane, 'new');
});

test('windows that end while they are listed do not spoil the list of the others', async (t) => {
  const { backend, start } = await openReal(t, 'tmux');
  const kept = await start('cat');
  for (let round = 0; round < 10; round++) {
    const ending = await Promise.all(Array.from({ length: 10 }, () => start('cat')));
    // Killed between the question what there is and the next one.
    const asked = ending.map(({ window }) => Promise.all([backend.list(), backend.kill(window)]));
    for (const [listed] of await Promise.all(asked)) assert.ok(listed.some(({ pane }) => pane === kept.pane));
  }
});

test('what tmux refuses to make is told as that, in its words', async (t) => {
  const { create } = await openReal(t, 'tmux');
  await create({ id: 'twice', argv: ['cat'] });
  const again = create({ id: 'twice', argv: ['cat'] });
  await assert.rejects(again, refused('Unavailable', /duplicate session: rdv-twice/, 'TMUX_CREATE_FAILED'));
});
