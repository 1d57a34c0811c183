/** What is typed into a terminal that lasts: at most once, in order, whatever becomes of the connection. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersFor, away, check, createGate, done } from '../support/followed.js';

test('what is typed while away is sent once, in order, when the link stands', () => {
  const gate = createGate();
  return check(
    async ({ terminal, stub, next, typed }) => {
      await next();
      gate.shut();
      stub.hangUp();
      assert.deepEqual(await next(), away);
      assert.equal(terminal.away, true);
      const writes = ['a', 'b', 'ü'].map((text) => terminal.write(text));
      assert.equal(terminal.unsentBytes, 4);
      assert.deepEqual(typed(), []);
      gate.open();
      await Promise.all(writes);
      assert.deepEqual(typed().join(''), 'abü');
      assert.deepEqual([terminal.away, terminal.unsentBytes], [false, 0]);
    },
    { answers: { 'terminal/open': gate.guard(answersFor()['terminal/open']) } },
  );
});

test('what was on its way when the connection ended fails, and is never sent again', () => {
  let calls = 0;
  return check(
    async ({ terminal, stub, next, typed }) => {
      await next();
      const broken = assert.rejects(terminal.write('rm -rf x'), {
        kind: 'Unavailable',
        data: { code: 'CONNECTION_LOST' },
      });
      await stub.heardOf('terminal/input');
      const later = terminal.write('ls');
      stub.hangUp();
      await broken;
      await later;
      assert.deepEqual(typed(), ['rm -rf x', 'ls']);
    },
    { answers: { 'terminal/input': () => (++calls === 1 ? undefined : done()) } },
  );
});

test('a lost connection fails only the writes it carried bytes of', () => {
  let calls = 0;
  return check(
    async ({ terminal, stub, next }) => {
      await next();
      const settled = Promise.allSettled(['x', 'y', 'z'].map((text) => terminal.write(text.repeat(700_000))));
      await stub.heardOf('terminal/input');
      stub.hangUp();
      await stub.heardOf('terminal/input', 2);
      stub.hangUp();
      const outcomes = (await settled).map(({ status }) => status);
      assert.deepEqual(outcomes, ['rejected', 'rejected', 'fulfilled']);
    },
    { answers: { 'terminal/input': () => (++calls <= 2 ? undefined : done()) } },
  );
});

test('what a daemon refused because it had ended the stream was not typed, and goes by the next one', () => {
  let refusals = 0;
  return check(
    async ({ terminal, stub, next, typed }) => {
      await next();
      await terminal.write('a');
      assert.deepEqual([refusals, typed()], [1, ['a', 'a']]);
      assert.deepEqual([await next(), stub.heard.length > 0], [{ type: 'away', reason: 'stopping' }, true]);
    },
    {
      answers: {
        'terminal/input': (_params, stub) => {
          if (refusals > 0) return done();
          refusals++;
          stub.tell('terminal/closed', { streamId: 's1', reason: 'stopping' });
          setImmediate(stub.hangUp);
          return { error: { code: 1404, message: 'No stream s1.' } };
        },
      },
    },
  );
});

test('more than 1 MiB does not wait', () =>
  check(async ({ terminal, stub, next }) => {
    await next();
    stub.tell('terminal/closed', { streamId: 's1', reason: 'stopping' });
    await next();
    const first = assert.rejects(terminal.write('x'.repeat(1024 * 1024)), { kind: 'Cancelled' });
    await assert.rejects(terminal.write('y'), { kind: 'Overloaded', data: { code: 'TOO_MUCH_WAITS' } });
    await terminal.close();
    await first;
  }));

test('the latest size set while away is the one it comes back in, also one set while it is being opened', () => {
  const gate = createGate();
  return check(
    async ({ terminal, stub, next }) => {
      await next();
      gate.shut();
      stub.tell('terminal/closed', { streamId: 's1', reason: 'stopping' });
      await next();
      await terminal.resize(100, 30);
      await terminal.resize(110, 40);
      stub.hangUp();
      const { cols, rows } = (await stub.heardOf('terminal/open', 2))[1]!.params;
      assert.deepEqual([cols, rows], [110, 40]);
      await terminal.resize(90, 20);
      gate.open();
      const resized = await stub.heardOf('terminal/resize');
      assert.deepEqual(
        resized.map(({ params }) => params),
        [{ streamId: 's2', cols: 90, rows: 20 }],
      );
    },
    { answers: { 'terminal/open': gate.guard(answersFor()['terminal/open']) } },
  );
});

test('a read-only terminal neither types nor resizes', () =>
  check(
    async ({ terminal }) => {
      await assert.rejects(terminal.write('x'), { kind: 'Forbidden' });
      await assert.rejects(terminal.resize(80, 24), { kind: 'Forbidden' });
    },
    { mode: 'ro' },
  ));
