/** A subscription to events that goes on over lost connections and other daemons. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Client, connect } from '#client';
import { followEvents } from '../../client/events.js';
import { createShared } from '../../client/index.js';
import { type StubDaemon, startStub } from '../support/stub-daemon.js';
import { reach, whole } from '../support/whole.js';

interface Told {
  readonly what: string[];
  /** Resolves once this was told, also before. */
  until(what: string): Promise<void>;
}

function listening(): Told & { add(what: string): void } {
  const what: string[] = [];
  const waiting = new Set<() => void>();
  return {
    what,
    add(told) {
      what.push(told);
      for (const check of waiting) check();
    },
    until: (told) =>
      new Promise((resolve) => {
        const check = () => what.includes(told) && resolve();
        waiting.add(check);
        check();
      }),
  };
}

function follow(t: TestContext, dial: () => ReturnType<typeof connect>, since?: number) {
  const told = listening();
  const shared = createShared(dial);
  const events = followEvents({
    connect: () => shared.client(),
    names: ['session/changed', 'folder/changed'],
    ...(since !== undefined && { since }),
    onEvent: ({ seq, name }) => told.add(`${name} ${seq}`),
    onStand: ({ seq, complete, first }) =>
      told.add(`stands ${seq}${complete ? '' : ' with a hole'}${first ? ' first' : ''}`),
    onAway: (loss) => told.add(`away: ${loss}`),
    random: () => 0,
  });
  t.after(() => {
    events.close();
    shared.close();
  });
  return { told, events };
}

const to =
  ({ socketPath, token }: StubDaemon) =>
  () =>
    connect({ socketPath, token });

test('after a loss it goes on behind the last event, tells none twice, and says when some are lost', async (t) => {
  let newest = 7;
  const answer = { complete: true };
  const stub = await startStub({
    'event/subscribe': ({ since }, { tell }) => {
      // What was missed, and one that was not.
      if (since !== undefined && answer.complete)
        for (const seq of [since, since + 1]) tell('session/changed', { seq, at: 1 });
      return { seq: (newest = since === undefined ? newest : newest + 1), complete: answer.complete };
    },
  });
  t.after(() => stub.stop());
  const { told, events } = follow(t, to(stub));
  await told.until('stands 7 first');
  stub.tell('session/changed', { seq: 9, at: 1 });
  stub.tell('folder/changed', { seq: 10, at: 1 });
  await told.until('folder/changed 10');
  newest = 10;
  stub.hangUp();
  await told.until('stands 11');
  answer.complete = false;
  newest = 2;
  stub.tell('server/stopping', { reason: 'asked', restarting: false });
  await new Promise((resolve) => setImmediate(resolve));
  stub.hangUp();
  await told.until('stands 3 with a hole');
  stub.tell('session/changed', { seq: 4, at: 1 });
  await told.until('session/changed 4');
  assert.deepEqual(told.what, [
    'stands 7 first',
    ...['session/changed 9', 'folder/changed 10', 'away: lost', 'session/changed 11', 'stands 11'],
    ...['away: stopping', 'stands 3 with a hole', 'session/changed 4'],
  ]);
  const since = (await stub.heardOf('event/subscribe')).map(({ params }) => params.since);
  assert.deepEqual(since, [undefined, 10, 11]);
  events.close();
  await events.over;
  assert.equal(events.seq, 4);
});

test('what waiting cannot change ends it: anything at first, a refusal later', async (t) => {
  const nobody = follow(t, () => connect({ socketPath: '/nowhere/api.sock', token: 'x' }));
  await assert.rejects(nobody.events.over, { kind: 'Unavailable' });
  let refuses = false;
  const stub = await startStub({
    'event/subscribe': () => (refuses ? { error: { code: 1403, message: 'No.' } } : { seq: 1, complete: true }),
  });
  t.after(() => stub.stop());
  const { told, events } = follow(t, to(stub));
  await told.until('stands 1 first');
  refuses = true;
  stub.hangUp();
  await assert.rejects(events.over, /No\./);
});

test('over the end of a real daemon and the start of another every change is told once', async (t) => {
  const { daemon } = await whole(t);
  const dial = () => connect({ socketPath: daemon.socket, token: daemon.token });
  const { told } = follow(t, dial);
  const client = await dial();
  const { id } = await client.call('folder/create', { name: 'a' });
  const rename = async (by: Client, name: string) => {
    await by.call('folder/update', { id, name });
    return `folder/changed ${(await by.call('event/list', { limit: 1000 })).seq}`;
  };
  await told.until(await rename(client, 'b'));
  await daemon.kill9();
  await daemon.restart();
  const again = await reach(t, daemon);
  const changes = [await rename(again, 'c'), await rename(again, 'd')];
  for (const change of changes) await told.until(change);
  assert.equal(new Set(told.what).size, told.what.length);
  assert.equal(told.what.filter((what) => what.startsWith('folder/changed')).length, 3);
  assert.ok(told.what.includes('away: lost'));
});
