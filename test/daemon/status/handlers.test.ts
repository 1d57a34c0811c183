/** The daemon's word about itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { methods } from '#protocol';
import { pathsIn } from '#protocol/paths';
import { openDatabase } from '../../../daemon/db/open.js';
import { statusHandlers } from '../../../daemon/status/handlers.js';
import { createSlowBackend, silent } from '../../support/slow-backend.js';

function open() {
  const stops: string[] = [];
  const backend = createSlowBackend();
  const db = openDatabase(':memory:');
  const handlers = statusHandlers({
    version: '1.2.3',
    startedAt: 1000,
    paths: pathsIn('/home/ann/.remote-dev'),
    db,
    backend,
    now: () => 1500,
    counts: () => ({ connections: 1, sessions: 2, viewers: 3 }),
    stop: (reason) => void stops.push(reason),
  });
  return { handlers, backend, db, stops };
}

const caller = undefined as never;

test('it is healthy when database and tmux answer', async () => {
  const { handlers } = open();
  assert.deepEqual(await handlers['daemon/health']({}, caller), {
    status: 'healthy',
    components: [
      { name: 'database', ok: true, detail: 'reads' },
      { name: 'tmux', ok: true, detail: 'slow answers' },
    ],
  });
  assert.deepEqual(handlers['daemon/ping']({}, caller), { at: 1500 });
});

test('what does not answer is named, with the reason, and the rest is still looked at', async () => {
  const { handlers, backend, db } = open();
  db.close();
  backend.fail('ping', silent());
  const { status, components } = await handlers['daemon/health']({}, caller);
  assert.equal(status, 'degraded');
  assert.deepEqual(
    components.map(({ name, ok }) => [name, ok]),
    [
      ['database', false],
      ['tmux', false],
    ],
  );
  assert.match(components[0]!.detail, /not open/);
  assert.match(components[1]!.detail, /^tmux is not answering/);
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
