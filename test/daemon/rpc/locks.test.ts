/** Locks: one after another for one key, and a task nobody waits for any more does not run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RpcError } from '#protocol';
import { createLock } from '../../../daemon/rpc/locks.js';
import { gate } from './floor.js';

const never = new AbortController().signal;

test('tasks of one key run in order, never together; another key does not wait', async () => {
  const lock = createLock();
  const first = gate();
  const ran: string[] = [];
  const one = lock('a', async () => {
    await first.wait(never);
    ran.push('one');
  });
  const two = lock('a', () => void ran.push('two'));
  const three = lock('a', () => void ran.push('three'));
  await lock('b', () => void ran.push('other'));
  first.release();
  await Promise.all([one, two, three]);
  assert.deepEqual(ran, ['other', 'one', 'two', 'three']);
});

test('a task that throws lets the next one in', async () => {
  const lock = createLock();
  const failed = lock('a', () => {
    throw new Error('broken');
  });
  const next = lock('a', () => 'ran');
  await assert.rejects(failed, /broken/);
  assert.equal(await next, 'ran');
});

test('a waiting task that is aborted leaves without running, and those behind it keep waiting for the one before', async () => {
  const lock = createLock();
  const first = gate();
  const abort = new AbortController();
  const ran: string[] = [];
  const one = lock('a', async () => {
    await first.wait(never);
    ran.push('one');
  });
  const two = lock('a', () => void ran.push('two'), abort.signal);
  abort.abort();
  await assert.rejects(two, (error) => error instanceof RpcError && error.kind === 'Cancelled');
  const three = lock('a', () => void ran.push('three'));
  await new Promise(setImmediate);
  assert.deepEqual(ran, []);
  first.release();
  await Promise.all([one, three]);
  assert.deepEqual(ran, ['one', 'three']);
});

test('a task whose signal is aborted already is refused at once, also while another holds the key', async () => {
  const lock = createLock();
  const refused = () =>
    assert.rejects(
      lock('a', () => assert.fail('ran'), AbortSignal.abort()),
      { kind: 'Cancelled' },
    );
  const held = gate();
  const holder = lock('a', () => held.wait(never));
  await refused();
  held.release();
  await holder;
  await refused();
  assert.equal(await lock('a', () => 'ran'), 'ran');
});

test('an abort in the same moment as the turn stops the task before it begins', async () => {
  const lock = createLock();
  const abort = new AbortController();
  const held = gate();
  const holder = lock('a', () => held.wait(never));
  // The lock stops listening when the turn comes: the last moment before the task.
  abort.signal.removeEventListener = () => abort.abort();
  const late = assert.rejects(
    lock('a', () => assert.fail('ran'), abort.signal),
    { kind: 'Cancelled' },
  );
  held.release();
  await holder;
  await late;
  assert.equal(await lock('a', () => 'free'), 'free');
});

test('a task is told once an urgent one waits behind it, also behind others or before its own turn, and by no other', async () => {
  const lock = createLock();
  const [first, second] = [gate(), gate()];
  const seen: string[] = [];
  const note = (name: string) => (pressed: AbortSignal) => void seen.push(`${name} ${pressed.aborted}`);
  const one = lock('a', async (pressed) => {
    note('one at first')(pressed);
    await first.wait(never);
    note('one')(pressed);
  });
  const two = lock('a', async (pressed) => {
    await second.wait(never);
    note('two')(pressed);
  });
  const three = lock('a', note('three'));
  first.release();
  await one;
  const urgent = lock('a', note('urgent'), undefined, true);
  second.release();
  await Promise.all([two, three, urgent, lock('a', note('last'))]);
  assert.deepEqual(seen, ['one at first false', 'one false', 'two true', 'three true', 'urgent false', 'last false']);
});
