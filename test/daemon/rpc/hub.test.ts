/** The hub: the right peers hear, one serialisation serves them all, and who is gone is forgotten. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Peer } from '../../../daemon/rpc/handlers.js';
import { createHub } from '../../../daemon/rpc/hub.js';
import { identityOf } from '../../support/identity.js';
import { session } from './floor.js';

function peer(user: string) {
  const frames: Buffer[] = [];
  const closers = new Set<() => void>();
  const it: Peer = {
    id: user,
    user,
    identity: identityOf(user),
    unsent: 0,
    tell: () => assert.fail('the hub sends frames'),
    send: (frame) => void frames.push(frame),
    onDrain: () => () => {},
    onClose(listener) {
      closers.add(listener);
      return () => closers.delete(listener);
    },
  };
  return {
    it,
    frames,
    closers,
    heard: () => frames.map((frame) => JSON.parse(frame.toString().split('\r\n\r\n')[1]!).method),
  };
}

const params = { seq: 1, at: 1, session: session() };

test('only the subscribed peers of the user hear, and only what they asked for', () => {
  const hub = createHub();
  const [all, some, other, none] = [peer('ann'), peer('ann'), peer('bob'), peer('ann')];
  hub.subscribe(all.it);
  hub.subscribe(some.it, ['session/exited']);
  hub.subscribe(other.it);
  hub.tell('ann', 'session/created', params);
  hub.tell('ann', 'session/exited', params);
  assert.deepEqual(all.heard(), ['session/created', 'session/exited']);
  assert.deepEqual(some.heard(), ['session/exited']);
  assert.deepEqual([other.heard(), none.heard()], [[], []]);
});

test('an event is serialised once: every peer gets the same bytes', () => {
  const hub = createHub();
  const peers = [peer('ann'), peer('ann')];
  for (const { it } of peers) hub.subscribe(it);
  hub.tell('ann', 'session/changed', params);
  assert.equal(peers[0]!.frames[0], peers[1]!.frames[0]);
});

test('an event nobody hears is not serialised', () => {
  const hub = createHub();
  hub.subscribe(peer('bob').it);
  hub.tell('ann', 'session/changed', { ...params, toJSON: () => assert.fail('serialised') } as never);
});

test('a new subscription replaces the old one; unsubscribing ends it', () => {
  const hub = createHub();
  const one = peer('ann');
  hub.subscribe(one.it, ['session/created']);
  hub.subscribe(one.it, ['session/exited']);
  hub.tell('ann', 'session/created', params);
  assert.equal(one.closers.size, 1);
  hub.unsubscribe(one.it);
  hub.tell('ann', 'session/exited', params);
  assert.deepEqual([one.heard(), one.closers.size], [[], 0]);
});

test('a peer that is gone is forgotten, also one that goes while it is told', () => {
  const hub = createHub();
  const [first, second] = [peer('ann'), peer('ann')];
  hub.subscribe({ ...first.it, send: () => [...first.closers].forEach((close) => void close()) });
  hub.subscribe(second.it);
  hub.tell('ann', 'session/changed', params);
  for (const close of second.closers) close();
  hub.tell('ann', 'session/changed', params);
  assert.deepEqual(second.heard(), ['session/changed']);
});

test('tellAll reaches every user and every subscription', () => {
  const hub = createHub();
  const [ann, bob] = [peer('ann'), peer('bob')];
  hub.subscribe(ann.it, []);
  hub.subscribe(bob.it);
  hub.tellAll('server/stopping', { reason: 'test', restarting: false });
  assert.deepEqual([ann.heard(), bob.heard()], [['server/stopping'], ['server/stopping']]);
});
