/** A stream over a slow backend: credit, gaps, exact cuts, new epochs, the end. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { stream as limits, RpcError } from '#protocol';
import { createTerminals } from '../../../daemon/terminals/terminals.js';
import { createBackend, createPeer, setUp } from '../../support/viewers.js';

test('output arrives in order, in pieces of at most a batch, from the place the viewer stands at', async () => {
  const { stream, join, heard, bytes, until } = setUp(false);
  stream.output(Buffer.from('before'));
  join();
  const flood = Buffer.alloc(limits.batchBytes * 2 + 10, 'x');
  stream.output(flood);
  await until(() => bytes().length === flood.length);
  assert.equal(heard[0]!.params.offset, 6);
  assert.deepEqual(bytes(), flood);
});

test('a viewer without credit gets no more until it acknowledges', async () => {
  const { stream, viewer, join, bytes, until } = setUp();
  join();
  stream.output(Buffer.alloc(300_000, 'x'));
  await until(() => bytes().length === limits.highWaterBytes);
  stream.push(viewer);
  assert.equal(bytes().length, limits.highWaterBytes);
  viewer.acked = 50_000;
  stream.push(viewer);
  assert.equal(bytes().length, limits.highWaterBytes + 50_000);
});

test('a viewer that fell too far behind is moved by one gap and one snapshot, then goes on exactly there', async () => {
  const { stream, viewer, join, heard, bytes, names, answer, until } = setUp();
  join();
  stream.output(Buffer.alloc(limits.highWaterBytes, 'x'));
  await until(() => bytes().length === limits.highWaterBytes);
  stream.output(Buffer.alloc(limits.lagBytes + 1, 'x'));
  const more = limits.highWaterBytes + limits.lagBytes + 1;
  viewer.acked = viewer.sent;
  stream.push(viewer);
  stream.push(viewer);
  stream.output(Buffer.from('during'));
  await answer('screen');
  await until(() => names().includes('snapshot'));
  stream.output(Buffer.from('after'));
  await until(
    () => names().at(-1) === 'output' && heard.at(-1)!.params.data === Buffer.from('after').toString('base64'),
  );
  const moved = heard.filter(({ name }) => name !== 'terminal/output');
  assert.deepEqual(
    moved.map(({ name, params }) => [name, params.from ?? params.offset, params.to]),
    [
      ['terminal/gap', limits.highWaterBytes, more + 6],
      ['terminal/snapshot', more + 6, undefined],
    ],
  );
  assert.equal(heard.at(-1)!.params.offset, more + 6);
});

test('a capture that is not an exact cut is taken again, and in the end the pane is paused for one', async () => {
  const { stream, answer, paused, events } = setUp();
  events.on('paused', () => stream.paused());
  const drawn = stream.snapshot(100);
  for (let round = 0; round < 20; round++) await answer('torn', false);
  await once(events, 'paused');
  await answer('looked at');
  await answer('whole');
  assert.deepEqual(paused, [1]);
  const { offset, epoch, data } = await drawn;
  assert.deepEqual([offset, epoch === stream.here().epoch], [0, true]);
  assert.match(Buffer.from(data, 'base64').toString(), /^whole/);
});

test('a pause by tmux begins a new epoch for everyone', async () => {
  const { stream, join, heard, names, answer, until } = setUp();
  join();
  const old = stream.here().epoch;
  stream.output(Buffer.from('old'));
  await until(() => names().length === 1);
  stream.paused();
  stream.output(Buffer.from('new'));
  await answer('looked at');
  await answer('screen');
  await until(() => names().at(-1) === 'output' && names().includes('snapshot'));
  assert.notEqual(stream.here().epoch, old);
  assert.deepEqual(names(), ['output', 'gap', 'snapshot', 'output']);
  assert.deepEqual([heard[1]!.params.epoch, heard[2]!.params.epoch], [stream.here().epoch, stream.here().epoch]);
  assert.deepEqual([heard[3]!.params.offset, heard[3]!.params.data], [0, Buffer.from('new').toString('base64')]);
});

test('a snapshot asked for before the epoch changed is not used after it', async () => {
  const { stream, join, heard, names, answer, begin, until } = setUp();
  join();
  stream.resumed();
  const stale = await begin();
  stream.interrupted();
  stream.resumed();
  stale.answer('stale');
  await answer('fresh');
  await until(() => names().includes('snapshot'));
  assert.equal(names().filter((name) => name === 'snapshot').length, 1);
  assert.equal(heard.at(-1)!.params.epoch, stream.here().epoch);
});

test('while tmux is away a viewer waits; when its window is gone the viewer is lost', async () => {
  const { stream, join, lost, refuse, answer, until, names } = setUp();
  join();
  stream.interrupted();
  stream.resumed();
  await refuse(new RpcError('Unavailable', 'tmux is not answering'));
  stream.interrupted();
  stream.resumed();
  await answer('back');
  await until(() => names().includes('snapshot'));
  assert.deepEqual(lost, []);
  stream.interrupted();
  stream.resumed();
  await refuse(new RpcError('Unavailable', 'tmux refused', { code: 'TMUX_FAILED' }));
  await new Promise(setImmediate);
  assert.equal(lost.splice(0).length, 1, 'a refusal is for good');
  stream.resumed();
  await refuse(new RpcError('Gone', 'no window'));
  await new Promise(setImmediate);
  assert.equal(lost.length, 1);
});

test('the end is told once, after every byte and the last screen', async () => {
  const { stream, join, heard, names, answer, until } = setUp();
  join();
  stream.output(Buffer.from('last words'));
  stream.ended(3);
  await answer('last screen');
  await until(() => names().includes('exit'));
  stream.ended(3);
  assert.deepEqual(names(), ['output', 'gap', 'snapshot', 'exit']);
  assert.equal(heard.at(-1)!.params.code, 3);
});

test('a viewer that left hears nothing more', async () => {
  const { stream, viewer, join, names, answer } = setUp();
  join();
  stream.resumed();
  stream.remove(viewer);
  await answer('screen');
  stream.output(Buffer.from('x'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(names(), []);
});

test('when no pane is any more every viewer is told, and a new pane of the same number begins anew', () => {
  const left: string[] = [];
  const terminals = createTerminals(createBackend().backend, (_viewer, how) => left.push(how));
  const { peer, heard } = createPeer();
  const params = { mode: 'rw', flow: true, scrollback: 100 } as Parameters<typeof terminals.open>[2];
  const viewer = terminals.open(peer, { sessionId: 'old', pane: 1 }, params);
  const old = terminals.stream(1);
  terminals.forgetAll();
  assert.deepEqual(heard, [{ name: 'terminal/closed', params: { streamId: viewer.streamId, reason: 'gone' } }]);
  assert.deepEqual(left, ['closed']);
  assert.throws(() => terminals.get(peer, viewer.streamId), /No stream/);
  assert.notEqual(terminals.stream(1).here().epoch, old.here().epoch);
});
