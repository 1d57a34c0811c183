/** Text that reaches real programs through the real daemon: agents of each kind, and a shell. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Client } from '#client';
import type { Receipt } from '#protocol';
import { agentSession, type Plays } from '../../support/agent/agent.js';
import { heard, whole } from '../../support/whole.js';

const text = 'first; "line" $HOME\n\tsecond #{x} 漢字 é';

/** Resolves once the agent is in the state. */
async function becomes(client: Client, sessionId: string, state: string): Promise<void> {
  const change = heard(client, 'agent/changed', (told) => told.sessionId === sessionId && told.agent.state === state);
  const { state: now } = await client.call('agent/get', { sessionId });
  if (now !== state) await change;
}

async function subscribed(t: TestContext) {
  const { daemon, client } = await whole(t);
  await client.call('event/subscribe', { names: ['agent/changed', 'injection/changed'] });
  return { daemon, client };
}

/** Resolves with the receipt once it is in the state. */
const receiptIn = async (client: Client, { id }: Receipt, state: Receipt['state']): Promise<Receipt> => {
  const told = heard(client, 'injection/changed', ({ receipt }) => receipt.id === id && receipt.state === state);
  const now = await client.call('injection/get', { id });
  return now.state === state ? now : (await told).receipt;
};

test('each agent takes a prompt, which is seen to be typed, submitted, worked on and done', async (t) => {
  const { client } = await subscribed(t);
  const played = (['claude', 'codex', 'gemini', 'opencode'] as const satisfies Plays[]).map(async (plays) => {
    const { agent, session } = await agentSession(t, client, plays);
    await becomes(client, session.id, 'idle');
    const receipt = await client.call('agent/send', { sessionId: session.id, text, reason: 'a test' });
    assert.match(receipt.state, /^(submitted|turnStarted)$/, JSON.stringify([plays, receipt]));
    assert.deepEqual(agent.submitted, [text]);
    assert.equal(agent.read.toString(), `\x1b[200~${text}\x1b[201~\r`);
    await receiptIn(client, receipt, 'turnStarted');
    await agent.tell({ do: 'idle' });
    const { evidence, enters } = await receiptIn(client, receipt, 'completed');
    assert.equal(enters, 1, evidence.join('\n'));
    const long = 'x '.repeat(2000);
    const second = await client.call('agent/send', { sessionId: session.id, text: long });
    assert.match(second.state, /^(submitted|turnStarted)$/, JSON.stringify([plays, second]));
    assert.deepEqual(agent.submitted, [text, long]);
  });
  await Promise.all(played);
});
