/** An injection and those who come in between: other calls wait, people do not, and who ends the session need not wait. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Client } from '#client';
import { agentSession, type Quirks } from '../../support/agent/agent.js';
import { becomes } from '../../support/agent/becomes.js';
import { whole } from '../../support/whole.js';

async function opened(t: TestContext, client: Client, quirks: Quirks) {
  const { agent, session } = await agentSession(t, client, 'claude', { quirks });
  await becomes(client, session.id, 'idle');
  const send = (text: string) => client.call('agent/send', { sessionId: session.id, text });
  return { agent, id: session.id, send };
}

const timed = async (work: Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work;
  return performance.now() - began;
};

test('an injection and who comes in between', async (t) => {
  const { client } = await whole(t);
  await client.call('event/subscribe', { names: ['agent/changed'] });

  await t.test('what a call types comes behind an injection that is under way, and never into it', async (t) => {
    const { agent, id, send } = await opened(t, client, { echoLateMs: 300 });
    const sent = send('of a machine');
    await agent.next('pasted');
    const calls = [
      client.call('session/exec', { id, command: 'of a call' }),
      client.call('session/send', { id, text: 'of another' }),
    ];
    const receipt = await sent;
    assert.match(receipt.state, /^(submitted|turnStarted)$/, JSON.stringify(receipt));
    await Promise.all(calls);
    const all = '\x1b[200~of a machine\x1b[201~\rof a call\rof another';
    await agent.next('read', () => agent.read.length >= all.length);
    assert.equal(agent.read.toString(), all);
  });

  await t.test('somebody who types waits for no injection, which notices and does not press Enter', async (t) => {
    const { agent, id, send } = await opened(t, client, { echoLateMs: 600 });
    const { streamId } = await client.call('terminal/open', { sessionId: id, cols: 100, rows: 30 });
    const sent = send('of a machine');
    await agent.next('pasted');
    const ms = await timed(client.call('terminal/input', { streamId, data: Buffer.from('!').toString('base64') }));
    assert.ok(ms < 400, `${ms} ms`);
    const { state, code, enters } = await sent;
    assert.deepEqual([state, code, enters], ['indeterminate', 'NO_ECHO', 0]);
    assert.equal(agent.read.toString(), '\x1b[200~of a machine\x1b[201~!');
    assert.deepEqual(agent.submitted, []);
  });

  await t.test(
    'whoever suspends or closes a session does not wait for an injection, and its receipt says what was typed',
    async (t) => {
      const { agent, id, send } = await opened(t, client, { echoLateMs: 60_000 });
      const first = send('never seen');
      await agent.next('pasted');
      const suspending = await timed(client.call('session/suspend', { id }));
      assert.ok(suspending < 1000, `${suspending} ms`);
      const { state, code, enters } = await first;
      assert.deepEqual([state, code, enters], ['indeterminate', 'SESSION_ENDING', 0]);
      assert.equal(agent.read.toString(), '\x1b[200~never seen\x1b[201~');

      await client.call('session/resume', { id });
      await agent.tell({ do: 'quirks', quirks: { echoLateMs: 0, dropEnters: 9 } });
      await client.call('session/send', { id, text: '', keys: ['C-u'] });
      await becomes(client, id, 'idle');
      const second = send('never taken');
      await agent.next('swallowed');
      const third = send('not even typed');
      const closing = await timed(client.call('session/close', { id }));
      assert.ok(closing < 1500, `${closing} ms`);
      const told = [await second, await third].map((receipt) => [receipt.state, receipt.code]);
      assert.deepEqual(told, [
        ['indeterminate', 'SESSION_ENDING'],
        ['refused', 'SESSION_ENDING'],
      ]);
      assert.deepEqual([agent.submitted, agent.read.toString().includes('even')], [[], false]);
    },
  );
});
