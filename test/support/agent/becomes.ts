/** Waits for the state of an agent in a session of a whole daemon; the client has subscribed to `agent/changed`. */
import type { Client } from '#client';
import { heard } from '../whole.js';

export async function becomes(client: Client, sessionId: string, state: string): Promise<void> {
  const change = heard(client, 'agent/changed', (told) => told.sessionId === sessionId && told.agent.state === state);
  const { state: now } = await client.call('agent/get', { sessionId });
  if (now !== state) await change;
}
