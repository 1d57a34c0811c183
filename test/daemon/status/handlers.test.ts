/** The daemon's word about itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { methods } from '#protocol';
import { pathsIn } from '#protocol/paths';
import { statusHandlers } from '../../../daemon/status/handlers.js';
import { createSlowBackend } from '../../support/slow-backend.js';

function open() {
  const stops: string[] = [];
  const backend = createSlowBackend();
  const handlers = statusHandlers({
    version: '1.2.3',
    startedAt: 1000,
    upMs: () => 500,
    paths: pathsIn('/home/ann/.remote-dev'),
    backend,
    health: async () => ({ status: 'healthy', components: [] }),
    now: () => 1500,
    tallies: () => ({ connections: 1, sessions: 2, viewers: 3 }),
    stop: (reason) => void stops.push(reason),
  });
  return { handlers, stops };
}

const caller = undefined as never;

test('a ping tells the time', () => {
  assert.deepEqual(open().handlers['daemon/ping']({}, caller), { at: 1500 });
});

test('the status is whole and fits its schema', async () => {
  const status = await open().handlers['daemon/status']({}, caller);
  assert.deepEqual(methods['daemon/status'].result.parse(status), {
    ...{ version: '1.2.3', protocolVersion: 1, pid: process.pid, startedAt: 1000, uptimeMs: 500 },
    ...{ home: '/home/ann/.remote-dev', socket: '/home/ann/.remote-dev/run/api.sock' },
    ...{ backend: { kind: 'tmux', version: 'slow', socketName: 'slow' }, connections: 1, sessions: 2, viewers: 3 },
  });
});

test('stopping begins after the answer', async () => {
  const { handlers, stops } = open();
  assert.deepEqual(handlers['daemon/stop']({ restarting: false }, caller), { success: true, sessions: 'live on' });
  assert.deepEqual(stops, []);
  await new Promise(setImmediate);
  assert.deepEqual(stops, ['daemon/stop was called']);
});
