/** The fake agent looks as the agents do, takes prompts as they do, and tells the test exactly what it read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '#client';
import { askTmux, whole } from '../whole.js';
import { agentSession, type Plays } from './agent.js';

/** Resolves once the screen holds it. */
async function shown(client: Client, sessionId: string, pattern: RegExp): Promise<string> {
  for (;;) {
    const { content } = await client.call('terminal/read', { sessionId, mode: 'screen' });
    if (pattern.test(content)) return content;
    await pause(20);
  }
}

const busy: Readonly<Record<Plays, RegExp>> = {
  claude: /^[·✢✶✻✽] Pondering… \(0s · ↑ \d\.\dk tokens · esc to interrupt\)/m,
  codex: /^[•◦] Working \(0s • esc to interrupt\)/m,
  gemini: /Thinking\.\.\. \(esc to cancel, 0s\)/,
  opencode: /[■⬝]{8} {2}esc interrupt/,
};
const resting: Readonly<Record<Plays, RegExp>> = {
  claude: /^❯/m,
  codex: /^›/m,
  gemini: /Type your message/,
  opencode: /Ask anything/,
};
const asking: Readonly<Record<Plays, RegExp>> = {
  claude: /Do you want to proceed\?\n +❯ 1\. Yes/,
  codex: /› 1\. Yes, proceed \(y\)[\s\S]*Press enter to confirm or esc to cancel/,
  gemini: /│ Allow execution of: 'rm'\?[\s\S]*● 1\. Yes, allow once/,
  opencode: /△ Permission required[\s\S]*esc dismiss/,
};

test('each agent rests, takes a paste and Enter as a prompt, works, asks, and goes on when it is answered', async (t) => {
  const { client, daemon } = await whole(t);
  const played = (['claude', 'codex', 'gemini', 'opencode'] as const).map(async (plays) => {
    const { agent, session } = await agentSession(t, client, plays);
    await shown(client, session.id, resting[plays]);
    const text = 'first line\nsecond; line';
    await client.call('session/send', { id: session.id, text: `\x1b[200~${text}\x1b[201~`, enter: true });
    await agent.next('submitted', (it) => it.text === text);
    assert.equal(agent.read.toString(), `\x1b[200~${text}\x1b[201~\r`);
    await shown(client, session.id, busy[plays]);
    await agent.tell({ do: 'ask', kind: 'permission' });
    await shown(client, session.id, asking[plays]);
    await client.call('session/send', { id: session.id, text: '', enter: true });
    await agent.next('chosen');
    await agent.tell({ do: 'idle' });
    await shown(client, session.id, resting[plays]);
    if (plays !== 'claude') return;
    assert.match(askTmux(daemon, 'list-panes', '-a', '-F', '#{pane_title}'), /^✳ Fix the build$/m);
    await agent.tell({ do: 'respawn' });
    assert.equal(agent.reports.at(-1)!.life, 2);
    await agent.tell({ do: 'exit', code: 3 });
    const { reason, exitCode } = await client.call('session/wait', { id: session.id, until: 'exit' });
    assert.deepEqual([reason, exitCode], ['exited', 3]);
  });
  await Promise.all(played);
});

test('a fake agent drops keys, swallows pastes, names long ones, and raises dialogs when it is told to', async (t) => {
  const { client } = await whole(t);
  const { agent, session } = await agentSession(t, client, 'claude', {
    quirks: { dropEnters: 1, swallowPastes: 1, placeholder: 'Try "fix it"', dialogForTurn: 'question' },
  });
  const { id } = session;
  const send = (text: string) => client.call('session/send', { id, text });
  await shown(client, id, /Try "fix it"/);
  await send('\x1b[200~lost\x1b[201~');
  await agent.next('swallowed', ({ what }) => what === 'paste');
  await send(`\x1b[200~${'a\n'.repeat(9)}b\x1b[201~`);
  await shown(client, id, /❯.\[Pasted text #1 \+9 lines\]/);
  await send('\r');
  await agent.next('swallowed', ({ what }) => what === 'enter');
  await send('\r');
  await shown(client, id, /Which database should be used\?/);
  await send('2');
  assert.deepEqual((await agent.next('chosen')).option, 'Postgres');
  assert.equal((await agent.next('intoDialog')).data, Buffer.from('2').toString('base64'));
  assert.deepEqual(agent.submitted, []);
});
